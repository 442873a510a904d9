import AdjointCore
import AdjointGraph

extension Function {
  /// The fixed point `x = f(x, a)` of this function f, found by repeating it from a start: a function of the start
  /// and of the other operands.
  ///
  /// The derivative is that of the fixed point, by the implicit function theorem, not that of the steps that led
  /// to it: with `J = ∂f/∂x` and `A = ∂f/∂a` there, `ẋ = (1 − J)⁻¹ · A · ȧ` and `ā = Aᵀ · (1 − Jᵀ)⁻¹ · x̄`. The
  /// inverse is the sum of the powers of J, which converges as fast as f itself does. The start has no influence
  /// on the fixed point, and its derivative is 0.
  ///
  /// Both are right where f is a contraction, to the digits that the steps leave. Nothing checks that; `f(x, a) − x`
  /// as another output shows it.
  ///
  /// - Parameters:
  ///   - steps: How often f is applied.
  ///   - derivativeSteps: How many powers of J are summed up; as many as steps where nil.
  /// - Throws: `.invalidArgument` for numbers of steps outside of 1 to 100,000 and for a function with another number
  ///   of results than one; `.shapeMismatch` or `.scalarTypeMismatch` where the first input and the result are not
  ///   of one floating-point type.
  public func fixedPoint(steps: Int, derivativeSteps: Int? = nil) throws(Diagnostic) -> Function {
    let terms = derivativeSteps ?? steps
    let types = try implicitTypes([steps, terms], "the fixed point of \(name)")
    let count = types.count
    let solution = try Function("\(name).fixed_point", types) { operands in
      (0..<steps).reduce(operands[0]) { x, _ in self([x] + operands.dropFirst()) }
    }
    // Behind the operands come the solution and the direction.
    let backward = try Function(
      "\(name).fixed_point.vjp", types + [types[0], types[0]],
      results: { values in
        let f = FunctionLinearization(self, at: [values[count]] + values[1..<count])
        let cotangent = values[count + 1]
        let sum = (0..<terms).reduce(cotangent) { sum, _ in
          f.cotangents(of: 0..<1, for: sum).compactMap { $0 }.reduce(cotangent, +)
        }
        return [f.zero(like: values[0])]
          + f.cotangents(of: 1..<count, for: sum).compactMap { $0 }
      })
    let floating = (0..<count).filter { types[$0].scalarType.isDifferentiable }
    let forward = try Function(
      "\(name).fixed_point.jvp", types + [types[0]] + floating.map { types[$0] }
    ) { values in
      let f = FunctionLinearization(self, at: [values[count]] + values[1..<count])
      var tangents = Dictionary(uniqueKeysWithValues: zip(floating, values[(count + 1)...]))
      tangents[0] = nil
      let source = f.tangent(for: tangents)
      return (0..<terms).reduce(source) { sum, _ in source + f.tangent(for: [0: sum]) }
    }
    return try solution.withDerivatives(
      vectorJacobianProduct: backward, jacobianVectorProduct: forward)
  }

  /// The types of the inputs of a function that is to be solved for its first.
  func implicitTypes(_ counts: [Int], _ role: String) throws(Diagnostic) -> [TensorType] {
    for count in counts where !(1...100_000).contains(count) {
      throw Diagnostic(
        .invalidArgument, "\(role): the number of steps is from 1 to 100000, not \(count)")
    }
    guard outputs.count == 1, let first = inputs.first else {
      throw Diagnostic(
        .invalidArgument,
        "\(role) needs a function of at least one input with one result; this one is \(self)")
    }
    guard first.type.scalarType.isDifferentiable, outputs[0].type == first.type else {
      throw Diagnostic(
        first.type.scalarType == outputs[0].type.scalarType
          && first.type.scalarType.isDifferentiable
          ? .shapeMismatch : .scalarTypeMismatch,
        "\(role) needs a result of the floating-point type of the first input; the function is \(self)"
      )
    }
    return inputs.map(\.type)
  }
}
