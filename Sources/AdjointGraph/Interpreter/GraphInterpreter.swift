import AdjointCore
import AdjointKernels

/// Evaluates a graph node by node with the kernel interpreter: no fusion, no plan, no back end.
///
/// It is the meaning of a graph, by which passes and back ends are judged, and what folds constants.
package enum GraphInterpreter {
  /// What a run gives.
  package struct Evaluation<Element: InterpretedValue> {
    /// The results of every node; empty for nodes that nothing needs.
    package var values: [[Element]]
    /// The outputs by name.
    package var outputs: [String: Element]
    /// The next values of updated parameters by name.
    package var updates: [String: Element]
  }

  /// The values of a graph whose dimensions are bound, for given inputs and parameters.
  ///
  /// - Throws: `.missingInput` for a source without a value, `.shapeMismatch` for one of another type.
  package static func evaluate(
    _ graph: Graph, _ sources: [String: Tensor]
  ) throws(Diagnostic) -> Evaluation<Tensor> {
    try interpret(graph, sources)
  }

  /// The results of one operator for given operands.
  package static func evaluate(
    _ operation: any Operator, _ operands: [Tensor], _ resultTypes: [TensorType]
  ) throws(Diagnostic) -> [Tensor] {
    try interpret(operation, operands, resultTypes)
  }

  /// The values of a graph, of numbers that are as they are or carry more.
  ///
  /// - Throws: as `evaluate(_:_:)`, and what the numbers throw of kernels that they have no meaning for.
  package static func interpret<Element: InterpretedValue>(
    _ graph: Graph, _ sources: [String: Element]
  ) throws(Diagnostic) -> Evaluation<Element> {
    let live = graph.liveNodes
    var values: [[Element]] = []
    values.reserveCapacity(graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      guard live[index] else {
        values.append([])
        continue
      }
      guard let operation = node.operation else {
        values.append([try source(node, sources)])
        continue
      }
      let operands = node.operands.map { values[$0.node][$0.result] }
      values.append(try interpret(operation, operands, node.resultTypes))
    }
    var outputs: [String: Element] = [:]
    for output in graph.outputList {
      outputs[output.name] = values[output.value.node][output.value.result]
    }
    var updates: [String: Element] = [:]
    for update in graph.updates {
      updates[graph.label(of: update.parameter)] = values[update.value.node][update.value.result]
    }
    return Evaluation(values: values, outputs: outputs, updates: updates)
  }

  private static func interpret<Element: InterpretedValue>(
    _ operation: any Operator, _ operands: [Element], _ resultTypes: [TensorType]
  ) throws(Diagnostic) -> [Element] {
    switch try operation.lower(operands.map(\.real.type), to: resultTypes) {
    case .view:
      return [try operands[0].reshaped(to: resultTypes[0].boundExtents())]
    case .constant(let tensor):
      return [Element(tensor)]
    case .kernels(let kernels):
      return try Element.run(kernels, operands: operands, resultTypes: resultTypes)
    case .graph(let definition):
      let names = definition.inputs.map(\.name)
      let outputs = try interpret(
        definition, Dictionary(zip(names, operands)) { first, _ in first }
      ).outputs
      return definition.outputs.compactMap { outputs[$0.name] }
    }
  }

  private static func source<Element: InterpretedValue>(
    _ node: Node, _ sources: [String: Element]
  ) throws(Diagnostic) -> Element {
    let name = node.name ?? ""
    guard let value = sources[name] else {
      throw Diagnostic(
        .missingInput, "the \(node.mnemonic) \(name): \(node.resultTypes[0]) has no value; give one"
      )
    }
    guard value.real.type == node.resultTypes[0] else {
      throw Diagnostic(
        .shapeMismatch,
        "the \(node.mnemonic) \(name) is \(node.resultTypes[0]), not \(value.real.type)")
    }
    return value
  }
}
