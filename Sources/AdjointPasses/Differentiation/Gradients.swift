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
/// Mistakes: `.notDifferentiable` where `output` is not a floating-point scalar or a value is not floating
/// point, all offenders listed; `.invalidArgument` for a value of another builder.
public func gradients(
  of output: Value, withRespectTo inputs: [Value], file: String = #fileID, line: Int = #line
) -> [Value] {
  let location = SourceLocation(file: file, line: line)
  let builder = output.builder
  return derivatives(of: [output] + inputs, like: inputs, in: builder, at: location) {
    () throws(Diagnostic) in
    try checkScalar(output, "gradient", inputs)
    let one = builder.constant(1, output.scalarType)
    return DifferentiationPath(
      from: inputs, to: [output], in: builder, StandardArithmetic()
    ).inStableForm().adjoints(of: [one])
  }
}

/// The vector-Jacobian product: `Σ_k (∂y_k/∂xᵢ)ᵀ · c_k`, one for each input, by reverse mode.
///
/// Stable forms are differentiated in place of formulas that overflow or cancel, as in
/// `gradients(of:withRespectTo:)`.
///
/// Mistakes: `.shapeMismatch` where a cotangent is not of its output's type or their number differs,
/// `.notDifferentiable` where an input or output is not floating point, `.invalidArgument` for a value of
/// another builder.
public func vectorJacobianProduct(
  of outputs: [Value], cotangents: [Value], withRespectTo inputs: [Value],
  file: String = #fileID, line: Int = #line
) -> [Value] {
  guard let builder = outputs.first?.builder else { return [] }
  let location = SourceLocation(file: file, line: line)
  let values = outputs + cotangents + inputs
  return derivatives(of: values, like: inputs, in: builder, at: location) {
    () throws(Diagnostic) in
    try check(outputs, "output", against: cotangents, "cotangent")
    try checkFloatingPoint(inputs, "input")
    return DifferentiationPath(
      from: inputs, to: outputs, in: builder, StandardArithmetic()
    ).inStableForm().adjoints(of: cotangents)
  }
}

/// The Jacobian-vector product: `Σᵢ (∂y_k/∂xᵢ) · tᵢ`, one for each output, by forward mode.
///
/// Stable forms are differentiated in place of formulas that overflow or cancel, as in
/// `gradients(of:withRespectTo:)`.
///
/// Mistakes: `.shapeMismatch` where a tangent is not of its input's type or their number differs,
/// `.notDifferentiable` where an input or output is not floating point, `.invalidArgument` for a value of
/// another builder.
public func jacobianVectorProduct(
  of outputs: [Value], withRespectTo inputs: [Value], tangents: [Value],
  file: String = #fileID, line: Int = #line
) -> [Value] {
  guard let builder = inputs.first?.builder else { return [] }
  let location = SourceLocation(file: file, line: line)
  let values = inputs + tangents + outputs
  return derivatives(of: values, like: outputs, in: builder, at: location) {
    () throws(Diagnostic) in
    try check(inputs, "input", against: tangents, "tangent")
    try checkFloatingPoint(outputs, "output")
    return DifferentiationPath(
      from: inputs, to: outputs, in: builder, StandardArithmetic()
    ).inStableForm().tangents(of: tangents)
  }
}

/// The values that a body makes; where a mistake keeps it from that, poisoned ones of the types of others.
func derivatives(
  of values: [Value], like models: [Value], in builder: GraphBuilder, at location: SourceLocation,
  _ body: () throws(Diagnostic) -> [Value]
) -> [Value] {
  var made: [Value]?
  let first = builder.attempt(values, like: models.first?.type, at: location) {
    () throws(Diagnostic) in
    let results = try body()
    made = results
    return results.first ?? values[0]
  }
  if let made { return made }
  return models.isEmpty
    ? [] : [first] + models.dropFirst().map { builder.poison(like: $0.type) }
}

/// Refuses a derivative of what is no scalar, or with respect to what carries none, all offenders in one.
func checkScalar(
  _ output: Value, _ derivative: String, _ inputs: [Value]
) throws(Diagnostic) {
  var offenders: [String] = []
  if output.rank != 0 || !output.scalarType.isDifferentiable {
    offenders.append(
      "\(output) is not a floating-point scalar\(output.place); sum it, or give a cotangent and ask for a product"
    )
  }
  for input in inputs where !input.scalarType.isDifferentiable {
    offenders.append("\(input) is not floating point and has no derivative\(input.place)")
  }
  guard offenders.isEmpty else {
    throw Diagnostic(.notDifferentiable, "the \(derivative) does not exist", notes: offenders)
  }
}

func check(
  _ values: [Value], _ kind: String, against directions: [Value], _ directionKind: String
) throws(Diagnostic) {
  guard values.count == directions.count else {
    throw Diagnostic(
      .shapeMismatch,
      "\(values.count) \(kind)s need as many \(directionKind)s, not \(directions.count)")
  }
  try checkFloatingPoint(values, kind)
  for (value, direction) in zip(values, directions) where value.type != direction.type {
    throw Diagnostic(
      .shapeMismatch, "the \(directionKind) of \(value) must be of its type, not \(direction.type)")
  }
}

func checkFloatingPoint(
  _ values: [Value], _ kind: String
) throws(Diagnostic) {
  let offenders = values.filter { !$0.scalarType.isDifferentiable }
  guard offenders.isEmpty else {
    throw Diagnostic(
      .notDifferentiable, "every \(kind) of a derivative must be floating point",
      notes: offenders.map { "\($0) is not\($0.place)" })
  }
}

extension Value {
  /// Where the value was made, where that is known already: the places of infix operators are looked up only when
  /// the graph is built.
  fileprivate var place: String {
    builder.nodes[id.node].location.map { ", made at \($0)" } ?? ""
  }
}
