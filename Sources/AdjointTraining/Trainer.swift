import Adjoint
import AdjointCore
import AdjointGraph

/// Trains the parameters of a graph on examples in memory, step by step and epoch by epoch.
///
/// The same graph, data and options give the same bits on every run with the same libraries, and a
/// resumed training the same as one that was never interrupted, wherever that was.
///
/// <!-- given: trainer: Trainer -->
/// ```swift
/// for try await progress in trainer.training(epochs: 10) where progress.endsEpoch {
///   print(progress.epoch, progress.meanLoss)
/// }
/// ```
public final class Trainer {
  /// The graph that is trained.
  public let graph: Graph
  /// Which inputs and outputs play which part.
  public let interface: TrainingInterface
  /// How it is trained.
  public let options: TrainingOptions
  /// The number of examples in a step: the batch size, or all examples where there are fewer.
  public let batchSize: Int
  /// The compiled training step for a whole batch.
  public let executable: Executable
  /// The mean loss of each epoch so far.
  public internal(set) var epochLosses: [Double] = []

  /// The best epoch so far, in a training that is stopped early.
  public internal(set) var best: BestEpoch?

  let evaluator: Evaluator
  let engine: Engine
  let data: Dataset
  /// Tells the examples, in the types and shapes of the graph, from others.
  let dataDigest: String
  /// Tells the graph of a step, with its initial values and the inputs it is given, from others.
  package let stepDigest: StepDigest
  let context: ExecutionContext
  /// Where the last examples of an epoch run, where they do not fill a batch and are kept.
  let lastBatchContext: ExecutionContext?
  /// The scalar type of the loss and of the learning rate.
  let lossType: ScalarType

  /// The steps of the present epoch that are done.
  var stepsDone = 0
  /// The sum of their losses, each weighted by the number of its examples over the batch size.
  var lossSum = 0.0
  /// The order of the examples in an epoch, once it is needed.
  var order: (epoch: Int, places: [Int])?
  /// The learning rate that the context has; nil where that is not known.
  var presentRate: Double?

  /// Compiles the training step and sets all parameters to their initial values.
  ///
  /// - Throws: `.invalidArgument` for a batch size below 1, a setting of the optimizer or the clipping
  ///   out of range, or class weights that do not fit the classes of the data or the loss; `.shapeMismatch` where the data does not fit the graph's inputs; `.unknownName`
  ///   for a frozen parameter that the graph does not have; `.notDifferentiable` where there is nothing
  ///   to train. Mistakes in the training step are placed at the call.
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
    let fitted = try data.fitted(to: graph, parts)
    self.data = fitted
    evaluator = Evaluator(graph, parts, threads: options.threads, engine: engine)
    let step = try Self.step(of: graph, parts, fitted, options, engine, file, line)
    executable = try step.compiled(
      CompilationOptions(
        dimensions: [parts.batchDimension: batchSize], threads: options.threads), on: engine)
    lossType = step.type(of: try step.output(named: parts.loss).value).scalarType
    dataDigest = Self.digest(of: fitted)
    stepDigest = StepDigest(of: step, parts)
    context = try executable.makeContext(seed: options.seed)
    let rest = data.count % batchSize
    if options.keepsLastBatch, rest > 0 {
      lastBatchContext = try step.compiled(
        CompilationOptions(dimensions: [parts.batchDimension: rest], threads: options.threads),
        on: engine
      ).makeContext(seed: options.seed)
    } else {
      lastBatchContext = nil
    }
  }

  /// The graph of a step.
  private static func step(
    of graph: Graph, _ interface: TrainingInterface, _ data: Dataset, _ options: TrainingOptions,
    _ engine: Engine, _ file: String, _ line: Int
  ) throws(Diagnostic) -> Graph {
    let part: Graph
    if let classWeights = options.classWeights {
      let loss = try WeightedLoss(of: graph, interface, on: data, weighing: classWeights)
      try loss.check(seed: options.seed, threads: options.threads, on: engine)
      part = loss.weighted
    } else {
      part = try graph.keeping(outputs: [interface.loss])
    }
    let own = Set(part.parameters.map(\.name))
    do throws(Diagnostic) {
      for name in options.frozenParameters {
        _ = try graph.port(named: name, among: graph.parameters, "parameter")
      }
    } catch {
      throw error.located(at: SourceLocation(file: file, line: line))
    }
    let location = SourceLocation(file: file, line: line)
    do throws(Diagnostic) {
      return try part.trainingStep(
        minimizing: interface.loss, with: options.optimizer, rate: options.schedule.source,
        freezing: options.frozenParameters.filter(own.contains), options.clipping, at: location)
    } catch {
      throw error.located(at: location)
    }
  }

  /// The number of examples it is given.
  public var exampleCount: Int { data.count }

  /// The number of steps in an epoch.
  public var stepsPerEpoch: Int { data.count / batchSize + (lastBatchContext == nil ? 0 : 1) }

  /// The number of examples that an epoch trains on: all, unless the last batch is left out.
  public var examplesPerEpoch: Int {
    lastBatchContext == nil ? data.count / batchSize * batchSize : data.count
  }

  private static func digest(of data: Dataset) -> String {
    var digest = ContentDigest()
    digest.add(data.features)
    if let labels = data.labels { digest.add(labels) }
    for name in data.classNames ?? [] { digest.add(name) }
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
