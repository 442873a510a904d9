import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

/// What every operator and its derivatives give where operands are constants, which passes look into: the
/// same as where inputs have those values.
@Suite("Constants as operands of every operator")
struct ConstantOperandTests {
  /// How an operand's value comes into the graph.
  enum Source: CaseIterable {
    case input
    /// One number, broadcast.
    case uniform
    /// As many numbers as elements.
    case dense

    /// A value of the given type, whose elements a constant or a run gives it.
    func value(_ name: String, _ tensor: Tensor, in builder: GraphBuilder) throws -> Value {
      switch self {
      case .input: return builder.input(name, tensor.scalarType, tensor.type.shape)
      case .uniform: return builder.full(tensor.doubles.first ?? 1, tensor.type)
      case .dense: return builder.constant(tensor)
      }
    }
  }

  /// Each operand in turn, and all.
  static func choices(of count: Int) -> [[Source]] {
    [Source.uniform, .dense].flatMap { source in
      let all = Array(repeating: source, count: count)
      if count < 2 { return [all] }
      let single = (0..<count).map { place in
        (0..<count).map { $0 == place ? source : Source.input }
      }
      return single + [all]
    }
  }

  /// Rows, one element, and nothing.
  static let shapes = [[3, 5], [1, 1], [0, 3]]

  @Test(arguments: OperatorSweep.elementwise + OperatorSweep.structural + OperatorSweep.selecting)
  func passesKeepValues(_ sweepCase: SweepCase) throws {
    for shape in Self.shapes {
      for choice in Self.choices(of: sweepCase.inputs(shape).count) {
        try check(sweepCase, shape, choice)
      }
    }
  }

  private func check(_ sweepCase: SweepCase, _ shape: [Int], _ choice: [Source]) throws {
    let (graph, sources) = try Self.derivatives(sweepCase, shape, choice)
    let inputs = choice.map { _ in Source.input }
    let (reference, values) = try Self.derivatives(sweepCase, shape, inputs, like: choice)
    let expected = try GraphInterpreter.evaluate(reference, values).outputs
    let size = expected.values.flatMap(\.doubles).map(\.magnitude).filter(\.isFinite).max() ?? 0
    // What cancels in one output was of the size of others.
    let roundoff = 64 * Double.ulpOfOne * size
    for pass in [Pipeline([])] + Pipeline.standard.passes.map({ Pipeline([$0]) }) + [.standard] {
      let found = try GraphInterpreter.evaluate(pass(graph), sources).outputs
      for (name, tensor) in expected {
        let other = try #require(found[name])
        #expect(other.type == tensor.type)
        let worst = DerivativeCheck.disagreement(tensor, other, roundoff: roundoff)
        let names = pass.passes.map(\.name)
        #expect(worst < 1e-9, "\(sweepCase) on \(shape) of \(choice): \(name) after \(names)")
      }
    }
  }

  /// A graph of a function, its derivatives in both modes, and the derivative of one along the other.
  private static func derivatives(
    _ sweepCase: SweepCase, _ shape: [Int], _ choice: [Source], like constants: [Source]? = nil
  ) throws -> (Graph, [String: Tensor]) {
    let builder = GraphBuilder("constants")
    var sources: [String: Tensor] = [:]
    var (operands, tangents): ([Value], [Value]) = ([], [])
    for (number, extents) in sweepCase.inputs(shape).enumerated() {
      let type = TensorType(.f64, extents: extents)
      var tensor = try Tensor.random(
        type, seed: UInt64(31 + number), from: sweepCase.low, to: sweepCase.high)
      if (constants ?? choice)[number] == .uniform, let first = tensor.doubles.first {
        tensor = try Tensor(repeating: first, .f64, extents: extents)
      }
      operands.append(try choice[number].value("x\(number)", tensor, in: builder))
      if choice[number] == .input { sources["x\(number)"] = tensor }
      tangents.append(builder.input("t\(number)", .f64, type.shape))
      sources["t\(number)"] = try .random(type, seed: UInt64(37 + number))
    }
    let y = try sweepCase.function(builder, operands)
    let cotangent = builder.input("c", .f64, y.shape)
    sources["c"] = try .random(y.type, seed: 41)
    builder.output("y", y)
    let forward = jacobianVectorProduct(of: [y], withRespectTo: operands, tangents: tangents)
    builder.output("forward", forward[0])
    let reverse = vectorJacobianProduct(
      of: [y], cotangents: [cotangent], withRespectTo: operands)
    for (number, value) in reverse.enumerated() { builder.output("reverse\(number)", value) }
    let second = jacobianVectorProduct(
      of: reverse, withRespectTo: operands, tangents: tangents)
    for (number, value) in second.enumerated() { builder.output("second\(number)", value) }
    return (try builder.build(), sources)
  }
}
