import Adjoint
import AdjointCore
import AdjointFormats
import AdjointGraph

extension Trainer {
  /// Everything that a later training needs to go on as if this one had not stopped: all parameters
  /// with the optimizer's state, the options, and the losses so far.
  ///
  /// - Throws: nothing that a trainer can meet.
  public func checkpoint() throws(Diagnostic) -> SafetensorsFile {
    var metadata = identity
    metadata[Key.losses] = epochLosses.map { String($0) }.joined(separator: " ")
    metadata[Key.graph] = graph.name
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
    try context.setParameters(checkpoint.tensors)
    epochLosses = losses
    if !checkpoint.hasChecksum {
      engine.execution.notify(
        Diagnostic(
          .missingChecksum,
          "the checkpoint carries no checksum, so that damage to it would not be found; the next one "
            + "that this training writes has one"))
    }
  }

  /// What has to be the same for a resumed training to give the same bits.
  private var identity: [String: String] {
    [
      Key.optimizer: options.optimizer.description,
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
    static let batchSize = "adjoint.batch_size"
    static let seed = "adjoint.seed"
    static let exampleCount = "adjoint.examples"
    static let data = "adjoint.data_digest"
    static let step = "adjoint.step_digest"
  }
}
