import Foundation

/// A function of Tests/Corpus/*.products: the file of its graph, and what its derivatives are at some points.
struct ProductFunction: Sendable {
  /// Numbers of a line.
  struct Numbers: Sendable {
    var numbers: [Double]
    /// What may be lost, where the formula as written loses digits by rounding.
    var bound = 0.0
  }

  /// What a function is given, and what must come out, by the names of the lines.
  struct Point: Sendable {
    /// The inputs that have an axis of examples in front; none where it is no batch.
    var batched: [String] = []
    var lines: [String: Numbers] = [:]
  }

  var family: String
  var name: String
  var lines: [Substring] = []
  var points: [Point] = []

  /// The graph file of the function; its output is `y`.
  var text: String { "adjoint 2\n" + lines.joined(separator: "\n") + "\n" }

  /// The mnemonics of the operators of the graph, and of those of its functions.
  var operators: (graph: Set<Substring>, functions: Set<Substring>) {
    var found: (graph: Set<Substring>, functions: Set<Substring>) = ([], [])
    var isFunction = true
    for line in lines {
      if line.hasPrefix("  graph ") { isFunction = false }
      guard let sign = line.firstRange(of: " = "), let end = line.firstIndex(of: "("),
        sign.upperBound < end
      else { continue }
      let mnemonic = line[sign.upperBound..<end]
      if isFunction { found.functions.insert(mnemonic) } else { found.graph.insert(mnemonic) }
    }
    return found
  }

  /// The functions of all families, in the order of the files' names.
  static func all() throws -> [ProductFunction] {
    let folder = CorpusFunction.folder
    var functions: [ProductFunction] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix(".products") {
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      functions += try read(text, family: String(name.dropLast(".products".count)))
    }
    return functions
  }

  /// The functions of a file.
  static func read(_ text: String, family: String) throws -> [ProductFunction] {
    var functions: [ProductFunction] = []
    for line in text.split(separator: "\n") {
      let malformed = CorpusFunction.Malformed(description: String(line))
      let words = line.split(separator: " ").map(String.init)
      if line.hasPrefix("function "), words.count == 2 {
        functions.append(ProductFunction(family: family, name: words[1]))
        continue
      }
      guard let last = functions.indices.last else { throw malformed }
      if line == "point" || line.hasPrefix("batch ") {
        functions[last].points.append(Point(batched: Array(words.dropFirst())))
      } else if !line.hasPrefix("  ") {
        throw malformed
      } else if let point = functions[last].points.indices.last {
        try functions[last].points[point].read(line, malformed)
      } else {
        functions[last].lines.append(line)
      }
    }
    return functions
  }
}

extension ProductFunction.Point {
  /// Reads `x = 1 2`, or `hessian x w mpmath within 1e-16 = 1 2`.
  fileprivate mutating func read(
    _ line: Substring, _ malformed: CorpusFunction.Malformed
  ) throws {
    let sides = line.split(separator: "=")
    guard sides.count == 2 else { throw malformed }
    var words = sides[0].split(separator: " ").map(String.init)
    var read = ProductFunction.Numbers(
      numbers: try sides[1].split(separator: " ").map { word in
        guard let number = Double(word) else { throw malformed }
        return number
      })
    if let place = words.firstIndex(of: "within") {
      guard place + 2 == words.count, let bound = Double(words[place + 1]) else { throw malformed }
      read.bound = bound
      words.removeLast(2)
    }
    words.removeAll { $0 == "mpmath" }
    let name = words.joined(separator: " ")
    guard lines.updateValue(read, forKey: name) == nil else { throw malformed }
  }
}
