import Adjoint
import AdjointCore
import AdjointGraph

extension Trainer {
  /// Begins from other weights: every parameter of the graph that has a tensor of its name takes it, and
  /// the others stay as they are.
  ///
  /// So a graph is fine-tuned from the weights or the checkpoint of another that shares some
  /// parameters. Tensors without a parameter are ignored, and so is an optimizer's state.
  ///
  /// - Returns: The names of the parameters that took a tensor, sorted.
  /// - Throws: `.shapeMismatch` or `.scalarTypeMismatch` that lists the tensors that do not fit;
  ///   `.missingInput` where no parameter has a tensor. Nothing is changed then.
  @discardableResult
  public func loadWeights(_ tensors: [String: Tensor]) throws(Diagnostic) -> [String] {
    // The loss may not depend on all parameters that the graph has.
    let trained = Dictionary(
      context.executable.parameters.map { ($0.name, $0.type) },
      uniquingKeysWith: { first, _ in first })
    let shared = graph.parameters.filter { tensors[$0.name] != nil && trained[$0.name] != nil }
    var mistakes: [String] = []
    var code = Diagnostic.Code.scalarTypeMismatch
    for port in shared {
      guard let tensor = tensors[port.name], let type = trained[port.name], tensor.type != type
      else { continue }
      mistakes.append("\(port.name) is \(tensor.type), the parameter is \(type)")
      if tensor.type.shape != type.shape { code = .shapeMismatch }
    }
    guard mistakes.isEmpty else {
      throw Diagnostic(
        code,
        "the weights do not fit the graph; use weights of a graph with the same layers, or leave out those that "
          + "differ", notes: mistakes)
    }
    guard !shared.isEmpty else {
      let known = graph.parameters.map(\.name).sorted().prefix(10).joined(separator: ", ")
      throw Diagnostic(
        .missingInput,
        "none of the weights has the name of a parameter; the graph \(graph.name) has \(known)")
    }
    for port in shared {
      if let tensor = tensors[port.name] { try context.set(port.name, to: tensor) }
    }
    return shared.map(\.name).sorted()
  }
}
