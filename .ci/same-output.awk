# Compares what was printed with what a document shows: the same lines, but that a line `…` stands for any number
# of them, and that a number with a decimal point may differ by a millionth of itself, since another processor may round
# differently.
#
#   awk -f same-output.awk SHOWN PRINTED
#
# Succeeds without a word, or shows the first line that differs.

NR == FNR { shown[++shownCount] = $0; next }
{ printed[++printedCount] = $0 }

# A line without the spaces that align numbers of another length.
function unaligned(line) {
  gsub(/ +/, " ", line)
  gsub(/ ?\] ?/, "]", line)
  gsub(/ ?\[ ?/, "[", line)
  return line
}

function alike(a, b, number, x, y, scale) {
  if (a == b) return 1
  a = unaligned(a)
  b = unaligned(b)
  number = "[-+]?[0-9]+\\.[0-9]*(e[-+]?[0-9]+)?"
  while (match(a, number)) {
    x = substr(a, RSTART, RLENGTH)
    y = substr(a, 1, RSTART - 1)
    a = substr(a, RSTART + RLENGTH)
    if (!match(b, number) || substr(b, 1, RSTART - 1) != y) return 0
    y = substr(b, RSTART, RLENGTH)
    b = substr(b, RSTART + RLENGTH)
    scale = x < 0 ? -x : x + 0
    if (x - y > 1e-6 * scale || y - x > 1e-6 * scale) return 0
  }
  return a == b
}

# Whether the lines from i of what is shown are those from j of what was printed.
function same(i, j, k) {
  for (; i <= shownCount; i++) {
    if (shown[i] == "…") {
      for (k = j; k <= printedCount + 1; k++) if (same(i + 1, k)) return 1
      return 0
    }
    if (j > printedCount || !alike(shown[i], printed[j])) {
      if (j >= furthest) { furthest = j; wanted = shown[i] }
      return 0
    }
    j++
  }
  if (j <= printedCount) {
    if (j >= furthest) { furthest = j; wanted = "the end" }
    return 0
  }
  return 1
}

END {
  if (!same(1, 1)) {
    printf "line %d printed: %s\n", furthest, furthest <= printedCount ? printed[furthest] : "the end"
    printf "  the document: %s\n", wanted
    exit 1
  }
}
