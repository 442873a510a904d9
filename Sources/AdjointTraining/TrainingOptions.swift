/// How a model is trained.
public struct TrainingOptions: Sendable {
  /// The rule for new parameter values.
  public var optimizer: Optimizer
  /// How the learning rate changes from step to step.
  public var schedule: LearningRateSchedule
  /// What keeps gradients from becoming too large; nil for nothing.
  public var clipping: GradientClipping?
  /// Parameters by name that keep their values; see `Graph.trainingStep`.
  public var frozenParameters: [String]
  /// How much the examples of each class count in the loss; nil for all alike.
  public var classWeights: ClassWeights?
  /// The number of examples in a step.
  public var batchSize: Int
  /// Whether an epoch also has a step for the last examples of its order where they do not fill a
  /// batch.
  ///
  /// The loss of that step is the mean over fewer examples, so that each of them counts for more. It
  /// costs a second compilation and a second context, and in each epoch two copies of all parameters
  /// between the two. Without it, these examples are left out; the order is new in each epoch.
  public var keepsLastBatch: Bool
  /// Determines initial values and the order of examples.
  public var seed: UInt64
  /// The most threads a step uses; nil for one for each processor.
  public var threads: Int?

  /// Options; each has a sensible default.
  public init(
    optimizer: Optimizer = .adam(), schedule: LearningRateSchedule = .constant,
    clipping: GradientClipping? = nil, frozenParameters: [String] = [],
    classWeights: ClassWeights? = nil, batchSize: Int = 32, keepsLastBatch: Bool = true,
    seed: UInt64 = 0, threads: Int? = nil
  ) {
    self.optimizer = optimizer
    self.schedule = schedule
    self.clipping = clipping
    self.frozenParameters = frozenParameters
    self.classWeights = classWeights
    self.batchSize = batchSize
    self.keepsLastBatch = keepsLastBatch
    self.seed = seed
    self.threads = threads
  }
}
