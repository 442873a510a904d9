import AdjointCore
import AdjointGraph

extension Function {
  /// The root x of `g(x, a) = 0` of this function g, found by a solver: a function of the other operands.
  ///
  /// The derivative is that of the root, by the implicit function theorem, whatever the solver does: with
  /// `G = ∂g/∂x` and `A = ∂g/∂a` at the root, `ẋ = −G⁻¹ · A · ȧ` and `ā = −Aᵀ · G⁻ᵀ · x̄`. The linear system is solved by
  /// conjugate gradients on its normal equations (Hestenes and Stiefel, 1952), which need as many steps as there
  /// are unknowns, and more where G is ill-conditioned; steps beyond the solution change nothing.
  ///
  /// - Parameters:
  ///   - solver: From the operands of g without the first, to the root.
  ///   - linearSteps: How many steps the linear solver takes.
  /// - Throws: `.invalidArgument`, `.shapeMismatch` or `.scalarTypeMismatch` where g does not have one result of the
  ///   floating-point type of its first input, where the solver does not take the other inputs and give that
  ///   type, and for a number of steps outside of 1 to 100,000.
  public func root(
    solvedBy solver: Function, linearSteps: Int
  ) throws(Diagnostic) -> Function {
    let role = "the root of \(name)"
    let types = try implicitTypes([linearSteps], role)
    let others = Array(types.dropFirst())
    guard try solver.resultTypes(for: others) == [types[0]] else {
      throw Diagnostic(
        .shapeMismatch,
        "\(role) is \(types[0]), and the solver is \(solver); it must give that type")
    }
    let count = others.count
    let solution = try Function("\(name).root", others) { solver($0) }
    // Behind the operands come the solution and the direction.
    let backward = try Function(
      "\(name).root.vjp", others + [types[0], types[0]],
      results: { values in
        let g = FunctionLinearization(self, at: [values[count]] + values[..<count])
        let weight = NormalEquations(
          apply: { g.cotangents(of: 0..<1, for: $0)[0] ?? $0 },
          transpose: { g.tangent(for: [0: $0]) }
        ).solution(for: -values[count + 1], steps: linearSteps)
        return g.cotangents(of: 1..<(count + 1), for: weight).compactMap { $0 }
      })
    let floating = (0..<count).filter { others[$0].scalarType.isDifferentiable }
    let forward = try Function(
      "\(name).root.jvp", others + [types[0]] + floating.map { others[$0] }
    ) { values in
      let g = FunctionLinearization(self, at: [values[count]] + values[..<count])
      let tangents = Dictionary(
        uniqueKeysWithValues: zip(floating.map { $0 + 1 }, values[(count + 1)...]))
      return NormalEquations(
        apply: { g.tangent(for: [0: $0]) }, transpose: { g.cotangents(of: 0..<1, for: $0)[0] ?? $0 }
      ).solution(for: -g.tangent(for: tangents), steps: linearSteps)
    }
    return try solution.withDerivatives(
      vectorJacobianProduct: floating.isEmpty ? nil : backward,
      jacobianVectorProduct: floating.isEmpty ? nil : forward)
  }
}

/// Conjugate gradients on `Mᵀ M x = Mᵀ b`, written out for a number of steps.
private struct NormalEquations {
  /// M · x.
  let apply: (Value) -> Value
  /// Mᵀ · y.
  let transpose: (Value) -> Value

  /// The x that M makes b of, from 0 on.
  func solution(for b: Value, steps: Int) -> Value {
    var x = b.builder.full(0, b.type)
    var rest = b
    var gradient = transpose(rest)
    var direction = gradient
    var norm = squared(gradient)
    for _ in 0..<steps {
      let image = apply(direction)
      let length = quotient(norm, squared(image))
      x = x + length * direction
      rest = rest - length * image
      gradient = transpose(rest)
      let next = squared(gradient)
      direction = gradient + quotient(next, norm) * direction
      norm = next
    }
    return x
  }

  private func squared(_ x: Value) -> Value { (x * x).sum() }

  /// 0 where the divisor is 0, which it is when there is nothing left to solve.
  private func quotient(_ dividend: Value, _ divisor: Value) -> Value {
    let isSolved = divisor .== 0
    return select(isSolved, 0, dividend / select(isSolved, 1, divisor))
  }
}
