# Takes the Swift blocks out of documentation comments, for .ci/dependents, which compiles them.
#
#   awk -v out=FOLDER -f comments.awk SOURCE...
#
# Each block becomes the body of a function in a file of its own below out. It may use what a line before it gives,
# as parameters of that function:
#
#   /// <!-- given: x: Value, trainer: Trainer -->
#   /// ```swift
#   /// let y = relu(x)
#   /// ```
#
# A mistake in it is shown at its place in the source.

function fail(message) {
  printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"
  failed = 1
}

FNR == 1 {
  if (open) fail("the block that is open in the file before has no end")
  open = 0
  given = ""
  split(FILENAME, folders, "/")
  module = folders[2]
}

!/^ *\/\/\// {
  if (open) fail("the block ends with its comment; close it")
  open = 0
  given = ""
  next
}

{
  text = $0
  sub(/^ *\/\/\/ ?/, "", text)
}

open && text ~ /^```[ \t]*$/ {
  print "  #sourceLocation()\n}" >> target
  close(target)
  open = 0
  given = ""
  next
}

open {
  print text >> target
  next
}

text ~ /^<!-- given: .* -->$/ {
  given = text
  sub(/^<!-- given: */, "", given)
  sub(/ -->$/, "", given)
  next
}

text ~ /^```swift/ {
  open = 1
  count++
  target = out "/Comment" count ".swift"
  print "import Adjoint" > target
  if (module ~ /^Adjoint(Charts|Explore|Tables|Training)$/) print "import " module >> target
  print "import Foundation\n" >> target
  print "func comment" count "(" given ") async throws {" >> target
  printf "  #sourceLocation(file: \"%s\", line: %d)\n", FILENAME, FNR + 1 >> target
}

END {
  if (open) fail("the block that is open at the end has no end")
  exit failed
}
