import Adjoint
import AdjointCore
import AdjointGraph

/// Trains the parameters of a graph on examples in memory, epoch by epoch.
///
/// The same graph, data and options give the same bits on every run with the same libraries, and a
/// resumed training the same as one that was never interrupted.
public final class Trainer {
  /// What is known after each step.
  public struct Progress: Sendable {
    /// The epoch, from 1.
    public let epoch: Int
    /// The step within the epoch, from 1.
    public let step: Int
    /// The number of steps in an epoch.
    public let stepsPerEpoch: Int
    /// The mean loss over the steps of the epoch so far.
    public let meanLoss: Double
  }

  /// The graph that is trained.
  public let graph: Graph
  /// Which inputs and outputs play which part.
  public let interface: TrainingInterface
  /// How it is trained.
  public let options: TrainingOptions
  /// The number of examples in a step: the batch size, or all examples where there are fewer.
  public let batchSize: Int
  /// The compiled training step.
  public let executable: Executable
  /// The mean loss of each epoch so far.
  public internal(set) var epochLosses: [Double] = []

  let engine: Engine
  private let data: Dataset
  /// Tells the examples, in the types and shapes of the graph, from others.
  let dataDigest: String
  /// Tells the graph of a step, with its initial values and the inputs it is given, from others.
  package let stepDigest: StepDigest
  let context: ExecutionContext

  /// Compiles the training step and sets all parameters to their initial values.
  ///
  /// - Throws: `.invalidArgument` for a batch size below 1; `.shapeMismatch` where the data does not
  ///   fit the graph's inputs; `.notDifferentiable` where there is nothing to train. Mistakes in the
  ///   training step are placed at the call.
  public init(
    _ graph: Graph, _ interface: TrainingInterface? = nil, on data: Dataset,
    options: TrainingOptions = TrainingOptions(), engine: Engine = .shared,
    file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) {
    guard options.batchSize > 0 else {
      throw Diagnostic(
        .invalidArgument, "the batch size must be at least 1, not \(options.batchSize)")
    }
    let parts: TrainingInterface
    if let interface { parts = interface } else { parts = try TrainingInterface(of: graph) }
    self.graph = graph
    self.interface = parts
    self.options = options
    self.engine = engine
    batchSize = min(options.batchSize, data.count)
    let step = try graph.keeping(outputs: [parts.loss])
      .trainingStep(minimizing: parts.loss, with: options.optimizer, file: file, line: line)
    executable = try step.compiled(
      CompilationOptions(
        dimensions: [parts.batchDimension: batchSize], threads: options.threads), on: engine)
    let fitted = try data.fitted(to: graph, parts)
    self.data = fitted
    dataDigest = Self.digest(of: fitted)
    stepDigest = StepDigest(of: step, parts)
    context = try executable.makeContext(seed: options.seed)
  }

  /// The number of examples it trains on.
  public var exampleCount: Int { data.count }

  /// The number of steps in an epoch.
  public var stepsPerEpoch: Int { data.count / batchSize }

  /// Trains on every example once, in an order of the seed and the epoch's own.
  ///
  /// - Throws: `.notFinite` where the loss is no longer a finite number; the parameters are then
  ///   those of the step that gave it.
  public func runEpoch(_ observe: (Progress) -> Void = { _ in }) throws(Diagnostic) {
    let epoch = epochLosses.count + 1
    let order = try CounterBasedRandom(seed: options.seed, stream: "epoch \(epoch)")
      .permutation(of: data.count)
    var sum = 0.0
    for step in 0..<stepsPerEpoch {
      let places = Array(order[step * batchSize..<(step + 1) * batchSize])
      try context.set(interface.features, to: data.features.rows(at: places))
      if let labels = data.labels, let name = interface.labels {
        try context.set(name, to: labels.rows(at: places))
      }
      try context.run()
      let loss = try context.scalar(interface.loss)
      guard loss.isFinite else {
        throw Diagnostic(
          .notFinite,
          "the loss is \(NumberLiteral(loss)) at step \(step + 1) of epoch \(epoch); lower the learning rate, or look "
            + "for extreme values in the data")
      }
      sum += loss
      observe(
        Progress(
          epoch: epoch, step: step + 1, stepsPerEpoch: stepsPerEpoch,
          meanLoss: sum / Double(step + 1)))
    }
    epochLosses.append(sum / Double(stepsPerEpoch))
  }

  private static func digest(of data: Dataset) -> String {
    var digest = ContentDigest()
    digest.add(data.features)
    if let labels = data.labels { digest.add(labels) }
    return digest.text
  }

  /// The present values of the graph's own parameters, without the optimizer's state.
  ///
  /// - Throws: nothing that a trainer can meet.
  public func weights() throws(Diagnostic) -> [String: Tensor] {
    let own = Set(graph.parameters.map(\.name))
    return try context.parameterTensors().filter { own.contains($0.key) }
  }
}
