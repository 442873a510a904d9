import Adjoint
import AdjointTraining
import Foundation
import Testing

@Suite struct TrainerTests {
  /// y = x·w + b with the mean squared error; two features.
  static func regression() throws -> Graph {
    let builder = GraphBuilder("regression")
    let x = builder.input("x", .f64, ["B", 2])
    let t = builder.input("t", .f64, ["B"])
    let w = builder.parameter("w", .f64, [2], .constant(0.5))
    let b = builder.parameter("b", .f64, [])
    let y = (x * w).sum(squeezingAxes: [1]) + b
    let error = y - t
    builder.output("loss", (error * error).mean())
    return try builder.build()
  }

  /// Examples of y = 3·x0 − 2·x1 + 1.
  static func examples(_ count: Int = 40) throws -> Dataset {
    var x: [Double] = []
    var t: [Double] = []
    for index in 0..<count {
      let (a, b) = (Double(index * 7 % 11) / 11 - 0.5, Double(index * 5 % 13) / 13 - 0.5)
      x += [a, b]
      t.append(3 * a - 2 * b + 1)
    }
    return try Dataset(
      features: Tensor(x, extents: [count, 2]), labels: Tensor(t, extents: [count]))
  }

  static func trainer(
    _ optimizer: Optimizer = .sgd(learningRate: 0.5), batch: Int = 8, seed: UInt64 = 1,
    on data: Dataset? = nil, schedule: LearningRateSchedule = .constant,
    keepsLastBatch: Bool = true
  ) throws -> Trainer {
    let graph = try regression()
    return try Trainer(
      graph, TrainingInterface(of: graph, features: "x"), on: data ?? examples(),
      options: TrainingOptions(
        optimizer: optimizer, schedule: schedule, batchSize: batch, keepsLastBatch: keepsLastBatch,
        seed: seed))
  }

  @Test(
    arguments: [
      Optimizer.sgd(learningRate: 0.5), .momentum(learningRate: 0.1), .adam(learningRate: 0.05),
    ].indices)
  func findsTheNumbersBehindTheData(_ choice: Int) throws {
    let optimizers = [
      Optimizer.sgd(learningRate: 0.5), .momentum(learningRate: 0.1), .adam(learningRate: 0.05),
    ]
    let trainer = try Self.trainer(optimizers[choice])
    for _ in 0..<150 { try trainer.runEpoch() }
    let weights = try trainer.weights()
    #expect(Set(weights.keys) == ["w", "b"])
    let w = try #require(weights["w"]).doubles
    #expect(abs(w[0] - 3) < 1e-3 && abs(w[1] + 2) < 1e-3)
    #expect(abs(try #require(weights["b"]?.scalar) - 1) < 1e-3)
    #expect(try trainer.loss(on: Self.examples()) < 1e-5)
    #expect(trainer.epochLosses.count == 150)
  }

  @Test func oneStepIsTheFormula() throws {
    let data = try Self.examples(4)
    let x = data.features.doubles
    let t = try #require(data.labels).doubles
    var gradient = [0.0, 0.0]
    for row in 0..<4 {
      let error = 0.5 * x[2 * row] + 0.5 * x[2 * row + 1] - t[row]
      gradient[0] += 2 * error * x[2 * row] / 4
      gradient[1] += 2 * error * x[2 * row + 1] / 4
    }
    let sgd = try Self.trainer(.sgd(learningRate: 0.1), batch: 4, on: data)
    try sgd.runEpoch()
    let momentum = try Self.trainer(
      .momentum(learningRate: 0.1, momentum: 0.9), batch: 4, on: data)
    try momentum.runEpoch()
    let adam = try Self.trainer(.adam(learningRate: 0.1), batch: 4, on: data)
    try adam.runEpoch()
    for (place, slope) in gradient.enumerated() {
      let step = 0.5 - 0.1 * slope
      #expect(abs(try #require(sgd.weights()["w"]).doubles[place] - step) < 1e-12)
      #expect(abs(try #require(momentum.weights()["w"]).doubles[place] - step) < 1e-12)
      // At the first step Adam's corrected mean and square are g and g².
      let signed = 0.5 - 0.1 * slope / (abs(slope) + 1e-8)
      #expect(abs(try #require(adam.weights()["w"]).doubles[place] - signed) < 1e-9)
    }
  }

  @Test func equalOptionsGiveEqualBits() throws {
    func weights(_ seed: UInt64) throws -> [String: Tensor] {
      let trainer = try Self.trainer(.adam(), seed: seed)
      for _ in 0..<3 { try trainer.runEpoch() }
      return try trainer.weights()
    }
    #expect(try weights(7) == weights(7))
    #expect(try weights(7) != weights(8))
  }

  @Test func reportsEveryStep() throws {
    let trainer = try Self.trainer(batch: 16)
    var steps: [Int] = []
    try trainer.runEpoch { progress in
      steps.append(progress.step)
      #expect(progress.epoch == 1)
      #expect(progress.stepsPerEpoch == 3)
    }
    #expect(steps == [1, 2, 3])
    #expect(trainer.stepsPerEpoch == 3)
  }

  @Test func refusesDataThatDoesNotFit() throws {
    func code(_ body: () throws -> Void) -> Diagnostic.Code? {
      do { try body() } catch let diagnostic as Diagnostic { return diagnostic.code } catch {}
      return nil
    }
    let wide = try Tensor(repeating: 1, .f64, extents: [4, 3])
    let labels = try Tensor(repeating: 1, .f64, extents: [4])
    #expect(
      code { _ = try Self.trainer(on: Dataset(features: wide, labels: labels)) } == .shapeMismatch)
    #expect(code { _ = try Self.trainer(on: Dataset(features: wide)) } == .shapeMismatch)
    #expect(code { _ = try Self.trainer(batch: 0) } == .invalidArgument)
    #expect(
      code { _ = try Dataset(features: Tensor([1, .nan] as [Double])) } == .notFinite)
    #expect(
      code { _ = try Dataset(features: Tensor([] as [Double])) } == .shapeMismatch)
    #expect(
      code {
        let trainer = try Self.trainer(.sgd(learningRate: 1e200))
        for _ in 0..<5 { try trainer.runEpoch() }
      } == .notFinite)
    #expect(
      code { _ = try Self.regression().trainingStep(minimizing: "nothing", with: .sgd()) }
        == .unknownName)
  }

  @Test func tablesHaveTheirLabelsLast() throws {
    let table = try Tensor([1, 2, 0, 3, 4, 1] as [Float], extents: [2, 3])
    let data = try Dataset(labelsInLastColumnOf: table)
    #expect(data.features == (try Tensor([1, 2, 3, 4] as [Float], extents: [2, 2])))
    #expect(data.labels == (try Tensor([0, 1] as [Float])))
    let scaled = try data.dividing(by: 2, as: .f64)
    #expect(scaled.features.storage == .f64([0.5, 1, 1.5, 2]))
    #expect(throws: Diagnostic.self) { try Dataset(labelsInLastColumnOf: Tensor([1] as [Float])) }
    #expect(throws: Diagnostic.self) { try data.dividing(by: 0) }
  }

  @Test func dimensionsFollowFromTensors() throws {
    let graph = try Self.regression()
    let x = try Tensor(repeating: 0, .f64, extents: [5, 2])
    #expect(try graph.dimensions(from: ["x": x]) == ["B": 5])
    #expect(try graph.dimensions(from: [:], known: ["B": 2]) == ["B": 2])
    let t = try Tensor(repeating: 0, .f64, extents: [4])
    for bad in [["x": x, "t": t], ["x": t], ["z": x]] {
      #expect(throws: Diagnostic.self) { try graph.dimensions(from: bad) }
    }
    #expect(throws: Diagnostic.self) { try graph.dimensions(from: ["x": x], known: ["B": 4]) }
  }
}
