import Adjoint
import AdjointTraining
import Foundation
import Testing

@Suite("Early stopping") struct EarlyStoppingTests {
  /// Descent away from the best: w is fitted to 1 by the training data and to 0.7 by the validation data,
  /// from 0 on by 0.1 each epoch, with the loss |w − t|.
  private func trainer(_ optimizer: Optimizer = .sgd(learningRate: 0.1)) throws -> Trainer {
    let builder = GraphBuilder("distance")
    let x = builder.input("x", .f64, ["B"])
    let w = builder.parameter("w", .f64, [])
    builder.output("loss", abs(w - x).mean())
    return try Trainer(
      builder.build(), on: Dataset(features: Tensor([1] as [Double])),
      options: TrainingOptions(optimizer: optimizer))
  }

  private func validation() throws -> Dataset { try Dataset(features: Tensor([0.72] as [Double])) }

  @Test("ends after the patience, with the best weights")
  func ends() async throws {
    let trainer = try trainer()
    var reports: [EpochReport] = []
    for try await progress in trainer.training(
      epochs: 50, validation: try validation(), stopping: EarlyStopping(patience: 2))
    {
      if let report = progress.report { reports.append(report) }
    }
    // w is 0.1 to 0.7, the best, then 0.8 and 0.9 without a better loss.
    #expect(reports.map(\.epoch) == Array(1...9))
    #expect(reports.map(\.isBest) == Array(repeating: true, count: 7) + [false, false])
    #expect(reports.map(\.stopsEarly) == Array(repeating: false, count: 8) + [true])
    let best = try #require(trainer.best)
    #expect(best.epoch == 7 && best.metric == .loss && abs(best.value - 0.02) < 1e-12)
    #expect(try trainer.weights() == best.weights)
    #expect(abs(try #require(trainer.weights()["w"]?.scalar) - 0.7) < 1e-12)
    // It has ended, for a training that asks for more epochs as well.
    for try await _ in trainer.training(
      epochs: 60, validation: try validation(), stopping: EarlyStopping(patience: 2))
    {
      Issue.record("a step was made")
    }
  }

  @Test("a change that is too small does not count")
  func minimumChange() throws {
    let trainer = try trainer()
    try trainer.train(
      epochs: 50, validation: validation(),
      stopping: EarlyStopping(patience: 3, minimumChange: 0.15))
    // The first value is the best so far; from there on every second epoch is better by 0.2: epochs 1, 3,
    // 5 and 7, whose loss is 0.02.
    #expect(trainer.best?.epoch == 7 && trainer.epochLosses.count == 10)
    let other = try self.trainer()
    try other.train(
      epochs: 50, validation: validation(),
      stopping: EarlyStopping(patience: 1, minimumChange: 0.15))
    #expect(other.best?.epoch == 1 && other.epochLosses.count == 2)
  }

  @Test("the best weights are there too where the epochs are over before")
  func lastEpoch() throws {
    let trainer = try trainer()
    try trainer.train(
      epochs: 8, validation: validation(), stopping: EarlyStopping(patience: 5))
    #expect(trainer.best?.epoch == 7 && trainer.epochLosses.count == 8)
    #expect(try trainer.weights() == trainer.best?.weights)
  }

  @Test("a resumed training stops where one that was not interrupted does", arguments: [3, 7, 8])
  func resumes(_ epochs: Int) async throws {
    let stopping = EarlyStopping(patience: 2)
    let straight = try trainer(.momentum(learningRate: 0.05, momentum: 0.5))
    try straight.train(epochs: 50, validation: validation(), stopping: stopping)
    let first = try trainer(.momentum(learningRate: 0.05, momentum: 0.5))
    for try await progress in first.training(
      epochs: 50, validation: try validation(), stopping: stopping)
    where progress.epoch == epochs { break }
    let second = try trainer(.momentum(learningRate: 0.05, momentum: 0.5))
    try second.resume(from: SafetensorsFile(bytes: first.checkpoint().bytes()))
    #expect(second.best == first.best)
    try second.train(epochs: 50, validation: validation(), stopping: stopping)
    #expect(try second.checkpoint() == straight.checkpoint())
    #expect(straight.epochLosses.count > epochs)
  }

  @Test("a best epoch that is damaged is refused")
  func damaged() throws {
    let trainer = try trainer()
    try trainer.train(epochs: 2, validation: validation(), stopping: EarlyStopping())
    let checkpoint = try trainer.checkpoint()
    for text in ["", "0 loss 1", "3 loss 1", "x loss 1", "1 los 1", "1 loss", "1 loss 1 1"] {
      var other = checkpoint
      other.metadata["adjoint.best"] = text
      let error = #expect(throws: Diagnostic.self) { try trainer.resume(from: other) }
      #expect(error?.code == .corruptFile, "\(text)")
    }
    var other = checkpoint
    other.tensors["best_epoch.w"] = nil
    #expect(throws: Diagnostic.self) { try trainer.resume(from: other) }
    #expect(try trainer.checkpoint() == checkpoint)
  }

  @Test("what it cannot judge by is refused before the first step")
  func refusals() throws {
    let trainer = try trainer()
    let before = try trainer.checkpoint()
    let data = try validation()
    let mistakes: [(Dataset?, EarlyStopping, Diagnostic.Code, String)] = [
      (nil, EarlyStopping(), .invalidArgument, "validation data"),
      (data, EarlyStopping(patience: 0), .invalidArgument, "patience"),
      (data, EarlyStopping(minimumChange: .nan), .invalidArgument, "least change"),
      (data, EarlyStopping(metric: .accuracy), .invalidGraph, "accuracy"),
    ]
    for (data, stopping, code, part) in mistakes {
      let error = #expect(throws: Diagnostic.self) {
        try trainer.train(epochs: 3, validation: data, stopping: stopping)
      }
      #expect(error?.code == code && error?.message.contains(part) == true, "\(part)")
    }
    #expect(try trainer.checkpoint() == before)
  }
}
