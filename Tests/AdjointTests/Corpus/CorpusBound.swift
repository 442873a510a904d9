import Foundation

/// How far a quantity may be off beyond the tolerance of the corpus, and why.
struct CorpusBound: Sendable {
  /// Infinite where the formula as written overflows.
  var bound: Double
  var reason: String

  /// The bounds of Tests/Corpus/bounds.txt, by function, point and quantity as misses name them.
  static func all() throws -> [String: CorpusBound] {
    let file = CorpusFunction.folder.appendingPathComponent("bounds.txt")
    return try read(String(contentsOf: file, encoding: .utf8))
  }

  /// Reads lines `FUNCTION[POINT] QUANTITY within BOUND = REASON`; those that begin with `//` are comments.
  static func read(_ text: String) throws -> [String: CorpusBound] {
    var bounds: [String: CorpusBound] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("//") {
      let parts = line.split(separator: "=", maxSplits: 1)
      let words = (parts.first ?? "").split(separator: " ").map(String.init)
      guard parts.count == 2, words.count == 4, words[2] == "within",
        let bound = Double(words[3]), bound > 0
      else { throw CorpusFunction.Malformed(description: String(line)) }
      let reason = parts[1].trimmingCharacters(in: .whitespaces)
      let place = "\(words[0]) \(words[1])"
      guard !reason.isEmpty, bounds[place] == nil else {
        throw CorpusFunction.Malformed(description: String(line))
      }
      bounds[place] = CorpusBound(bound: bound, reason: reason)
    }
    return bounds
  }

  /// Whether a number is right to 1e-9 of itself, or to 1e-12 of the largest beside it, or to what the
  /// formula loses.
  static func isNear(_ a: Double, _ b: Double, scale: Double, bound: Double) -> Bool {
    if a == b || (a.isNaN && b.isNaN) || bound == .infinity { return true }
    return (a - b).magnitude
      <= Swift.max(1e-9 * b.magnitude, 1e-12 * scale, bound, Double.leastNonzeroMagnitude)
  }
}
