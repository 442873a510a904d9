import Adjoint
import AdjointGraph
import AdjointOperators
import Foundation

/// The example of a page as a graph with its derivatives.
struct PageSample {
  let page: OperatorPage
  let graph: Graph
  /// The name of the only output: the formulas of one operand call the result y, of two z.
  let output: String
  /// The inputs that the output depends on differentiably.
  let sources: [String]

  init(_ page: OperatorPage) throws {
    self.page = page
    output = page.example.inputs.contains { $0.name == "y" } ? "z" : "y"
    graph = try Self.graph(page, output)
    sources = try graph.differentiableSources(of: output)
  }

  /// The graph of the example, with other extents of the inputs where they are given.
  static func graph(
    _ page: OperatorPage, _ output: String, extents: [Int]? = nil
  ) throws -> Graph {
    try builder(page, output, extents: extents).build()
  }

  /// The example under construction, with inputs of other types or extents where they are given.
  private static func builder(
    _ page: OperatorPage, _ output: String, replacing type: (ScalarType, by: ScalarType)? = nil,
    extents: [Int]? = nil
  ) -> GraphBuilder {
    let builder = GraphBuilder(page.name)
    let inputs = page.example.inputs.map { input in
      let scalarType = input.scalarType == type?.0 ? type?.by : nil
      return builder.input(
        input.name, scalarType ?? input.scalarType, Shape(extents: extents ?? input.extents))
    }
    builder.output(output, page.example.build(builder, inputs))
    return builder
  }

  /// The operator of the example, nil of a function that writes several.
  var operation: (any Operator)? {
    graph.nodes.last?.operation.flatMap { $0.mnemonic == page.name ? $0 : nil }
  }

  var tensors: [String: Tensor] {
    get throws {
      var tensors: [String: Tensor] = [:]
      for input in page.example.inputs {
        tensors[input.name] = try Tensor(
          Tensor.Storage(input.elements, as: input.scalarType), extents: input.extents)
      }
      return tensors
    }
  }

  /// A tensor for each of the names of a graph's inputs behind those of the example.
  static func filled(
    _ graph: Graph, _ tensors: [String: Tensor], _ element: (Int) -> Double = { _ in 1 }
  ) throws -> [String: Tensor] {
    var tensors = tensors
    for port in graph.inputs where tensors[port.name] == nil {
      let extents = try port.type.boundExtents()
      let elements = (0..<extents.reduce(1, *)).map(element)
      tensors[port.name] = try Tensor(
        Tensor.Storage(elements, as: port.type.scalarType), extents: extents)
    }
    return tensors
  }

  /// The scalar types that the inputs of a type may have, all of them together.
  func acceptedTypes(inPlaceOf type: ScalarType) -> [ScalarType] {
    ScalarType.allCases.filter { other in
      // Not built, since to place a mistake of an infix operator takes long.
      Self.builder(page, output, replacing: (type, by: other)).mistakes.isEmpty
    }
  }

  /// The nodes that the operator of the example stands for, where it is a composite.
  var expansionNodes: [String] {
    get throws { nodes(of: try Pass.compositeExpansion(graph)) }
  }

  /// The nodes that a mode writes for the example, without the note of what they are for.
  func nodes(_ mode: DifferentiationMode) throws -> [String] {
    let derivative = try graph.differentiatedAsWritten(
      output, withRespectTo: sources, mode: mode)
    return nodes(of: derivative)
  }

  /// The nodes of a graph made of the example's that are not in that, without the note of what they are for.
  private func nodes(of other: Graph) -> [String] {
    let own = Set(graph.description.split(separator: "\n"))
    // The functions that the nodes call have pages of their own in a file, and none here.
    let graph = other.description.components(separatedBy: "\ngraph ").last ?? ""
    return graph.split(separator: "\n").dropFirst().filter { !own.contains($0) }
      .map { line in line.components(separatedBy: " @")[0] }
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }
}

/// Numbers as pages show them: six digits, which no other mathematical library changes.
enum PageNumber {
  static func text(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "−∞" : "∞" }
    return String(format: "%.6g", number)
  }

  static func text(_ tensor: Tensor) -> String {
    let elements =
      tensor.scalarType == .bool
      ? tensor.doubles.map { $0 == 0 ? "false" : "true" } : tensor.doubles.map { text($0) }
    return tensor.extents.isEmpty ? elements[0] : "[\(elements.joined(separator: ", "))]"
  }
}
