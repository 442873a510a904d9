import Adjoint
import AdjointCore
import AdjointFormats
import AdjointGraph

extension Trainer {
  /// Everything that a later training needs to go on as if this one had not stopped: all parameters
  /// with the optimizer's state, the options, the losses so far, and within an epoch how far it is.
  ///
  /// - Throws: nothing that a trainer can meet.
  public func checkpoint() throws(Diagnostic) -> SafetensorsFile {
    var metadata = identity
    metadata[Key.losses] = epochLosses.map { String($0) }.joined(separator: " ")
    metadata[Key.graph] = graph.name
    if stepsDone > 0 {
      metadata[Key.stepsDone] = String(stepsDone)
      metadata[Key.lossSum] = String(lossSum)
    }
    if let names = data.classNames { metadata.setClassNames(names) }
    if let means = data.columnMeans { metadata.setColumnMeans(means) }
    var tensors = try context.parameterTensors()
    if let best {
      metadata[Key.best] = "\(best.epoch) \(best.metric) \(best.value)"
      for (name, tensor) in best.weights { tensors[Key.bestPrefix + name] = tensor }
    }
    return SafetensorsFile(tensors: tensors, metadata: metadata, hasChecksum: true)
  }

  /// Continues a training whose checkpoint was written with the same graph, data and options; the
  /// number of threads may differ.
  ///
  /// - Throws: `.corruptFile` where the file is not a checkpoint or its checksum is gone; `.invalidArgument` that lists what
  ///   differs; `.missingInput`, `.shapeMismatch` or `.scalarTypeMismatch` where its tensors are not
  ///   those of the graph. The trainer is then as it was.
  public func resume(from checkpoint: SafetensorsFile) throws(Diagnostic) {
    guard let text = checkpoint.metadata[Key.losses] else {
      throw Diagnostic(
        .corruptFile,
        "the file has weights but is no checkpoint; resume from one that training wrote")
    }
    if !checkpoint.hasChecksum, checkpoint.metadata[Key.step] == stepDigest.withChecksum {
      throw Diagnostic(
        .corruptFile,
        "the checkpoint is damaged: it was written with a checksum, which is gone; use another copy"
      )
    }
    var identity = identity
    if let step = checkpoint.metadata[Key.step], step == stepDigest.withoutChecksum {
      identity[Key.step] = step
    }
    var differences: [String] = []
    for (key, value) in identity.sorted(by: { $0.key < $1.key }) {
      let other = checkpoint.metadata[key] ?? "nothing"
      if other != value {
        differences.append("\(key): \(other.excerpt) in the checkpoint, \(value) here")
      }
    }
    guard differences.isEmpty else {
      if checkpoint.metadata[Key.step] != identity[Key.step] {
        differences.append(
          "another version of Adjoint may have written it, whose training step is not the same; its "
            + "tensors still load as weights, with run --weights or setParameters")
      }
      throw Diagnostic(
        .invalidArgument,
        "the checkpoint is of another training; use the same graph, data and options",
        notes: differences)
    }
    var losses: [Double] = []
    for word in text.split(separator: " ") {
      guard let loss = Double(word) else {
        throw Diagnostic(
          .corruptFile, "the checkpoint's losses hold '\(word.excerpt)', which is no number")
      }
      losses.append(loss)
    }
    let position = try position(in: checkpoint)
    let best = try best(in: checkpoint, epochs: losses.count)
    try context.setParameters(checkpoint.tensors)
    presentRate = nil
    epochLosses = losses
    self.best = best
    (stepsDone, lossSum) = position
    if !checkpoint.hasChecksum {
      engine.execution.notify(
        Diagnostic(
          .missingChecksum,
          "the checkpoint carries no checksum, so that damage to it would not be found; the next one "
            + "that this training writes has one"))
    }
  }

  /// The steps of the present epoch that a checkpoint has done, and the sum of their losses.
  private func position(
    in checkpoint: SafetensorsFile
  ) throws(Diagnostic) -> (stepsDone: Int, lossSum: Double) {
    guard let text = checkpoint.metadata[Key.stepsDone] else { return (0, 0) }
    guard let steps = Int(text), steps > 0, steps < stepsPerEpoch,
      let sum = checkpoint.metadata[Key.lossSum].flatMap(Double.init), sum.isFinite
    else {
      throw Diagnostic(
        .corruptFile,
        "the checkpoint is of the step '\(text.excerpt)' of an epoch of \(stepsPerEpoch), or has no sum of "
          + "the losses of these steps; use another copy")
    }
    return (steps, sum)
  }

  /// The best epoch of a training that is stopped early, where the checkpoint is of one.
  private func best(
    in checkpoint: SafetensorsFile, epochs: Int
  ) throws(Diagnostic) -> BestEpoch? {
    guard let text = checkpoint.metadata[Key.best] else { return nil }
    let words = text.split(separator: " ").map(String.init)
    let own = Set(graph.parameters.map(\.name))
    var weights: [String: Tensor] = [:]
    for port in context.executable.parameters where own.contains(port.name) {
      let tensor = checkpoint.tensors[Key.bestPrefix + port.name]
      if let tensor, tensor.type == port.type { weights[port.name] = tensor }
    }
    let count = context.executable.parameters.count { own.contains($0.name) }
    guard words.count == 3, let epoch = Int(words[0]), 1...max(1, epochs) ~= epoch,
      let metric = Metric(words[1]), let value = Double(words[2]), weights.count == count
    else {
      throw Diagnostic(
        .corruptFile,
        "the checkpoint's best epoch is '\(text.excerpt)', or its weights are not those of the graph; use "
          + "another copy")
    }
    return BestEpoch(epoch: epoch, metric: metric, value: value, weights: weights)
  }

  /// What has to be the same for a resumed training to give the same bits.
  private var identity: [String: String] {
    [
      Key.optimizer: options.optimizer.description,
      Key.schedule: options.schedule.description,
      Key.stepsPerEpoch: String(stepsPerEpoch),
      Key.batchSize: String(batchSize),
      Key.seed: String(options.seed),
      Key.exampleCount: String(exampleCount),
      Key.data: dataDigest,
      Key.step: stepDigest.withChecksum,
    ]
  }

  enum Key {
    static let losses = "adjoint.losses"
    static let graph = "adjoint.graph"
    static let optimizer = "adjoint.optimizer"
    static let schedule = "adjoint.schedule"
    static let stepsPerEpoch = "adjoint.steps_per_epoch"
    static let classes = "adjoint.classes"
    static let means = "adjoint.column_means"
    static let best = "adjoint.best"
    static let bestPrefix = "best_epoch."
    static let stepsDone = "adjoint.steps_of_epoch"
    static let lossSum = "adjoint.loss_sum"
    static let batchSize = "adjoint.batch_size"
    static let seed = "adjoint.seed"
    static let exampleCount = "adjoint.examples"
    static let data = "adjoint.data_digest"
    static let step = "adjoint.step_digest"
  }
}
