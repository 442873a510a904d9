import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

/// Compares both modes of a function's derivative with each other and with central differences, in
/// `f64`, along one random direction, before and after the standard passes.
package struct DerivativeCheck {
  /// The relative disagreements found; each is 0 where the two sides are equal.
  package struct Result {
    /// |⟨c, J·t⟩ − ⟨Jᵀ·c, t⟩|, relative.
    package var modes: Double
    /// |⟨c, J·t⟩ − ⟨c, (f(x + h·t) − f(x − h·t)) / 2h⟩|, relative.
    package var differences: Double
    /// The largest change that the passes make to any derivative, relative.
    package var passes: Double
    /// The mnemonics in the graph of the function itself.
    package var mnemonics: Set<String>
  }

  /// Checks a function of `f64` inputs of the given shapes.
  package static func run(
    _ shapes: [[Int]], from low: Double = -1, to high: Double = 1, seed: UInt64 = 1,
    _ function: (GraphBuilder, [Value]) throws -> Value
  ) throws -> Result {
    let builder = GraphBuilder("check")
    var inputs: [Value] = []
    var tangents: [Value] = []
    var sources: [String: Tensor] = [:]
    for (index, extents) in shapes.enumerated() {
      let type = TensorType(.f64, extents: extents)
      inputs.append(try builder.input("x\(index)", .f64, type.shape))
      tangents.append(try builder.input("t\(index)", .f64, type.shape))
      sources["x\(index)"] = try .random(
        type, seed: seed &* 31 &+ UInt64(index), from: low, to: high)
      sources["t\(index)"] = try .random(type, seed: seed &* 37 &+ UInt64(index))
    }
    let y = try function(builder, inputs)
    let mnemonics = Set(builder.nodes.map(\.mnemonic))
    let c = try builder.input("c", .f64, y.shape)
    sources["c"] = try .random(y.type, seed: seed &* 41)
    try builder.output("y", y)
    let forward = try jacobianVectorProduct(of: [y], withRespectTo: inputs, tangents: tangents)
    try builder.output("forward", forward[0])
    let reverse = try vectorJacobianProduct(of: [y], cotangents: [c], withRespectTo: inputs)
    for (index, value) in reverse.enumerated() { try builder.output("reverse\(index)", value) }
    let graph = try builder.build()

    let raw = try GraphInterpreter.evaluate(graph, sources).outputs
    let simplified = try GraphInterpreter.evaluate(Pipeline.standard(graph), sources).outputs
    let cotangent = try require(sources["c"])
    let product = cotangent.dot(try require(raw["forward"]))
    var transposed = 0.0
    for index in shapes.indices {
      transposed += try require(raw["reverse\(index)"]).dot(require(sources["t\(index)"]))
    }
    let step = 1e-5
    func shifted(_ sign: Double) throws -> Tensor {
      var moved = sources
      for index in shapes.indices {
        moved["x\(index)"] = try require(sources["x\(index)"])
          .adding(require(sources["t\(index)"]), times: sign * step)
      }
      return try require(GraphInterpreter.evaluate(graph, moved).outputs["y"])
    }
    let difference = try (cotangent.dot(shifted(1)) - cotangent.dot(shifted(-1))) / (2 * step)
    return Result(
      modes: disagreement(product, transposed),
      differences: disagreement(product, difference),
      passes: raw.keys.map { key in
        zip(raw[key]?.doubles ?? [], simplified[key]?.doubles ?? [.nan]).map {
          disagreement($0, $1)
        }.max() ?? 0
      }.max() ?? 0,
      mnemonics: mnemonics)
  }

  /// |a − b| relative to the larger of the two and 1; infinite where only one is not a number.
  package static func disagreement(_ a: Double, _ b: Double) -> Double {
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN ? 0 : .infinity }
    if a == b { return 0 }
    return (a - b).magnitude / max(1, a.magnitude, b.magnitude)
  }

  private struct Missing: Error {}

  private static func require(_ tensor: Tensor?) throws -> Tensor {
    guard let tensor else { throw Missing() }
    return tensor
  }
}
