import Adjoint
import AdjointTraining
import Foundation
import Testing

@Suite("Class weights") struct ClassWeightTests {
  /// Scores `x·w` of three classes; with a penalty, the loss is more than their cross-entropy.
  private func graph(
    _ labelType: ScalarType = .i32, penalty: Double = 0, _ type: ScalarType = .f64
  ) throws -> Graph {
    let builder = GraphBuilder("weighted")
    let x = builder.input("x", type, ["B", 2])
    let labels = builder.input("labels", labelType, ["B"])
    let initial = try Tensor([0.1, -0.2, 0.3, 0.4, 0.5, -0.6], extents: [2, 3]).converted(to: type)
    let w = builder.parameter("w", type, [2, 3], .literal(initial))
    let scores = matmul(x, w)
    builder.output("logits", scores)
    var loss = crossEntropy(logits: scores, indices: labels)
    if penalty != 0 { loss = loss + (w * w).sum() * penalty }
    builder.output("loss", loss)
    return try builder.build()
  }

  private let x: [Double] = [1, 2, -1, 0.5, 0, 1, 2, -1]
  private let labels: [Int] = [0, 1, 2, 0]

  private func data(_ labels: [Int]? = nil, _ type: ScalarType = .i32) throws -> Dataset {
    try Dataset(
      features: Tensor(x, extents: [4, 2]),
      labels: Tensor((labels ?? self.labels).map(Double.init)).converted(to: type))
  }

  private func trainer(
    _ weights: ClassWeights?, graph: Graph? = nil, labels: [Int]? = nil, _ type: ScalarType = .i32
  ) throws -> Trainer {
    try Trainer(
      graph ?? self.graph(type), on: data(labels, type),
      options: TrainingOptions(
        optimizer: .sgd(learningRate: 1), classWeights: weights, batchSize: 4))
  }

  /// Loss and gradient by the definition: Σ w_y·(logsumexp(s) − s_y) / Σ w_y, and its slope in the scores
  /// w_y·(softmax(s) − one_hot(y)) / Σ w_y.
  private func expected(_ weights: [Double]) -> (loss: Double, w: [Double]) {
    var parameters = [0.1, -0.2, 0.3, 0.4, 0.5, -0.6]
    let initial = parameters
    let total = labels.reduce(0) { $0 + weights[$1] }
    var loss = 0.0
    for (row, label) in labels.enumerated() {
      let scores = (0..<3).map { x[2 * row] * initial[$0] + x[2 * row + 1] * initial[3 + $0] }
      let sum = scores.reduce(0) { $0 + exp($1) }
      loss += weights[label] * (log(sum) - scores[label]) / total
      for k in 0..<3 {
        let slope = weights[label] * (exp(scores[k]) / sum - (k == label ? 1 : 0)) / total
        parameters[k] -= slope * x[2 * row]
        parameters[3 + k] -= slope * x[2 * row + 1]
      }
    }
    return (loss, parameters)
  }

  @Test("weigh loss and gradient as the definition says", arguments: [ScalarType.i32, .i64, .u8])
  func definition(_ type: ScalarType) throws {
    let trainer = try trainer(.byClass([0: 1, 1: 2.5, 2: 0.5]), type)
    try trainer.runEpoch()
    let wanted = expected([1, 2.5, 0.5])
    #expect(abs(trainer.epochLosses[0] - wanted.loss) < 1e-14)
    let found = try #require(trainer.weights()["w"]).doubles
    #expect(zip(found, wanted.w).allSatisfy { abs($0 - $1) < 1e-14 }, "\(found)")
  }

  @Test("that are balanced make all classes count alike")
  func balanced() throws {
    // Four examples of three classes, two of them of class 0: 4/(3·2) and twice 4/3.
    let trainer = try trainer(.balanced)
    try trainer.runEpoch()
    let wanted = expected([4.0 / 6, 4.0 / 3, 4.0 / 3])
    #expect(abs(trainer.epochLosses[0] - wanted.loss) < 1e-14)
    let found = try #require(trainer.weights()["w"]).doubles
    #expect(zip(found, wanted.w).allSatisfy { abs($0 - $1) < 1e-14 })
    // Metrics are not weighted.
    let plain = try self.trainer(nil)
    try plain.loadWeights(trainer.weights())
    #expect(try trainer.loss(on: data()) == plain.loss(on: data()))
  }

  @Test("that are all alike are no weights")
  func equal() throws {
    let plain = try trainer(nil)
    let weighted = try trainer(.byClass([0: 3, 1: 3, 2: 3]))
    try plain.runEpoch()
    try weighted.runEpoch()
    let (found, wanted) = try (
      #require(weighted.weights()["w"]).doubles, #require(plain.weights()["w"]).doubles
    )
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-15 })
    // A checkpoint is of one of them.
    #expect(throws: Diagnostic.self) { try plain.resume(from: weighted.checkpoint()) }
  }

  @Test("for absent classes, or absent for classes, are refused")
  func absent() throws {
    let mistakes: [(ClassWeights, [Int], String)] = [
      (
        .byClass([0: 1, 1: 2]), [0, 1, 2, 0], "class 2 occurs in the training data without a weight"
      ),
      (.byClass([2: 1]), [0, 1, 2, 0], "the classes 0, 1 occur in the training data without"),
      (.byClass([0: 1, 1: 2, 2: 1]), [0, 1, 1, 0], "class 2 has a weight and does not occur"),
      (
        .byClass([0: 1, 1: 1, 2: 1]), [0, 0, 0, 0], "the classes 1, 2 have weights and do not occur"
      ),
      (
        .byClass([0: 1, 1: 1, 2: 1, 3: 1]), [0, 1, 2, 0],
        "class 3, and the graph has the classes 0 to 2"
      ),
      (.byClass([0: 0, 1: 1, 2: 1]), [0, 1, 2, 0], "class 0 cannot be 0"),
      (.byClass([0: .nan, 1: 1, 2: 1]), [0, 1, 2, 0], "class 0 cannot be"),
      (.balanced, [0, 2, 2, 0], "class 1 does not occur in the training data"),
    ]
    for (weights, labels, part) in mistakes {
      let error = #expect(throws: Diagnostic.self) { try trainer(weights, labels: labels) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
      #expect(error?.notes == [])
    }
    // Where a class does not occur, no weight is needed.
    _ = try trainer(.byClass([0: 1, 1: 2]), labels: [0, 1, 1, 0])
  }

  @Test("of a loss that is more than the cross-entropy are refused")
  func otherLoss() throws {
    let error = #expect(throws: Diagnostic.self) {
      try trainer(.balanced, graph: graph(penalty: 0.1))
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("the loss of the graph is another") == true)
    let regression = #expect(throws: Diagnostic.self) {
      try Trainer(
        TrainerTests.regression(),
        TrainingInterface(of: TrainerTests.regression(), features: "x"),
        on: TrainerTests.examples(), options: TrainingOptions(classWeights: .balanced))
    }
    #expect(regression?.code == .invalidArgument)
    #expect(regression?.message.contains("score for each class") == true)
  }
}
