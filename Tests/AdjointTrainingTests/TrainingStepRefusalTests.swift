import Adjoint
import AdjointTraining
import Testing

/// Mistakes in a training step are placed at its caller and name the output.
@Suite struct TrainingStepRefusalTests {
  /// `loss` is what is trained, `row` is no scalar, `count` is a whole number, `free` has no parameter.
  private func graph(_ type: ScalarType = .f64) throws -> Graph {
    let builder = GraphBuilder("g")
    let x = builder.input("x", type, ["B", 2])
    let w = builder.parameter("w", type, [2])
    _ = builder.parameter("optimizer.velocity.w", type, [2])
    builder.output("loss", (x * w).sum())
    builder.output("row", x * w)
    builder.output("count", builder.constant(1, .i32))
    builder.output("free", x.sum())
    return try builder.build()
  }

  private func refusal(_ body: () throws -> Void) -> Diagnostic? {
    do {
      try body()
      return nil
    } catch {
      return error as? Diagnostic
    }
  }

  @Test func mistakesArePlacedAtTheCall() throws {
    let graph = try graph()
    let narrow = try self.graph(.f32)
    let mistakes: [(Graph, String, Optimizer, Diagnostic.Code, String)] = [
      (graph, "row", .sgd(), .notDifferentiable, "row is f64[B, 2]"),
      (graph, "count", .sgd(), .notDifferentiable, "count is i32[]"),
      (graph, "free", .sgd(), .notDifferentiable, "free depends on no parameter"),
      (graph, "nothing", .sgd(), .unknownName, "nothing"),
      (graph, "loss", .momentum(), .duplicateName, "optimizer.velocity.w"),
      (narrow, "loss", .sgd(learningRate: 1e39), .invalidType, "f32 cannot hold 1e+39"),
    ]
    for (graph, loss, optimizer, code, part) in mistakes {
      let error = refusal { _ = try graph.trainingStep(minimizing: loss, with: optimizer) }
      #expect(error?.code == code, "\(loss)")
      #expect(error?.message.contains(part) == true, "\(String(describing: error))")
      #expect(error?.location?.file.hasSuffix("TrainingStepRefusalTests.swift") == true, "\(loss)")
      #expect(error?.location?.line == #line - 4, "\(loss)")
      #expect(error?.notes.isEmpty == true)
    }
  }

  @Test func theTrainerPassesItsCallerOn() throws {
    let graph = try graph(.f32)
    let data = try Dataset(features: Tensor([1, 2, 3, 4] as [Float], extents: [2, 2]))
    let options = TrainingOptions(optimizer: .sgd(learningRate: 1e39))
    let error = refusal { _ = try Trainer(graph, on: data, options: options) }
    #expect(error?.code == .invalidType)
    #expect(error?.location?.file.hasSuffix("TrainingStepRefusalTests.swift") == true)
    #expect(error?.location?.line == #line - 3)
  }
}
