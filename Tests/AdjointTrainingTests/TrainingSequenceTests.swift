import Adjoint
import AdjointTraining
import Foundation
import Testing

@Suite("A training as a sequence") struct TrainingSequenceTests {
  @Test("tells of every step, and ends with the epochs")
  func progress() async throws {
    let trainer = try TrainerTests.trainer(batch: 16)
    var steps: [[Int]] = []
    for try await progress in trainer.training(epochs: 2) {
      steps.append([progress.epoch, progress.step])
      #expect(progress.stepsPerEpoch == 3)
      #expect(progress.endsEpoch == (progress.step == 3))
    }
    #expect(steps == [[1, 1], [1, 2], [1, 3], [2, 1], [2, 2], [2, 3]])
    let direct = try TrainerTests.trainer(batch: 16)
    for _ in 0..<2 { try direct.runEpoch() }
    #expect(try trainer.checkpoint() == direct.checkpoint())
    for try await _ in trainer.training(epochs: 2) { Issue.record("all epochs were done") }
  }

  @Test("goes on where the loop was left, to the same bits")
  func left() async throws {
    let straight = try TrainerTests.trainer(.adam(), schedule: .cosine(over: 4))
    for _ in 0..<4 { try straight.runEpoch() }
    let trainer = try TrainerTests.trainer(.adam(), schedule: .cosine(over: 4))
    for try await progress in trainer.training(epochs: 4)
    where progress.epoch == 2 && progress.step == 3 { break }
    #expect(trainer.epochLosses.count == 1)
    // Through bytes, as a file would be.
    let bytes = try trainer.checkpoint().bytes()
    let resumed = try TrainerTests.trainer(.adam(), schedule: .cosine(over: 4))
    try resumed.resume(from: SafetensorsFile(bytes: bytes))
    for try await _ in trainer.training(epochs: 4) {}
    for try await _ in resumed.training(epochs: 4) {}
    #expect(try trainer.checkpoint() == straight.checkpoint())
    #expect(try resumed.checkpoint() == straight.checkpoint())
  }

  /// Trains, writes a checkpoint after each epoch, and gives how it ended.
  @Test("stops between two steps where its task is cancelled, with a whole checkpoint")
  func cancelled() async throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("cancelled-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (steps, continuation) = AsyncStream.makeStream(of: Int.self)
    let task = Task {
      let trainer = try TrainerTests.trainer(.adam())
      var last: [Int] = []
      var stepsAfter = 0
      do {
        for try await progress in trainer.training(epochs: 1_000_000) {
          if Task.isCancelled { stepsAfter += 1 }
          last = [progress.epoch, progress.step]
          if progress.endsEpoch { try trainer.checkpoint().write(to: path) }
          continuation.yield(progress.epoch)
        }
        Issue.record("the training was not cancelled")
      } catch let error as Diagnostic {
        #expect(error.code == .cancelled)
        #expect(
          error.message.contains("epoch \(trainer.epochLosses.count + (last[1] == 5 ? 0 : 1))"))
        #expect(error.notes == [])
      }
      // The step that was under way, no other.
      #expect(stepsAfter <= 1)
      // The trainer goes on from there.
      try trainer.runEpoch()
      #expect(trainer.epochLosses.count == last[0] + (last[1] == 5 ? 1 : 0))
      return trainer.epochLosses
    }
    for await epoch in steps where epoch >= 3 { break }
    task.cancel()
    let losses = try await task.value

    let file = try SafetensorsFile(contentsOf: path)
    let resumed = try TrainerTests.trainer(.adam())
    try resumed.resume(from: file)
    #expect(resumed.epochLosses.count >= 2)
    #expect(losses.starts(with: resumed.epochLosses))
    // What it goes on to are the bits of the training that was cancelled.
    while resumed.epochLosses.count < losses.count { try resumed.runEpoch() }
    #expect(resumed.epochLosses == losses)
  }

  @Test("of a cancelled task makes no step")
  func cancelledBefore() async throws {
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      let trainer = try TrainerTests.trainer()
      let before = try trainer.checkpoint()
      do {
        for try await _ in trainer.training(epochs: 1) { Issue.record("a step was made") }
        Issue.record("the training was not cancelled")
      } catch {
        #expect((error as? Diagnostic)?.code == .cancelled)
      }
      #expect(try trainer.checkpoint() == before)
    }
    task.cancel()
    try await task.value
  }

  @Test("keeps the last examples of an epoch, or leaves them out")
  func lastBatch() throws {
    // Three examples in batches of two: the steps are those of descent on two examples and on one.
    let data = try TrainerTests.examples(3)
    let kept = try TrainerTests.trainer(.sgd(learningRate: 0.1), batch: 2, on: data)
    let cut = try TrainerTests.trainer(
      .sgd(learningRate: 0.1), batch: 2, on: data, keepsLastBatch: false)
    #expect(kept.stepsPerEpoch == 2 && kept.examplesPerEpoch == 3)
    #expect(cut.stepsPerEpoch == 1 && cut.examplesPerEpoch == 2)
    let x = data.features.doubles
    let t = try #require(data.labels).doubles
    let order = try CounterBasedRandom(seed: 1, stream: "epoch 1").permutation(of: 3)
    var (w, b, losses) = ([0.5, 0.5], 0.0, [Double]())
    for places in [order[0..<2], order[2..<3]] {
      var (slope, offset, loss) = ([0.0, 0.0], 0.0, 0.0)
      for place in places {
        let error = w[0] * x[2 * place] + w[1] * x[2 * place + 1] + b - t[place]
        loss += error * error / Double(places.count)
        for axis in 0..<2 { slope[axis] += 2 * error * x[2 * place + axis] / Double(places.count) }
        offset += 2 * error / Double(places.count)
      }
      for axis in 0..<2 { w[axis] -= 0.1 * slope[axis] }
      b -= 0.1 * offset
      losses.append(loss)
      if losses.count == 1 {
        try cut.runEpoch()
        #expect(
          zip(try #require(cut.weights()["w"]).doubles, w).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(abs(cut.epochLosses[0] - loss) < 1e-12)
      }
    }
    try kept.runEpoch()
    #expect(zip(try #require(kept.weights()["w"]).doubles, w).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(try #require(kept.weights()["b"]?.scalar) - b) < 1e-12)
    #expect(abs(kept.epochLosses[0] - (2 * losses[0] + losses[1]) / 3) < 1e-12)
  }

  @Test("resumes with a last batch of its own size to the same bits")
  func lastBatchResumes() throws {
    func trainer() throws -> Trainer { try TrainerTests.trainer(.adam(), batch: 16) }
    let straight = try trainer()
    for _ in 0..<3 { try straight.runEpoch() }
    for steps in 1..<9 {
      let first = try trainer()
      for _ in 0..<steps { try first.runStep() }
      let second = try trainer()
      try second.resume(from: SafetensorsFile(bytes: first.checkpoint().bytes()))
      while second.epochLosses.count < 3 { try second.runStep() }
      #expect(try second.checkpoint() == straight.checkpoint(), "after \(steps) steps")
    }
  }

  @Test(
    "is not resumed from a step that no epoch has", arguments: ["0", "-1", "5", "x", "", "9999"])
  func hostilePosition(_ text: String) throws {
    let trainer = try TrainerTests.trainer()
    try trainer.runStep()
    var checkpoint = try trainer.checkpoint()
    checkpoint.metadata["adjoint.steps_of_epoch"] = text
    let error = #expect(throws: Diagnostic.self) { try trainer.resume(from: checkpoint) }
    #expect(error?.code == .corruptFile)
  }
}
