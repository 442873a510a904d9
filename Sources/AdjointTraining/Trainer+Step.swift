import Adjoint
import AdjointCore
import AdjointGraph

extension Trainer {
  /// What is known after each step.
  public struct Progress: Hashable, Sendable {
    /// The epoch, from 1.
    public let epoch: Int
    /// The step within the epoch, from 1.
    public let step: Int
    /// The number of steps in an epoch.
    public let stepsPerEpoch: Int
    /// The mean loss over the steps of the epoch so far, each weighted by the number of its examples.
    public let meanLoss: Double
    /// The learning rate of the step.
    public let learningRate: Double
    /// What is known of the epoch, after its last step in a training as a sequence.
    public internal(set) var report: EpochReport?

    /// Whether the step is the last one of its epoch.
    public var endsEpoch: Bool { step == stepsPerEpoch }
  }

  /// Trains on every example once, in an order of the seed and the epoch's own; where an epoch has been
  /// begun, on the rest of its examples.
  ///
  /// - Throws: as `runStep()`.
  public func runEpoch(_ observe: (Progress) -> Void = { _ in }) throws(Diagnostic) {
    while true {
      let progress = try runStep()
      observe(progress)
      if progress.endsEpoch { return }
    }
  }

  /// Makes the next step of the present epoch, or the first of the next.
  ///
  /// - Throws: `.notFinite` or `.invalidArgument` where the schedule gives a learning rate that is not
  ///   finite or below 0, with everything as it was before; `.notFinite` where the loss is no longer a
  ///   finite number: the parameters are then those of the step that gave it.
  @discardableResult
  public func runStep() throws(Diagnostic) -> Progress {
    let epoch = epochLosses.count + 1
    let stepsPerEpoch = stepsPerEpoch
    let rate = try options.schedule.rate(
      options.optimizer.learningRate,
      at: LearningRateSchedule.Moment(
        step: epochLosses.count * stepsPerEpoch + stepsDone, stepsPerEpoch: stepsPerEpoch),
      as: lossType)
    if options.schedule.source == .parameter, rate != presentRate {
      try context.set(Graph.learningRateName, to: Tensor(scalar: NumberLiteral(rate), lossType))
      presentRate = rate
    }
    let first = stepsDone * batchSize
    let count = min(batchSize, data.count - first)
    let places = Array(try placesOfEpoch(epoch)[first..<first + count])
    let loss: Double
    if count < batchSize, let lastBatchContext {
      // The two contexts are compiled apart, and each has parameters of its own.
      try lastBatchContext.setParameters(context.parameterTensors())
      loss = try run(lastBatchContext, places)
      try context.setParameters(lastBatchContext.parameterTensors())
    } else {
      loss = try run(context, places)
    }
    guard loss.isFinite else {
      throw Diagnostic(
        .notFinite,
        "the loss is \(NumberLiteral(loss)) at step \(stepsDone + 1) of epoch \(epoch); lower the learning rate, or look "
          + "for extreme values in the data")
    }
    stepsDone += 1
    lossSum += loss * Double(count) / Double(batchSize)
    let examples = Double(first + count) / Double(batchSize)
    let progress = Progress(
      epoch: epoch, step: stepsDone, stepsPerEpoch: stepsPerEpoch, meanLoss: lossSum / examples,
      learningRate: rate)
    if stepsDone == stepsPerEpoch {
      epochLosses.append(progress.meanLoss)
      stepsDone = 0
      lossSum = 0
    }
    return progress
  }

  /// Runs a step on the examples at some places, and gives its loss.
  private func run(_ context: ExecutionContext, _ places: [Int]) throws(Diagnostic) -> Double {
    try context.set(interface.features, to: data.features.rows(at: places))
    if let labels = data.labels, let name = interface.labels {
      try context.set(name, to: labels.rows(at: places))
    }
    try context.run()
    return try context.scalar(interface.loss)
  }

  /// The order of the examples in an epoch.
  private func placesOfEpoch(_ epoch: Int) throws(Diagnostic) -> [Int] {
    if let order, order.epoch == epoch { return order.places }
    let places = try CounterBasedRandom(seed: options.seed, stream: "epoch \(epoch)")
      .permutation(of: data.count)
    order = (epoch, places)
    return places
  }
}
