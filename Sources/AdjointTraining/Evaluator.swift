import Adjoint
import AdjointCore
import AdjointGraph

/// Runs the forward part of a trained graph: scores, predicted classes, accuracy.
public final class Evaluator {
  private let graph: Graph
  private let interface: TrainingInterface
  private let scores: String
  private let threads: Int?
  private let engine: Engine
  private var contexts: [Int: ExecutionContext] = [:]

  /// The most examples that run at once.
  private static let batchSize = 512

  /// An evaluator of a graph that has an output with one score for each class.
  ///
  /// - Throws: `.invalidGraph` where it has none.
  public init(
    _ graph: Graph, _ interface: TrainingInterface, threads: Int? = nil,
    engine: Engine = .shared
  ) throws(Diagnostic) {
    guard let scores = interface.scores, graph.classCount(interface) != nil else {
      throw Diagnostic(
        .invalidGraph,
        "there is no output with one score for each class; name an output logits, or name the scores"
      )
    }
    self.graph = try graph.keeping(outputs: [scores])
    self.interface = interface
    self.scores = scores
    self.threads = threads
    self.engine = engine
  }

  /// The class with the highest score for each example; the first of equal ones.
  ///
  /// - Throws: `.shapeMismatch` where the data or the weights do not fit the graph.
  public func classes(
    of data: Dataset, weights: [String: Tensor]
  ) throws(Diagnostic) -> [Int] {
    let features = try data.fittedFeatures(to: graph, interface)
    var result: [Int] = []
    for context in contexts.values { try context.setParameters(weights) }
    var first = 0
    while first < data.count {
      let count = min(Self.batchSize, data.count - first)
      let context = try context(for: count, weights)
      let places = Array(first..<first + count)
      try context.set(interface.features, to: features.rows(at: places))
      try context.run()
      let numbers = try context.output(scores).floats
      let width = numbers.count / count
      for row in 0..<count {
        result.append(Self.largest(numbers[row * width..<(row + 1) * width]))
      }
      first += count
    }
    return result
  }

  /// The fraction of examples whose predicted class is their label.
  ///
  /// Labels are class numbers, or one number for each class, of which the largest counts.
  ///
  /// - Throws: `.shapeMismatch` where the data has no labels or does not fit the graph.
  public func accuracy(
    on data: Dataset, weights: [String: Tensor]
  ) throws(Diagnostic) -> Double {
    guard let labelled = labelledClasses(of: data) else {
      throw Diagnostic(
        .shapeMismatch,
        "accuracy needs labels, the number of the class or one number for each class, and the data "
          + "has \(data.labels.map { "\($0.type)" } ?? "none")")
    }
    let predicted = try classes(of: data, weights: weights)
    return Double(zip(predicted, labelled).count { $0 == $1 }) / Double(data.count)
  }

  /// The class that the label of each example says; nil where there are no labels, or they have
  /// neither one number nor one for each class.
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

  /// The context for a number of examples, made when first needed.
  private func context(
    for count: Int, _ weights: [String: Tensor]
  ) throws(Diagnostic) -> ExecutionContext {
    if let context = contexts[count] { return context }
    let executable = try graph.compiled(
      CompilationOptions(dimensions: [interface.batchDimension: count], threads: threads),
      on: engine)
    let context = try executable.makeContext()
    try context.setParameters(weights)
    contexts[count] = context
    return context
  }
}
