import Adjoint
import AdjointTraining
import TestSupport
import Testing

@Suite("Fine-tuning") struct FineTuningTests {
  /// Two layers with a bias, of which the last may have another width.
  private func trainer(outputs: Int = 1, options: TrainingOptions = TrainingOptions()) throws
    -> Trainer
  {
    let builder = GraphBuilder("layers")
    let x = builder.input("x", .f32, ["B", 2])
    let hidden = builder.parameter("hidden", .f32, [2, 4], .glorot)
    let last = builder.parameter(outputs == 1 ? "last" : "head", .f32, [4, outputs], .glorot)
    let y = matmul(tanh(matmul(x, hidden)), last)
    builder.output("loss", (y * y).mean())
    return try Trainer(
      builder.build(),
      on: Dataset(features: .random(TensorType(.f32, extents: [8, 2]), seed: 4)), options: options)
  }

  @Test("takes the parameters of a name, and trains those that are not frozen")
  func partial() throws {
    let first = try trainer()
    for _ in 0..<3 { try first.runEpoch() }
    // From a checkpoint, whose optimizer's state is left.
    let checkpoint = try SafetensorsFile(bytes: first.checkpoint().bytes())
    let second = try trainer(
      outputs: 3, options: TrainingOptions(frozenParameters: ["hidden"], seed: 9))
    let before = try second.weights()
    #expect(try second.loadWeights(checkpoint.tensors) == ["hidden"])
    #expect(try second.weights()["hidden"] == first.weights()["hidden"])
    #expect(try second.weights()["head"] == before["head"])
    for _ in 0..<3 { try second.runEpoch() }
    #expect(try second.weights()["hidden"] == first.weights()["hidden"])
    #expect(try second.weights()["head"] != before["head"])
  }

  @Test("from its own weights goes on with a new optimizer's state")
  func whole() throws {
    let first = try trainer()
    try first.runEpoch()
    let second = try trainer(options: TrainingOptions(seed: 2))
    #expect(try second.loadWeights(first.weights()) == ["hidden", "last"])
    #expect(try second.weights() == first.weights())
    #expect(try second.checkpoint().tensors["optimizer.step"]?.scalar == 0)
  }

  @Test("refuses weights that do not fit, and changes nothing then")
  func refusals() throws {
    let trainer = try trainer()
    let before = try trainer.checkpoint()
    let good = try Tensor(repeating: 1, .f32, extents: [2, 4])
    let mistakes: [([String: Tensor], Diagnostic.Code, [String])] = [
      (
        ["hidden": good, "last": try Tensor(repeating: 1, .f32, extents: [3])], .shapeMismatch,
        ["last is f32[3], the parameter is f32[4, 1]"]
      ),
      (
        ["hidden": try good.converted(to: .f64)], .scalarTypeMismatch,
        ["hidden is f64[2, 4], the parameter is f32[2, 4]"]
      ),
      (["Hidden": good], .missingInput, []), ([:], .missingInput, []),
    ]
    for (tensors, code, notes) in mistakes {
      let error = #expect(throws: Diagnostic.self) { try trainer.loadWeights(tensors) }
      #expect(error?.code == code && error?.notes == notes, "\(String(describing: error))")
    }
    #expect(try trainer.checkpoint() == before)
  }
}
