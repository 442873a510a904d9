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
    return SafetensorsFile(
      tensors: try context.parameterTensors(), metadata: metadata, hasChecksum: true)
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
    try context.setParameters(checkpoint.tensors)
    presentRate = nil
    epochLosses = losses
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

  private enum Key {
    static let losses = "adjoint.losses"
    static let graph = "adjoint.graph"
    static let optimizer = "adjoint.optimizer"
    static let schedule = "adjoint.schedule"
    static let stepsPerEpoch = "adjoint.steps_per_epoch"
    static let stepsDone = "adjoint.steps_of_epoch"
    static let lossSum = "adjoint.loss_sum"
    static let batchSize = "adjoint.batch_size"
    static let seed = "adjoint.seed"
    static let exampleCount = "adjoint.examples"
    static let data = "adjoint.data_digest"
    static let step = "adjoint.step_digest"
  }
}
