import AdjointCore
import AdjointGraph
import AdjointOperators
import Foundation

/// The graph files in the folder Graphs.
enum ExampleFiles {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Graphs")

  static let names: [String] = {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return entries.filter { $0.hasSuffix(".graph") }.sorted()
  }()

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  static func graph(_ name: String) throws -> Graph {
    try GraphParser.parse(bytes(name), file: name, registry: .standard)
  }
}

/// Parses text with the standard operators.
func parsed(_ text: String) throws(Diagnostic) -> Graph {
  try GraphParser.parse(text, file: "g.graph", registry: .standard)
}

/// The lines as a graph file: version, graph and braces around them.
func file(_ lines: String...) -> String {
  "adjoint 1\ngraph g {\n" + lines.map { "  \($0)\n" }.joined() + "}\n"
}

extension Graph {
  /// Whether both are the same in everything but the places of their nodes.
  func isEquivalent(to other: Graph) -> Bool {
    guard name == other.name, nodes.count == other.nodes.count, outputList == other.outputList,
      updates == other.updates
    else { return false }
    return zip(nodes, other.nodes).allSatisfy { left, right in
      guard left.operands == right.operands, left.resultTypes == right.resultTypes,
        left.name == right.name, left.provenance == right.provenance
      else { return false }
      switch (left.kind, right.kind) {
      case (.input, .input): return true
      case (.parameter(let a), .parameter(let b)): return a == b
      case (.operation(let a), .operation(let b)): return a.isEqual(to: b)
      default: return false
      }
    }
  }
}
