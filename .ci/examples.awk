# Takes the examples out of Markdown documents, for .ci/dependents, which says what the marks mean.
#
#   awk -v out=FOLDER -f examples.awk DOCUMENT...
#
# Writes out/list (one line a step: document, kind, name), out/programs/NAME.swift, out/commands/NAME,
# out/outputs/NAME and out/files/DOCUMENT/NAME. A Swift block or a command without a mark is an error, and so is
# a mark without a block.

function fail(message) {
  printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"
  failed = 1
}

# The document's path as one word.
function key(path) {
  gsub(/\.md$/, "", path)
  gsub(/[^A-Za-z0-9]+/, "-", path)
  gsub(/^-/, "", path)
  return path
}

function finish(where) {
  if (open) fail("the block that is open " where " has no end")
  if (marked) fail("no fenced block follows <!-- " kind ": " name " -->")
  open = marked = 0
}

FNR == 1 {
  finish("in the document before")
  document = key(FILENAME)
}

open && /^```[ \t]*$/ {
  if (target != "") close(target)
  open = 0
  next
}

open {
  if (target != "") {
    print >> target
  } else if (/^\$ / && language != "swift") {
    fail("a command that nothing runs; put <!-- commands: NAME --> before its block")
  }
  next
}

/^<!-- (example|output|commands|file): .* -->$/ {
  if (marked) fail("no fenced block follows <!-- " kind ": " name " -->")
  kind = $2
  sub(/:$/, "", kind)
  name = $0
  sub(/^<!-- [a-z]+: */, "", name)
  sub(/ -->$/, "", name)
  pattern = kind == "file" ? "^[A-Za-z0-9_.-]+$" : "^[A-Za-z][A-Za-z0-9_]*$"
  if (name !~ pattern) fail("'" name "' is no name for an example or a file")
  marked = 1
  next
}

/^[ \t]+```swift/ { fail("a Swift block within a list or a quotation cannot be run; put it at the margin") }

/^```/ {
  language = $0
  sub(/^```[ \t]*/, "", language)
  open = 1
  target = ""
  if (!marked) {
    if (language == "swift")
      fail("a Swift block that nothing compiles; put <!-- example: NAME --> before it")
    next
  }
  marked = 0
  if (kind == "example") {
    if (language != "swift") fail("the block of the example " name " is not marked as swift")
    target = out "/programs/" name ".swift"
  } else if (kind == "commands") {
    target = out "/commands/" name
  } else if (kind == "output") {
    target = out "/outputs/" name
  } else {
    target = out "/files/" document "/" name
    system("mkdir -p '" out "/files/" document "'")
  }
  # Blocks of one name are parts of one program or of what it prints; anything else is written once.
  id = kind == "file" ? kind " " document " " name : kind " " name
  if (id in owner && (kind != "example" && kind != "output" || owner[id] != document))
    fail("the " kind " " name " is in " owner[id] " already")
  if (!(id in owner)) {
    owner[id] = document
    printf "" > target
    if (kind == "example" || kind == "commands") print document, kind, name > (out "/list")
  } else if (kind == "example") {
    print "" >> target
  }
  next
}

marked && !/^[ \t]*$/ {
  fail("no fenced block follows <!-- " kind ": " name " -->")
  marked = 0
}

END {
  finish("at the end")
  exit failed
}
