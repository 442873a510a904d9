import Adjoint
import AdjointTraining
import Foundation
import Testing

@Suite("Learning rates") struct ScheduleTests {
  /// The factors of the first steps.
  private func factors(
    _ schedule: LearningRateSchedule, _ count: Int, stepsPerEpoch: Int
  ) -> [Double] {
    (0..<count).map {
      schedule.factor(at: .init(step: $0, stepsPerEpoch: stepsPerEpoch))
    }
  }

  private func areClose(_ found: [Double], _ wanted: [Double]) -> Bool {
    found.count == wanted.count && zip(found, wanted).allSatisfy { ($0 - $1).magnitude < 1e-15 }
  }

  @Test("decay step by step as the definition says")
  func stepDecay() {
    // Four steps an epoch, and a tenth every 1.5 epochs: six steps of each power.
    let found = factors(.stepDecay(every: 1.5, by: 0.1), 14, stepsPerEpoch: 4)
    let wanted = [1, 1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01]
    #expect(areClose(found, wanted), "\(found)")
  }

  @Test("follow half a period of the cosine")
  func cosine() {
    // The cosines of 0°, 60°, 90°, 120° and 180° are 1, 1/2, 0, −1/2 and −1: over three epochs of two
    // steps, the steps 0, 2, 3, 4 and 6. Half of one plus that, from 1 down to 0.2.
    let found = factors(.cosine(over: 3, downTo: 0.2), 9, stepsPerEpoch: 2)
    let places = [0, 2, 3, 4, 6, 7, 8].map { found[$0] }
    #expect(areClose(places, [1, 0.8, 0.6, 0.4, 0.2, 0.2, 0.2]), "\(found)")
  }

  @Test("rise before another schedule begins")
  func warmUp() {
    // Two epochs of two steps rise in quarters; the halving then counts from its own beginning.
    let found = factors(
      .warmUp(over: 2, then: .stepDecay(every: 1, by: 0.5)), 8, stepsPerEpoch: 2)
    #expect(areClose(found, [0.25, 0.5, 0.75, 1, 1, 1, 0.5, 0.5]), "\(found)")
    #expect(areClose(factors(.warmUp(over: 0), 2, stepsPerEpoch: 3), [1, 1]))
  }

  @Test("are what the steps use, and are told")
  func used() throws {
    // One step an epoch of plain descent moves w by the rate times the gradient, which the step with
    // the whole rate shows.
    func weights(_ schedule: LearningRateSchedule) throws -> (w: [Double], rates: [Double]) {
      let trainer = try TrainerTests.trainer(batch: 40, schedule: schedule)
      var rates: [Double] = []
      try trainer.runEpoch { rates.append($0.learningRate) }
      return (try #require(trainer.weights()["w"]).doubles, rates)
    }
    let whole = try weights(.constant)
    let tenth = try weights(.init("tenth") { _ in 0.1 })
    let none = try weights(.init("none") { _ in 0 })
    #expect(whole.rates == [0.5])
    #expect(tenth.rates == [0.05])
    #expect(none.w == [0.5, 0.5])
    for (whole, tenth) in zip(whole.w, tenth.w) {
      #expect(abs((tenth - 0.5) - (whole - 0.5) / 10) < 1e-15)
    }
  }

  @Test(
    "that no step can use are refused before it",
    arguments: [
      (Double.nan, Diagnostic.Code.notFinite, "NaN"), (.infinity, .notFinite, "inf"),
      (-1, .invalidArgument, "-0.5"),
    ])
  func refused(_ factor: Double, _ code: Diagnostic.Code, _ part: String) throws {
    let trainer = try TrainerTests.trainer(
      schedule: .init("own") { $0.step == 7 ? factor : 1 })
    // Five steps an epoch: the eighth is the third of the second epoch.
    try trainer.runEpoch()
    for _ in 0..<2 { try trainer.runStep() }
    let before = try trainer.checkpoint()
    let error = #expect(throws: Diagnostic.self) { try trainer.runStep() }
    #expect(error?.code == code)
    #expect(error?.message.contains("own") == true)
    #expect(
      error?.message.lowercased().contains(part.lowercased()) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("step 3 of epoch 2") == true)
    #expect(error?.notes == [])
    #expect(try trainer.checkpoint() == before)
  }

  @Test("compile nothing: the rate is a parameter of the step")
  func parameter() throws {
    let graph = try TrainerTests.regression()
    let step = try graph.trainingStep(
      minimizing: "loss", with: .sgd(learningRate: 0.25), rate: .parameter,
      at: SourceLocation(file: #fileID, line: #line))
    let context = try step.compiled(CompilationOptions(dimensions: ["B": 1])).makeContext()
    #expect(try context.parameter("optimizer.learning_rate") == Tensor(scalar: 0.25, .f64))
    try context.set("x", to: Tensor([1, 0] as [Double], extents: [1, 2]))
    try context.set("t", to: Tensor([0.5] as [Double]))
    try context.set("optimizer.learning_rate", to: Tensor(scalar: 0.125, .f64))
    // The loss is (w₀ + b − 1/2)², zero at first; with b = 1 its slope in w₀ is 2.
    try context.set("b", to: Tensor(scalar: 1, .f64))
    try context.run()
    #expect(try context.parameter("w").doubles == [0.25, 0.5])
  }
}
