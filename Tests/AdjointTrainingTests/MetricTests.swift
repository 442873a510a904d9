import Adjoint
import AdjointTraining
import Foundation
import TestSupport
import Testing

@Suite("Metrics") struct MetricTests {
  /// Scores and predictions that are the features themselves, so that every metric can be told by hand.
  static func graph(_ type: ScalarType = .f32) throws -> Graph {
    let builder = GraphBuilder("judged")
    let x = builder.input("x", type, ["B", 4])
    let labels = builder.input("labels", .i32, ["B"])
    let w = builder.parameter("w", type, [], .constant(1))
    let scores = x * w
    builder.output("logits", scores)
    builder.output("predictions", scores.sum(squeezingAxes: [1]))
    builder.output("loss", crossEntropy(logits: scores, indices: labels))
    return try builder.build()
  }

  private func values(
    _ metrics: [Metric], _ rows: [[Double]], _ labels: [Int32], _ type: ScalarType = .f32
  ) throws -> [Metric: Double] {
    let graph = try Self.graph(type)
    let data = try Dataset(
      features: Tensor(rows.flatMap { $0 }, extents: [rows.count, 4]).converted(to: type),
      labels: Tensor(labels))
    return try Evaluator(graph, TrainingInterface(of: graph))
      .values(of: metrics, on: data, weights: ["w": Tensor(scalar: 1, type)])
  }

  @Test("are those of their definitions", arguments: [ScalarType.f32, .f64])
  func definitions(_ type: ScalarType) throws {
    // The label is the first, second, fourth and third in the order of the scores.
    let rows: [[Double]] = [[4, 1, 2, 3], [1, 4, 2, 3], [4, 3, 2, 1], [1, 2, 4, 3]]
    let labels: [Int32] = [0, 3, 3, 1]
    let found = try values(
      [
        .accuracy, .topK(1), .topK(2), .topK(3), .topK(4), .topK(9), .meanAbsoluteError,
        .meanSquaredError, .loss,
      ], rows, labels, type)
    #expect(found[.accuracy] == 0.25 && found[.topK(1)] == 0.25)
    #expect(found[.topK(2)] == 0.5 && found[.topK(3)] == 0.75)
    #expect(found[.topK(4)] == 1 && found[.topK(9)] == 1)
    // Every prediction is 10; the labels are 0, 3, 3 and 1.
    #expect(found[.meanAbsoluteError] == (10 + 7 + 7 + 9) / 4.0)
    #expect(found[.meanSquaredError] == (100 + 49 + 49 + 81) / 4.0)
    // log(e + e² + e³ + e⁴) − (4 + 3 + 1 + 2)/4
    let powers: [Double] = [1.0, 2, 3, 4].map { Foundation.exp($0) }
    let entropy = Foundation.log(powers.reduce(0, +)) - 2.5
    #expect(abs(try #require(found[.loss]) - entropy) < 1e-6)
  }

  @Test("count equal scores in the order of the classes")
  func ties() throws {
    let rows = Array(repeating: [1.0, 1, 1, 1], count: 4)
    let found = try values([.accuracy, .topK(1), .topK(2), .topK(3)], rows, [0, 1, 2, 3])
    #expect(found[.accuracy] == 0.25 && found[.topK(1)] == 0.25)
    #expect(found[.topK(2)] == 0.5 && found[.topK(3)] == 0.75)
  }

  @Test("are means over all examples, however many run at once")
  func manyExamples() throws {
    // 1,300 examples are two runs of 512 and one of 276; every third label is right.
    let rows: [[Double]] = (0..<1300).map { place in
      (0..<4).map { column in column == place % 4 ? 2 : 0 }
    }
    let labels: [Int32] = (0..<1300).map { (place: Int) -> Int32 in
      let label = place % 3 == 0 ? place % 4 : (place + 1) % 4
      return Int32(label)
    }
    let found = try values([.accuracy, .topK(2), .meanAbsoluteError, .loss], rows, labels)
    #expect(found[.accuracy] == 434.0 / 1300)
    let distances: [Double] = labels.map { abs(2 - Double($0)) }
    let error = distances.reduce(0, +) / 1300
    #expect(abs(try #require(found[.meanAbsoluteError]) - error) < 1e-12)
    let shared = Foundation.log(Foundation.exp(2.0) + 3)
    let entropy = (434 * (shared - 2) + 866 * shared) / 1300
    #expect(abs(try #require(found[.loss]) - entropy) < 1e-6)
  }

  @Test("tell classes of one number for each class, too")
  func oneHot() throws {
    let builder = GraphBuilder("one_hot")
    let x = builder.input("x", .f32, ["B", 3])
    let q = builder.input("q", .f32, ["B", 3])
    let w = builder.parameter("w", .f32, [], .constant(1))
    builder.output("logits", x * w)
    builder.output("loss", crossEntropy(logits: x * w, probabilities: q))
    let graph = try builder.build()
    let data = try Dataset(
      features: Tensor([1, 2, 3, 3, 2, 1] as [Float], extents: [2, 3]),
      labels: Tensor([0, 0.25, 0.75, 0, 1, 0] as [Float], extents: [2, 3]))
    let found = try Evaluator(graph, TrainingInterface(of: graph, features: "x"))
      .values(of: [.accuracy, .topK(2)], on: data, weights: ["w": Tensor(scalar: 1, .f32)])
    #expect(found == [.accuracy: 0.5, .topK(2): 1])
  }

  @Test("that a graph or data cannot give are refused")
  func refusals() throws {
    func error(_ body: () throws -> Void) -> Diagnostic? {
      #expect(throws: Diagnostic.self) { try body() }
    }
    let regression = try TrainerTests.trainer()
    let data = try TrainerTests.examples()
    let noScores = error { _ = try regression.values(of: [.accuracy], on: data) }
    #expect(noScores?.code == .invalidGraph && noScores?.message.contains("accuracy") == true)
    let none = error { _ = try regression.values(of: [.meanAbsoluteError], on: data) }
    #expect(none?.code == .invalidGraph && none?.message.contains("predictions") == true)
    let rows = [[4.0, 1, 2, 3]]
    #expect(error { _ = try values([.topK(0)], rows, [0]) }?.code == .invalidArgument)
    for metric in [Metric.accuracy, .topK(2), .loss] {
      for label in [Int32(4), -1] {
        let outside = error { _ = try values([metric], rows, [label]) }
        #expect(outside?.code == .invalidArgument)
        #expect(outside?.message.contains("example 1 is \(label)") == true)
      }
    }
    let graph = try Self.graph()
    let unlabelled = try Dataset(features: Tensor(repeating: 1, .f32, extents: [2, 4]))
    for metric in [Metric.accuracy, .meanSquaredError, .loss] {
      let missing = error {
        _ = try Evaluator(graph, TrainingInterface(of: graph))
          .values(of: [metric], on: unlabelled, weights: ["w": Tensor(scalar: 1, .f32)])
      }
      #expect(missing?.code == .shapeMismatch)
    }
    // Weights of another shape.
    let misshapen = error {
      _ = try Evaluator(graph, TrainingInterface(of: graph)).accuracy(
        on: Dataset(
          features: Tensor(repeating: 1, .f32, extents: [1, 4]), labels: Tensor([0] as [Int32])),
        weights: ["w": Tensor([1, 2] as [Float])])
    }
    #expect(misshapen?.code == .shapeMismatch)
    #expect(misshapen?.notes == ["w is f32[2], the parameter is f32[]"])
  }

  @Test("have names")
  func names() {
    for metric in [Metric.loss, .accuracy, .topK(5), .meanAbsoluteError, .meanSquaredError] {
      #expect(Metric(metric.description) == metric)
    }
    #expect(Metric("top-0") == nil && Metric("acuracy") == nil && Metric("top-") == nil)
  }

  @Test("are told after each epoch, of both sets of data")
  func reports() async throws {
    let graph = try Self.graph()
    let data = try Dataset(
      features: .random(TensorType(.f32, extents: [40, 4]), seed: 1),
      labels: Tensor((0..<40).map { Int32($0 % 4) }))
    let parts = try data.split(holdingOut: 0.25, seed: 2)
    let trainer = try Trainer(graph, on: parts.training, options: TrainingOptions(batchSize: 8))
    var reports: [EpochReport] = []
    for try await progress in trainer.training(
      epochs: 2, validation: parts.heldOut, metrics: [.accuracy, .topK(2)],
      trainingMetrics: [.loss])
    {
      #expect((progress.report != nil) == progress.endsEpoch)
      guard let report = progress.report else { continue }
      reports.append(report)
      #expect(
        report.validation == (try trainer.values(of: [.accuracy, .topK(2)], on: parts.heldOut)))
      #expect(report.training == [.loss: try trainer.loss(on: parts.training)])
      #expect(report.loss == trainer.epochLosses.last)
      #expect(!report.isBest && !report.stopsEarly)
    }
    #expect(reports.map(\.epoch) == [1, 2])
    let error = await #expect(throws: Diagnostic.self) {
      for try await _ in trainer.training(epochs: 3, metrics: [.accuracy]) {}
    }
    #expect(error?.code == .invalidArgument)
    #expect(trainer.epochLosses.count == 2 && error?.message.contains("validation data") == true)
  }
}
