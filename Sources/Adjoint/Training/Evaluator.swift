import AdjointCore
import AdjointGraph

/// Runs the forward part of a trained graph: scores, predicted classes, accuracy.
public final class Evaluator {
  private let graph: Graph
  private let interface: TrainingInterface
  private let scores: String
  private let threads: Int?
  private var contexts: [Int: ExecutionContext] = [:]

  /// The most examples that run at once.
  private static let batchSize = 512

  /// An evaluator of a graph that has an output with one score for each class.
  ///
  /// - Throws: `.invalidGraph` where it has none.
  public init(
    _ graph: Graph, _ interface: TrainingInterface, threads: Int? = nil
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
        let scores = numbers[row * width..<(row + 1) * width]
        let best = scores.indices.max {
          scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1)
        }
        result.append((best ?? scores.startIndex) - scores.startIndex)
      }
      first += count
    }
    return result
  }

  /// The fraction of examples whose predicted class is their label.
  ///
  /// - Throws: `.shapeMismatch` where the data has no labels or does not fit the graph.
  public func accuracy(
    on data: Dataset, weights: [String: Tensor]
  ) throws(Diagnostic) -> Double {
    guard let labels = data.labels else {
      throw Diagnostic(.shapeMismatch, "accuracy needs labels, and the data has none")
    }
    let predicted = try classes(of: data, weights: weights)
    let right = zip(predicted, labels.doubles).count { Double($0) == $1 }
    return Double(right) / Double(data.count)
  }

  /// The context for a number of examples, made when first needed.
  private func context(
    for count: Int, _ weights: [String: Tensor]
  ) throws(Diagnostic) -> ExecutionContext {
    if let context = contexts[count] { return context }
    let executable = try graph.compiled(
      CompilationOptions(dimensions: [interface.batchDimension: count], threads: threads))
    let context = try executable.makeContext()
    try context.setParameters(weights)
    contexts[count] = context
    return context
  }
}
