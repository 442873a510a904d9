import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators

/// Judges a trained graph on examples: metrics, and the classes that it predicts.
///
/// Metrics are nodes of the graph and compiled with it. What is compiled is kept for the next call.
public final class Evaluator {
  private let graph: Graph
  private let interface: TrainingInterface
  private let threads: Int?
  private let engine: Engine
  private var metricRunners: [[Metric]: (parts: MetricGraph, runner: ForwardRunner)] = [:]
  private var classRunner: ForwardRunner?

  /// An evaluator of a graph.
  public init(
    _ graph: Graph, _ interface: TrainingInterface, threads: Int? = nil,
    engine: Engine = .shared
  ) {
    self.graph = graph
    self.interface = interface
    self.threads = threads
    self.engine = engine
  }

  /// Metrics over examples.
  ///
  /// For the numbers of classes, labels are such numbers, or one number for each class, of which the
  /// largest counts.
  ///
  /// - Throws: `.invalidGraph` where the graph lacks the output that a metric needs; `.invalidArgument`
  ///   for a label that is no class of the graph, or `.topK` below 1; `.shapeMismatch` where the data
  ///   lacks labels, or data or weights do not fit the graph.
  public func values(
    of metrics: [Metric], on data: Dataset, weights: [String: Tensor]
  ) throws(Diagnostic) -> [Metric: Double] {
    guard !metrics.isEmpty else { return [:] }
    let (inputs, runner) = try prepared(metrics, data)
    var sums = metrics.map { _ in 0.0 }
    try runner.run(data.count, inputs, weights: weights) { (context, count) throws(Diagnostic) in
      for (place, metric) in metrics.enumerated() {
        let value = try context.scalar(MetricGraph.output(place))
        sums[place] += metric == .loss ? value * Double(count) : value
      }
    }
    var values: [Metric: Double] = [:]
    for (metric, sum) in zip(metrics, sums) {
      let width = metric.needsTargets ? (data.labels?.count ?? data.count) / data.count : 1
      values[metric] = sum / Double(data.count * width)
    }
    return values
  }

  /// Refuses metrics that the graph cannot give.
  func check(_ metrics: [Metric]) throws(Diagnostic) { _ = try runner(for: metrics) }

  /// Refuses metrics that the graph cannot give of these examples, without a run.
  ///
  /// - Throws: as `values(of:on:weights:)` with weights that fit the graph.
  func check(_ metrics: [Metric], of data: Dataset) throws(Diagnostic) {
    if !metrics.isEmpty { _ = try prepared(metrics, data) }
  }

  /// What the metrics are worked out by, and the rows of its inputs.
  private func prepared(
    _ metrics: [Metric], _ data: Dataset
  ) throws(Diagnostic) -> (inputs: [(name: String, rows: Tensor)], runner: ForwardRunner) {
    let (parts, runner) = try runner(for: metrics)
    var inputs = [(name: interface.features, rows: try data.fittedFeatures(to: graph, interface))]
    if metrics.contains(.loss), let name = interface.labels {
      let fitted = try data.fitted(to: graph, interface)
      if let labels = fitted.labels { inputs.append((name, labels)) }
    }
    if let metric = metrics.first(where: \.needsClasses) {
      inputs.append((MetricGraph.classes, try classes(metric, data)))
    }
    if let port = parts.targetPort {
      guard let labels = data.labels else {
        throw Diagnostic(
          .shapeMismatch, "the predictions \(port) are compared with labels, and the data has none")
      }
      inputs.append(
        (MetricGraph.targets, try labels.shaped(for: port, count: data.count).converted(for: port)))
    }
    return (inputs, runner)
  }

  /// The numbers of the classes that the labels say.
  private func classes(_ metric: Metric, _ data: Dataset) throws(Diagnostic) -> Tensor {
    guard let classes = labelledClasses(of: data) else {
      throw Diagnostic(
        .shapeMismatch,
        "the \(metric) needs labels, the number of the class or one number for each class, and the data "
          + "has \(data.labels.map { "\($0.type)" } ?? "none")")
    }
    if let labels = data.labels, labels.count == data.count,
      let count = graph.classCount(interface)
    {
      try Dataset.check(labels, below: count)
    }
    return try Tensor(classes.map { Int32(exactly: $0) ?? -1 })
  }

  /// The class with the highest score for each example; the first of equal ones.
  ///
  /// - Throws: `.invalidGraph` where the graph has no scores; `.shapeMismatch` where the data or the
  ///   weights do not fit the graph.
  public func classes(
    of data: Dataset, weights: [String: Tensor]
  ) throws(Diagnostic) -> [Int] {
    let features = try data.fittedFeatures(to: graph, interface)
    var result: [Int] = []
    result.reserveCapacity(data.count)
    try runnerOfClasses().run(data.count, [(interface.features, features)], weights: weights) {
      (context, _) throws(Diagnostic) in
      result += try context.output(MetricGraph.classes).doubles.map { Int(clampedConversion: $0) }
    }
    return result
  }

  /// The fraction of examples whose predicted class is their label.
  ///
  /// Labels are class numbers, or one number for each class, of which the largest counts.
  ///
  /// - Throws: as `values(of:on:weights:)`.
  public func accuracy(
    on data: Dataset, weights: [String: Tensor]
  ) throws(Diagnostic) -> Double {
    try values(of: [.accuracy], on: data, weights: weights)[.accuracy] ?? .nan
  }

  /// The class that the label of each example says, −1 for what is no class number; nil where there are no
  /// labels, or they have neither one number nor one for each class.
  package func labelledClasses(of data: Dataset) -> [Int]? {
    guard let labels = data.labels else { return nil }
    // A fraction is no class, and equal to none.
    if labels.count == data.count { return labels.doubles.map { Int(exactly: $0) ?? -1 } }
    guard let classes = graph.classCount(interface), data.count *| classes == labels.count else {
      return nil
    }
    let numbers = labels.floats
    return (0..<data.count).map { Self.largest(numbers[$0 * classes..<($0 + 1) * classes]) }
  }

  /// The place of the largest number in a row; the first of equal ones.
  private static func largest(_ row: ArraySlice<Float>) -> Int {
    let best = row.indices.max { row[$0] < row[$1] || (row[$0] == row[$1] && $0 > $1) }
    return (best ?? row.startIndex) - row.startIndex
  }

  private func runner(
    for metrics: [Metric]
  ) throws(Diagnostic) -> (parts: MetricGraph, runner: ForwardRunner) {
    if let known = metricRunners[metrics] { return known }
    let parts = try MetricGraph(metrics, of: graph, interface)
    let runner = ForwardRunner(parts.graph, interface, threads: threads, on: engine)
    metricRunners[metrics] = (parts, runner)
    return (parts, runner)
  }

  private func runnerOfClasses() throws(Diagnostic) -> ForwardRunner {
    if let classRunner { return classRunner }
    let scores = try MetricGraph.scores(of: graph, interface, for: .accuracy)
    let part = try graph.keeping(outputs: [scores])
    let builder = GraphBuilder(extending: part)
    let value = builder.value(try part.output(named: scores).value)
    builder.setOutputs([])
    builder.output(MetricGraph.classes, value.argmax(axis: -1))
    let runner = ForwardRunner(try builder.build(), interface, threads: threads, on: engine)
    classRunner = runner
    return runner
  }
}
