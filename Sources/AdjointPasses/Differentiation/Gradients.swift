import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

/// The gradient of a scalar with respect to values it depends on: `∂y/∂xᵢ`, one for each, of the same
/// type as that value.
///
/// The nodes that compute it are appended to the graph under construction and are ordinary ones: they
/// can be used, named, printed and differentiated again. Values that `output` does not depend on get
/// zeros.
///
/// Where formulas between `inputs` and `output` overflow or cancel and have a stable form, such as
/// softplus(x) for log(1 + eˣ), that is what is differentiated; the nodes as they were written stay.
/// The inputs count as unknown then, whatever computes them: the gradient of log(s) with respect to
/// s = sigmoid(x) is 1/s.
///
/// - Throws: `.notDifferentiable` where `output` is not a floating-point scalar or a value is not
///   floating point, all offenders listed; `.invalidArgument` for a value of another builder.
public func gradients(
  of output: Value, withRespectTo inputs: [Value], file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> [Value] {
  let location = SourceLocation(file: file, line: line)
  try output.builder.checkOwner(of: inputs, at: location)
  var offenders: [String] = []
  if output.rank != 0 || !output.scalarType.isDifferentiable {
    offenders.append(
      "\(output) is not a floating-point scalar; sum it, or give a cotangent and ask for a product")
  }
  for input in inputs where !input.scalarType.isDifferentiable {
    offenders.append("\(input) is not floating point and has no derivative")
  }
  guard offenders.isEmpty else {
    throw Diagnostic(
      .notDifferentiable, "the gradient does not exist", location: location, notes: offenders)
  }
  let builder = output.builder
  let one = try builder.constant(1, output.scalarType)
  return try DifferentiationPath(
    from: inputs, to: [output], in: builder, StandardArithmetic()
  ).inStableForm()
    .adjoints(of: [one])
}

/// The vector-Jacobian product: `Σ_k (∂y_k/∂xᵢ)ᵀ · c_k`, one for each input, by reverse mode.
///
/// Stable forms are differentiated in place of formulas that overflow or cancel, as in
/// `gradients(of:withRespectTo:)`.
///
/// - Throws: `.shapeMismatch` where a cotangent is not of its output's type or their number differs,
///   `.notDifferentiable` where an input or output is not floating point, `.invalidArgument` for a
///   value of another builder.
public func vectorJacobianProduct(
  of outputs: [Value], cotangents: [Value], withRespectTo inputs: [Value],
  file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> [Value] {
  let location = SourceLocation(file: file, line: line)
  try outputs.first?.builder.checkOwner(of: outputs + cotangents + inputs, at: location)
  try check(outputs, "output", against: cotangents, "cotangent", location)
  try checkFloatingPoint(inputs, "input", location)
  guard let builder = outputs.first?.builder else { return [] }
  return try DifferentiationPath(
    from: inputs, to: outputs, in: builder, StandardArithmetic()
  ).inStableForm()
    .adjoints(of: cotangents)
}

/// The Jacobian-vector product: `Σᵢ (∂y_k/∂xᵢ) · tᵢ`, one for each output, by forward mode.
///
/// Stable forms are differentiated in place of formulas that overflow or cancel, as in
/// `gradients(of:withRespectTo:)`.
///
/// - Throws: `.shapeMismatch` where a tangent is not of its input's type or their number differs,
///   `.notDifferentiable` where an input or output is not floating point, `.invalidArgument` for a
///   value of another builder.
public func jacobianVectorProduct(
  of outputs: [Value], withRespectTo inputs: [Value], tangents: [Value],
  file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> [Value] {
  let location = SourceLocation(file: file, line: line)
  try inputs.first?.builder.checkOwner(of: inputs + tangents + outputs, at: location)
  try check(inputs, "input", against: tangents, "tangent", location)
  try checkFloatingPoint(outputs, "output", location)
  guard let builder = inputs.first?.builder else { return [] }
  return try DifferentiationPath(
    from: inputs, to: outputs, in: builder, StandardArithmetic()
  ).inStableForm()
    .tangents(of: tangents)
}

private func check(
  _ values: [Value], _ kind: String, against directions: [Value], _ directionKind: String,
  _ location: SourceLocation
) throws(Diagnostic) {
  guard values.count == directions.count else {
    throw Diagnostic(
      .shapeMismatch,
      "\(values.count) \(kind)s need as many \(directionKind)s, not \(directions.count)",
      location: location)
  }
  try checkFloatingPoint(values, kind, location)
  for (value, direction) in zip(values, directions) where value.type != direction.type {
    throw Diagnostic(
      .shapeMismatch, "the \(directionKind) of \(value) must be of its type, not \(direction.type)",
      location: location)
  }
}

private func checkFloatingPoint(
  _ values: [Value], _ kind: String, _ location: SourceLocation
) throws(Diagnostic) {
  let offenders = values.filter { !$0.scalarType.isDifferentiable }
  guard offenders.isEmpty else {
    throw Diagnostic(
      .notDifferentiable, "every \(kind) of a derivative must be floating point",
      location: location, notes: offenders.map { "\($0) is not" })
  }
}
