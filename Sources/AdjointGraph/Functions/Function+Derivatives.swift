import AdjointCore

extension Function {
  /// The function with derivatives that take the place of those of its body.
  ///
  /// Both are functions of the operands of this one, then of its results, then of one direction each: the
  /// vector-Jacobian product takes the cotangents of the floating-point results and gives those of the
  /// floating-point operands, the Jacobian-vector product takes the tangents of these operands and gives those of
  /// these results, all in order and of the same types. Both are linear in the directions. Where one is not
  /// supplied, it is derived from the other by transposing it.
  ///
  /// That a derivative is right is not checked here; `checkDerivatives` compares it with the other one and with
  /// differences.
  ///
  /// - Throws: `.invalidArgument`, `.shapeMismatch` or `.scalarTypeMismatch` for one whose inputs or outputs are not
  ///   those.
  public func withDerivatives(
    vectorJacobianProduct vjp: Function? = nil, jacobianVectorProduct jvp: Function? = nil
  ) throws(Diagnostic) -> Function {
    if vjp == nil, jvp == nil { return self }
    let operands = inputs.map(\.type)
    let results = outputs.map(\.type)
    let directions = (
      operands.filter(\.scalarType.isDifferentiable), results.filter(\.scalarType.isDifferentiable)
    )
    try vjp?.check(
      takes: operands + results + directions.1, gives: directions.0,
      as: "the vector-Jacobian product of \(name)")
    try jvp?.check(
      takes: operands + results + directions.0, gives: directions.1,
      as: "the Jacobian-vector product of \(name)")
    return try Function(body, vjp: vjp, jvp: jvp)
  }

  private func check(
    takes operands: [TensorType], gives wanted: [TensorType], as role: String
  ) throws(Diagnostic) {
    let given: [TensorType]
    do throws(Diagnostic) { given = try resultTypes(for: operands) } catch {
      throw Diagnostic(
        error.code,
        "\(role) takes the operands, the results and then the directions: \(error.message)")
    }
    guard given != wanted else { return }
    throw Diagnostic(
      given.map(\.scalarType) == wanted.map(\.scalarType) ? .shapeMismatch : .invalidArgument,
      "\(role) gives \(Self.list(given)), and it must give \(Self.list(wanted)), one for each "
        + "floating-point value that it is a direction of")
  }

  private static func list(_ types: [TensorType]) -> String {
    types.isEmpty ? "nothing" : types.map(\.description).joined(separator: ", ")
  }
}
