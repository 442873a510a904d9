import Foundation

/// A function of the corpus: its graph as text, and what it and its derivatives are at some points.
struct CorpusFunction: Sendable {
  /// What is recorded of a function at a point.
  enum Quantity: String, CaseIterable, Sendable { case value, jvp, vjp, second }

  /// Numbers that a quantity must have, for one source where the quantity has a part for each.
  struct Expectation: Sendable {
    var quantity: Quantity
    var source: String?
    var numbers: [Double]
    /// What may be lost, where the formula as written loses digits by rounding.
    var bound = 0.0
  }

  /// Inputs and directions, with what must come out.
  struct Point: Sendable {
    var inputs: [String: [Double]] = [:]
    var tangents: [String: [Double]] = [:]
    var cotangent: [Double] = []
    var expectations: [Expectation] = []
    /// Quantities that are known to differ, with the reason.
    var differences: [Quantity: String] = [:]
  }

  struct Malformed: Error, CustomStringConvertible { let description: String }

  var family: String
  var name: String
  var statements: [String] = []
  var points: [Point] = []

  /// The graph file of the function; its output is `y`.
  var text: String { "adjoint 1\ngraph corpus {\n" + statements.joined(separator: "\n") + "\n}\n" }

  /// Tests/Corpus.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Corpus")

  /// The functions of all families, in the order of the files' names.
  static func all() throws -> [CorpusFunction] {
    var functions: [CorpusFunction] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix(".corpus") {
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      functions += try read(text, family: String(name.dropLast(".corpus".count)))
    }
    return functions
  }

  /// The functions of a file.
  static func read(_ text: String, family: String) throws -> [CorpusFunction] {
    var functions: [CorpusFunction] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("//") {
      let words = line.split(separator: " ", maxSplits: 1)
      if line.hasPrefix("function "), words.count == 2 {
        functions.append(CorpusFunction(family: family, name: String(words[1])))
        continue
      }
      guard let last = functions.indices.last else { throw Malformed(description: String(line)) }
      if line == "point" {
        functions[last].points.append(Point())
      } else if let point = functions[last].points.indices.last {
        try functions[last].points[point].read(line)
      } else {
        functions[last].statements.append(String(line))
      }
    }
    return functions
  }
}

extension CorpusFunction.Point {
  /// Reads `x = 1 2`, `tangent x = 1 2`, `vjp x mpmath within 1e-16 = 1 2` or `differs vjp = reason`.
  fileprivate mutating func read(_ line: Substring) throws {
    let malformed = CorpusFunction.Malformed(description: String(line))
    guard let sign = line.firstRange(of: "=") else { throw malformed }
    var words = line[..<sign.lowerBound].split(separator: " ").map(String.init)
    let rest = line[sign.upperBound...]
    guard !words.isEmpty else { throw malformed }
    if words[0] == "differs" {
      guard words.count == 2, let quantity = CorpusFunction.Quantity(rawValue: words[1]) else {
        throw malformed
      }
      differences[quantity] = rest.trimmingCharacters(in: .whitespaces)
      return
    }
    let numbers = try rest.split(separator: " ").map { word in
      guard let number = Double(word) else { throw malformed }
      return number
    }
    switch words[0] {
    case "tangent" where words.count == 2: tangents[words[1]] = numbers
    case "cotangent": cotangent = numbers
    default:
      guard let quantity = CorpusFunction.Quantity(rawValue: words[0]) else {
        inputs[words[0]] = numbers
        return
      }
      var expectation = CorpusFunction.Expectation(
        quantity: quantity, source: nil, numbers: numbers)
      if let place = words.firstIndex(of: "within"), place + 1 < words.count {
        guard let bound = Double(words[place + 1]) else { throw malformed }
        expectation.bound = bound
        words.removeSubrange(place...place + 1)
      }
      words.removeAll { $0 == "mpmath" }
      if words.count > 1 { expectation.source = words[1] }
      expectations.append(expectation)
    }
  }
}
