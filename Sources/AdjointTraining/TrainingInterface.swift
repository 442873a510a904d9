import Adjoint
import AdjointCore
import AdjointGraph

/// Which of a graph's inputs and outputs play which part in training.
public struct TrainingInterface: Hashable, Sendable {
  /// The scalar output that is minimised.
  public let loss: String
  /// The floating-point input that takes the features of a batch of examples.
  public let features: String
  /// The input that takes the labels of the batch, where the graph has one.
  public let labels: String?
  /// The output with a row for each example and a score for each of two or more classes, where the
  /// graph has one.
  public let scores: String?
  /// The floating-point output with a prediction for each label, where the graph has one.
  public let predictions: String?
  /// The named dimension that stands for the number of examples in a batch.
  public let batchDimension: String

  /// Finds the parts by their types where no name is given: the loss is the output `loss`, the
  /// features the only floating-point input, the labels the only other input, the scores the output
  /// `logits`, the predictions the output `predictions` or `prediction`.
  ///
  /// - Throws: `.unknownName` or `.invalidGraph` that says what to name, or what the graph lacks.
  public init(
    of graph: Graph, loss: String? = nil, features: String? = nil, labels: String? = nil,
    scores: String? = nil, predictions: String? = nil
  ) throws(Diagnostic) {
    let loss = loss ?? "loss"
    guard let lossPort = graph.outputs.first(where: { $0.name == loss }) else {
      throw Self.unknown("an output named \(loss), the loss", graph.outputs)
    }
    guard lossPort.type.rank == 0, lossPort.type.scalarType.isDifferentiable else {
      throw Diagnostic(
        .invalidGraph, "the loss must be a floating-point scalar, and \(lossPort) is not")
    }
    self.loss = loss
    let floating = graph.inputs.filter { $0.type.scalarType.isDifferentiable }
    guard let featurePort = try Self.port(features, in: floating, graph, "features") else {
      throw Self.unknown("one floating-point input for the features; name it", graph.inputs)
    }
    guard case .named(let batch)? = featurePort.type.shape.dimensions.first else {
      throw Diagnostic(
        .invalidGraph,
        "the first extent of the features, \(featurePort), must be a named dimension for the batch, such as B"
      )
    }
    self.features = featurePort.name
    batchDimension = batch
    let others = graph.inputs.filter { $0.name != featurePort.name }
    self.labels = try Self.port(labels, in: others, graph, "labels")?.name
    self.scores = try Self.scores(scores, in: graph, batch)
    self.predictions = try Self.predictions(predictions, in: graph, batch)
  }

  /// The output with the predictions: the one named, or `predictions` or `prediction` if it has them.
  private static func predictions(
    _ name: String?, in graph: Graph, _ batch: String
  ) throws(Diagnostic) -> String? {
    let names = name.map { [$0] } ?? ["predictions", "prediction"]
    let port = names.lazy.compactMap { name in graph.outputs.first { $0.name == name } }.first
    guard let port else {
      guard let name else { return nil }
      throw unknown("an output named \(name), the predictions", graph.outputs)
    }
    let dimensions = port.type.shape.dimensions
    let isOfFixedSize = dimensions.dropFirst().allSatisfy { $0.extent != nil }
    if port.type.scalarType.isDifferentiable, dimensions.first == .named(batch), isOfFixedSize {
      return port.name
    }
    guard name != nil else { return nil }
    throw Diagnostic(
      .invalidGraph,
      "the predictions must be floating point, some numbers for each example, such as f32[\(batch)], and "
        + "\(port) is not")
  }

  /// The output with the scores: the one named, or `logits` if it has scores.
  private static func scores(
    _ name: String?, in graph: Graph, _ batch: String
  ) throws(Diagnostic) -> String? {
    let port = graph.outputs.first { $0.name == name ?? "logits" }
    guard let port else {
      guard let name else { return nil }
      throw unknown("an output named \(name), the scores", graph.outputs)
    }
    let dimensions = port.type.shape.dimensions
    let isTable = dimensions.count == 2 && dimensions[0] == .named(batch)
    if isTable, port.type.scalarType.isDifferentiable, dimensions[1].extent ?? 0 > 1 {
      return port.name
    }
    guard name != nil else { return nil }
    throw Diagnostic(
      .invalidGraph,
      "the scores must be floating point, a row for each example and a number for each of two or "
        + "more classes, such as f32[\(batch), 10], and \(port) is not")
  }

  /// The port with a name, or without one the only candidate.
  private static func port(
    _ name: String?, in candidates: [Graph.Port], _ graph: Graph, _ part: String
  ) throws(Diagnostic) -> Graph.Port? {
    if let name {
      guard let port = candidates.first(where: { $0.name == name }) else {
        throw unknown("an input named \(name) that can be the \(part)", graph.inputs)
      }
      return port
    }
    guard candidates.count <= 1 else {
      throw unknown("to be told which input is the \(part)", candidates)
    }
    return candidates.first
  }

  private static func unknown(_ wanted: String, _ ports: [Graph.Port]) -> Diagnostic {
    let known = ports.isEmpty ? "none" : ports.map(\.description).joined(separator: ", ")
    return Diagnostic(.unknownName, "training needs \(wanted); the graph has \(known)")
  }
}
