import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators

/// The forward part of a graph with metrics as its outputs.
///
/// Labels come in by inputs of its own, numbers of classes or the values that predictions are compared
/// with, so that a metric does not depend on how the loss takes them.
struct MetricGraph {
  static let classes = "evaluation.classes"
  static let targets = "evaluation.targets"

  let graph: Graph
  /// What predictions are compared with, where a metric does that.
  let targetPort: Graph.Port?

  /// The output of a metric: the mean over a batch for the loss, else a sum of it.
  static func output(_ place: Int) -> String { "evaluation.metric\(place)" }

  /// Writes the nodes.
  ///
  /// - Throws: `.invalidGraph` where the graph lacks the output that a metric needs; `.invalidArgument`
  ///   for a number of classes below 1.
  init(
    _ metrics: [Metric], of graph: Graph, _ interface: TrainingInterface
  ) throws(Diagnostic) {
    var kept: [String] = []
    if metrics.contains(.loss) { kept.append(interface.loss) }
    if let metric = metrics.first(where: \.needsClasses) {
      kept.append(try Self.scores(of: graph, interface, for: metric))
    }
    if let metric = metrics.first(where: \.needsTargets) {
      guard let predictions = interface.predictions else {
        throw Diagnostic(
          .invalidGraph,
          "the \(metric) compares predictions with labels, and the graph has no output for them; name an output "
            + "predictions, or name the predictions")
      }
      kept.append(predictions)
    }
    var seen: Set<String> = []
    let part = try graph.keeping(outputs: kept.filter { seen.insert($0).inserted })
    let builder = GraphBuilder(extending: part)
    func value(_ name: String) throws(Diagnostic) -> Value {
      builder.value(try part.output(named: name).value)
    }
    var labels: Value?
    if metrics.contains(where: \.needsClasses) {
      labels = builder.input(Self.classes, .i32, Shape([.named(interface.batchDimension)]))
    }
    var targets: Value?
    if let name = interface.predictions, metrics.contains(where: \.needsTargets) {
      let type = try value(name).type
      targets = builder.input(Self.targets, type.scalarType, type.shape)
      targetPort = part.outputs.first { $0.name == name }
    } else {
      targetPort = nil
    }
    builder.setOutputs([])
    for (place, metric) in metrics.enumerated() {
      let result: Value
      switch metric {
      case .loss: result = try value(interface.loss)
      case .accuracy, .topK:
        guard let name = interface.scores, let labels else { continue }
        result = try Self.hits(metric, try value(name), labels)
      case .meanAbsoluteError, .meanSquaredError:
        guard let name = interface.predictions, let targets else { continue }
        let difference = try (value(name) - targets).cast(to: .f64)
        result = (metric == .meanAbsoluteError ? abs(difference) : difference * difference).sum()
      }
      builder.output(Self.output(place), result)
    }
    self.graph = try builder.build()
  }

  /// The output with the scores.
  static func scores(
    of graph: Graph, _ interface: TrainingInterface, for metric: Metric
  ) throws(Diagnostic) -> String {
    guard let scores = interface.scores, graph.classCount(interface) != nil else {
      throw Diagnostic(
        .invalidGraph,
        "there is no output with one score for each class, which the \(metric) needs; name an output logits, or "
          + "name the scores")
    }
    return scores
  }

  /// How many labels are right.
  private static func hits(
    _ metric: Metric, _ scores: Value, _ labels: Value
  ) throws(Diagnostic) -> Value {
    guard case .topK(let k) = metric else {
      return (scores.argmax(axis: -1) .== labels).cast(to: .f64).sum()
    }
    guard k > 0 else {
      throw Diagnostic(.invalidArgument, "there is no top-\(k); count from 1")
    }
    let classes = scores.builder.iota(.i32, scores.shape, axis: 1)
    let label = labels.broadcast(to: scores.shape, axes: [0])
    let chosen = select(classes .== label, scores, 0).sum(squeezingAxes: [1])
    let bar = chosen.broadcast(to: scores.shape, axes: [0])
    // As in argmax, a score that is no number is higher than any.
    let isHigher =
      (scores .> bar) .| ((scores .== bar) .& (classes .< label))
      .| ((scores .!= scores) .& (classes .!= label))
    let rank = isHigher.cast(to: .i32).sum(squeezingAxes: [1])
    return (rank .< Int32(clamping: k)).cast(to: .f64).sum()
  }
}
