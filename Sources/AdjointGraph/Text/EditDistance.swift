/// How far apart two words are, for suggestions in messages.
package enum EditDistance {
  /// The word nearest to another one, if it is near enough for a typo.
  ///
  /// Of several equally near it is the one nearest in length, then the first.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    let limit = max(1, word.utf8.count / 3)
    let ranked = candidates.map { candidate in
      (
        candidate, between(word, candidate),
        (candidate.utf8.count - word.utf8.count).magnitude
      )
    }
    guard let best = ranked.min(by: { ($0.1, $0.2) < ($1.1, $1.2) }), best.1 <= limit else {
      return nil
    }
    return best.0
  }

  /// The insertions, deletions, replacements and swaps of neighbours that make one word another
  /// (optimal string alignment).
  package static func between(_ left: String, _ right: String) -> Int {
    let a = Array(left.utf8)
    let b = Array(right.utf8)
    var beforeLast = Array(repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
