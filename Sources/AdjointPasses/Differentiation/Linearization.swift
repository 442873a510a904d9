import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

/// The linear map that values are at the point of the inputs: from tangents of the inputs to those of the
/// outputs, `t ↦ J·t`.
///
/// The values themselves are computed once, however often the map is applied; `vectorized(_:)` of it applies
/// it to many tangents at a time, which is one product for each product there is in the function.
///
/// <!-- given: x: Value, y: Value, directions: Value -->
/// ```swift
/// let slope = linearized(of: [y], withRespectTo: [x])
/// let along = vectorized { (t: Value) in slope([t])[0] }(directions)  // [N, n] → [N, m]
/// ```
///
/// Stable forms are differentiated in place of formulas that overflow or cancel, as in
/// `gradients(of:withRespectTo:)`.
///
/// Mistakes: `.notDifferentiable` where an input or output is not floating point; `.invalidArgument` for no
/// input, and for a value of another builder; of the map `.shapeMismatch` where a tangent is not of its
/// input's type or their number differs.
public func linearized(
  of outputs: [Value], withRespectTo inputs: [Value], file: String = #fileID, line: Int = #line
) -> ([Value]) -> [Value] {
  let location = SourceLocation(file: file, line: line)
  guard let builder = (inputs + outputs).first?.builder else { return { _ in [] } }
  var path: DifferentiationPath?
  _ = derivatives(of: inputs + outputs, like: outputs, in: builder, at: location) {
    () throws(Diagnostic) in
    guard !inputs.isEmpty else {
      throw Diagnostic(
        .invalidArgument, "linearized: there is no input; give what the outputs depend on")
    }
    try checkFloatingPoint(inputs, "input")
    try checkFloatingPoint(outputs, "output")
    path = DifferentiationPath(from: inputs, to: outputs, in: builder, StandardArithmetic())
      .inStableForm()
    return outputs
  }
  let linear = path
  return { tangents in
    guard let linear else { return outputs.map { builder.poison(like: $0.type) } }
    return derivatives(of: inputs + tangents, like: outputs, in: builder, at: location) {
      () throws(Diagnostic) in
      try check(inputs, "input", against: tangents, "tangent")
      return linear.tangents(of: tangents)
    }
  }
}
