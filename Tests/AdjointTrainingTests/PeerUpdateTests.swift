import Adjoint
import AdjointTraining
import Foundation
import Testing

/// Optimizers and clipping step by step beside PyTorch; Tests/Values/optimizers.py wrote its numbers.
@Suite("Updates beside PyTorch") struct PeerUpdateTests {
  private struct Numbers: Decodable {
    struct Run: Decodable {
      let name: String
      let losses: [Double]
      let norms: [Double]
      let w: [[Double]]
      let b: [[Double]]
    }

    let x: [[Double]]
    let t: [[Double]]
    let w: [[Double]]
    let b: [Double]
    let runs: [Run]
  }

  private static func numbers() throws -> Numbers {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Values/optimizers.json")
    return try JSONDecoder().decode(Numbers.self, from: Data(contentsOf: path))
  }

  private static let adamW = Optimizer.adamW(
    learningRate: 0.05, weightDecay: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-6)

  /// The clipping of PyTorch divides by the norm and a millionth, so that a gradient is shorter than ours by
  /// as much of itself; what that makes of 25 steps stays below the bound.
  @Test(
    "parameters and losses are those of PyTorch after every step",
    arguments: [
      ("adamW", adamW, nil, 1e-12),
      ("sgd clipped", .sgd(learningRate: 0.2), .globalNorm(0.75), 1e-5),
      ("momentum clipped", .momentum(learningRate: 0.05, momentum: 0.9), .globalNorm(0.5), 1e-5),
      ("adamW clipped", adamW, .globalNorm(0.5), 1e-5),
    ] as [(String, Optimizer, GradientClipping?, Double)])
  func same(_ name: String, _ optimizer: Optimizer, _ clipping: GradientClipping?, _ bound: Double)
    throws
  {
    let numbers = try Self.numbers()
    let run = try #require(numbers.runs.first { $0.name == name })
    let builder = GraphBuilder("peer")
    let x = builder.constant(try Tensor(numbers.x.flatMap(\.self), extents: [4, 3]))
    let t = builder.constant(try Tensor(numbers.t.flatMap(\.self), extents: [4, 2]))
    let initial = try Tensor(numbers.w.flatMap(\.self), extents: [3, 2])
    let w = builder.parameter("w", .f64, [3, 2], .literal(initial))
    let b = builder.parameter("b", .f64, [2], .literal(try Tensor(numbers.b)))
    builder.output("loss", meanSquaredError(predictions: matmul(x, w) + b, targets: t))
    let context = try builder.build().trainingStep(
      minimizing: "loss", with: optimizer, clipping: clipping
    ).compiled().makeContext()
    #expect(run.losses.count == 25)
    // Clipping has to shorten some gradients.
    if clipping != nil { #expect(run.norms.contains { $0 > 1 } && run.norms.count == 25) }
    for step in run.losses.indices {
      try context.run()
      let loss = try #require(context.output("loss").doubles.first)
      #expect(abs(loss - run.losses[step]) <= bound * max(1, run.losses[step]), "step \(step)")
      for (found, wanted) in [
        (try context.parameter("w").doubles, run.w[step]),
        (try context.parameter("b").doubles, run.b[step]),
      ] {
        #expect(found.count == wanted.count)
        #expect(
          zip(found, wanted).allSatisfy { abs($0 - $1) <= bound * max(1, abs($1)) },
          "step \(step): \(found), and in PyTorch \(wanted)")
      }
    }
  }
}
