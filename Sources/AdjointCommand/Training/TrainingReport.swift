import Adjoint
import AdjointTraining

/// What is said of a training when it is done.
struct TrainingReport {
  private let session: TrainingSession
  private let weightsPath: String?
  private let chartPath: String?

  init(_ session: TrainingSession, weightsPath: String?, chartPath: String?) {
    self.session = session
    self.weightsPath = weightsPath
    self.chartPath = chartPath
  }

  func summary() -> String {
    let trainer = session.trainer
    let epochs = trainer.epochLosses.count
    var lines = [
      "\(trainer.graph.name): \(NumberText.grouped(trainer.exampleCount)) examples, "
        + "\(epochs) epoch\(epochs == 1 ? "" : "s") of \(trainer.stepsPerEpoch) "
        + "step\(trainer.stepsPerEpoch == 1 ? "" : "s"), "
        + trainer.options.optimizer.description
    ]
    if session.resumedEpochs > 0 {
      lines.append("resumed after epoch \(session.resumedEpochs)")
    }
    if let best = trainer.best {
      lines.append(
        "best epoch: \(best.epoch), \(best.metric) \(MetricText.text(best.metric, best.value)); its weights are kept"
      )
    }
    var loss = "training loss: \(NumberText.fixed(trainer.epochLosses.last ?? .nan, decimals: 4))"
    if session.seconds > 0 {
      loss +=
        ", after \(NumberText.fixed(session.seconds, decimals: 1)) s at "
        + "\(NumberText.grouped(Int(session.examplesPerSecond))) examples a second"
    }
    lines.append(loss)
    if let weightsPath { lines.append("weights: \(weightsPath)") }
    if let chartPath { lines.append("loss curve: \(chartPath)") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The figure that the training is judged by.
  func lastLine() throws(Diagnostic) -> String {
    if let name = session.examples.evaluation?.name {
      if let accuracy = try session.accuracy() {
        return "\(name) accuracy: \(NumberText.fixed(accuracy * 100, decimals: 1)) %"
      }
      if let loss = try session.evaluationLoss() {
        return "\(name) loss: \(NumberText.fixed(loss, decimals: 4))"
      }
    }
    return "training loss: \(NumberText.full(session.trainer.epochLosses.last ?? .nan))"
  }

  func json() throws(Diagnostic) -> JSONValue {
    let trainer = session.trainer
    var evaluation = JSONValue.null
    if let part = session.examples.evaluation {
      evaluation = .object([
        "name": .text(part.name), "examples": .integer(part.data.count),
        "accuracy": try session.accuracy().map { .number($0) } ?? .null,
        "loss": try session.evaluationLoss().map { .number($0) } ?? .null,
      ])
    }
    let best = trainer.best.map { JSONValue.integer($0.epoch) } ?? .null
    var members: [String: JSONValue] = [
      "graph": .text(trainer.graph.name), "examples": .integer(trainer.exampleCount),
      "epochs": .integer(trainer.epochLosses.count),
      "resumedEpochs": .integer(session.resumedEpochs),
      "batch": .integer(trainer.batchSize), "stepsPerEpoch": .integer(trainer.stepsPerEpoch),
      "optimizer": .text(trainer.options.optimizer.description),
      "seed": .spelled(String(trainer.options.seed)),
    ]
    members["losses"] = .array(trainer.epochLosses.map { .number($0) })
    members["accuracies"] = .array(session.accuracies.map { .number($0) })
    members["epochReports"] = .array(session.reports.map(Self.json))
    members["bestEpoch"] = best
    members["evaluation"] = evaluation
    members["seconds"] = .number(session.seconds)
    members["examplesPerSecond"] = .number(session.examplesPerSecond)
    members["weights"] = weightsPath.map { .text($0) } ?? .null
    members["plot"] = chartPath.map { .text($0) } ?? .null
    return .object(members)
  }

  private static func json(_ report: EpochReport) -> JSONValue {
    .object([
      "epoch": .integer(report.epoch), "training": MetricText.json(report.training),
      "evaluation": MetricText.json(report.validation), "isBest": .bool(report.isBest),
    ])
  }
}
