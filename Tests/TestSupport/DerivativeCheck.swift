import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

/// Compares both modes of a function's derivative with each other and with central differences, in
/// `f64`, along one random direction, before and after the standard passes.
package struct DerivativeCheck {
  /// The disagreements found, relative to the size of the derivative itself.
  ///
  /// A derivative of 1e-12 that is wrong by half disagrees by half. Each is 0 where two sides are as near as rounding
  /// lets them be.
  package struct Result {
    /// |⟨c, J·t⟩ − ⟨Jᵀ·c, t⟩|.
    package var modes: Double
    /// |⟨c, J·t⟩ − ⟨c, (f(x + h·t) − f(x − h·t)) / 2h⟩|.
    package var differences: Double
    /// The largest change that the passes make to any output.
    package var passes: Double
    /// The extents of the function's result, and of the outputs that should be like it or like an input.
    package var extents: (result: [Int], forward: [Int], reverse: [[Int]])
    /// The mnemonics in the graph of the function itself.
    package var mnemonics: Set<String>
  }

  /// Half the distance of the arguments of a difference.
  private static let step = 1e-5
  /// How many roundings of a value's size may come together where a derivative cancels.
  private static let roundings = 16.0

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
      inputs.append(builder.input("x\(index)", .f64, type.shape))
      tangents.append(builder.input("t\(index)", .f64, type.shape))
      sources["x\(index)"] = try .random(
        type, seed: seed &* 31 &+ UInt64(index), from: low, to: high)
      sources["t\(index)"] = try .random(type, seed: seed &* 37 &+ UInt64(index))
    }
    let y = try function(builder, inputs)
    let mnemonics = Set(builder.nodes.map(\.mnemonic))
    let c = builder.input("c", .f64, y.shape)
    sources["c"] = try .random(y.type, seed: seed &* 41)
    builder.output("y", y)
    let forward = jacobianVectorProduct(of: [y], withRespectTo: inputs, tangents: tangents)
    builder.output("forward", forward[0])
    let reverse = vectorJacobianProduct(of: [y], cotangents: [c], withRespectTo: inputs)
    for (index, value) in reverse.enumerated() { builder.output("reverse\(index)", value) }
    let graph = try builder.build()

    let raw = try GraphInterpreter.evaluate(graph, sources).outputs
    let simplified = try GraphInterpreter.evaluate(Pipeline.standard(graph), sources).outputs
    let cotangent = try require(sources["c"])
    let (value, tangent) = (try require(raw["y"]), try require(raw["forward"]))
    let product = cotangent.dot(tangent)
    var (transposed, transposedSize) = (0.0, 0.0)
    for index in shapes.indices {
      let (gradient, direction) = try (
        require(raw["reverse\(index)"]), require(sources["t\(index)"])
      )
      transposed += gradient.dot(direction)
      transposedSize += gradient.sizeOfDot(direction)
    }
    func shifted(_ sign: Double) throws -> Tensor {
      var moved = sources
      for index in shapes.indices {
        moved["x\(index)"] = try require(sources["x\(index)"])
          .adding(require(sources["t\(index)"]), times: sign * step)
      }
      return try require(GraphInterpreter.evaluate(graph, moved).outputs["y"])
    }
    let difference = try (cotangent.dot(shifted(1)) - cotangent.dot(shifted(-1))) / (2 * step)
    let size = max(cotangent.sizeOfDot(tangent), transposedSize)
    // Directions are of the size of inputs, so that what is lost of a derivative by rounding is of the size of
    // the value: where the function is tiny, so is that.
    let roundoff = roundings * Double.ulpOfOne * cotangent.sizeOfDot(value)
    let valueSize = value.doubles.map(\.magnitude).max() ?? 0
    return Result(
      modes: disagreement(product, transposed, size: size, roundoff: roundoff),
      differences: disagreement(product, difference, size: size, roundoff: roundoff / step),
      passes: raw.map { name, tensor in
        disagreement(
          tensor, simplified[name], roundoff: roundings * Double.ulpOfOne * valueSize)
      }.max() ?? 0,
      extents: (
        value.extents, tangent.extents,
        try shapes.indices.map { try require(raw["reverse\($0)"]).extents }
      ),
      mnemonics: mnemonics)
  }

  /// |a − b| relative to the larger of the two and a floor; infinite where only one is not a number.
  ///
  /// - Parameter floor: The size of what numbers count as small beside; without one, 1.
  package static func disagreement(_ a: Double, _ b: Double, floor: Double = 1) -> Double {
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN ? 0 : .infinity }
    if a == b { return 0 }
    return (a - b).magnitude / max(floor, a.magnitude, b.magnitude)
  }

  /// The largest disagreement of elements, relative to the largest of the finite elements, where it is above what
  /// is lost by rounding; infinite where the other tensor is missing or of another type.
  package static func disagreement(
    _ tensor: Tensor, _ other: Tensor?, roundoff: Double
  ) -> Double {
    guard let other, other.type == tensor.type else { return .infinity }
    let size = tensor.doubles.lazy.map(\.magnitude).filter(\.isFinite).max() ?? 0
    return zip(tensor.doubles, other.doubles).map {
      disagreement($0, $1, size: size, roundoff: roundoff)
    }.max() ?? 0
  }

  /// How far |a − b| is above what is lost by rounding, relative to the larger of the two and of the terms that
  /// made them.
  private static func disagreement(
    _ a: Double, _ b: Double, size: Double, roundoff: Double
  ) -> Double {
    if !a.isNaN, !b.isNaN, (a - b).magnitude <= roundoff { return 0 }
    return disagreement(a, b, floor: size)
  }

  private struct Missing: Error {}

  private static func require(_ tensor: Tensor?) throws -> Tensor {
    guard let tensor else { throw Missing() }
    return tensor
  }
}

extension Tensor {
  /// The sum of the magnitudes of the products of two tensors' elements.
  fileprivate func sizeOfDot(_ other: Tensor) -> Double {
    zip(doubles, other.doubles).reduce(0) { $0 + ($1.0 * $1.1).magnitude }
  }
}
