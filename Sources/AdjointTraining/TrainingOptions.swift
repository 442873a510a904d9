/// How a model is trained.
public struct TrainingOptions: Sendable {
  /// The rule for new parameter values.
  public var optimizer: Optimizer
  /// The number of examples in a step.
  ///
  /// An epoch leaves out the last examples of its order where they do not fill a batch; the order
  /// is new in each epoch.
  public var batchSize: Int
  /// Determines initial values and the order of examples.
  public var seed: UInt64
  /// The most threads a step uses; nil for one for each processor.
  public var threads: Int?

  /// Options; each has a sensible default.
  public init(
    optimizer: Optimizer = .adam(), batchSize: Int = 32, seed: UInt64 = 0, threads: Int? = nil
  ) {
    self.optimizer = optimizer
    self.batchSize = batchSize
    self.seed = seed
    self.threads = threads
  }
}
