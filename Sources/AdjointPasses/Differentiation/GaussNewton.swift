import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

/// The Gauss-Newton product: `Jᵀ·(J·t)`, one value for each input, of its type.
///
/// J is the Jacobian of the outputs with respect to the inputs, and is not formed: it is one sweep in forward
/// and one in reverse mode. For residuals r, `Jᵀ·J` is the Hessian of `½·Σ r²` but for the curvature of the
/// residuals themselves; it is positive semi-definite, and what a least-squares fit steps by.
///
/// Mistakes: `.shapeMismatch` where a tangent is not of its input's type or their number differs,
/// `.notDifferentiable` where an input or output is not floating point, `.invalidArgument` for a value of
/// another builder.
public func gaussNewtonProduct(
  of outputs: [Value], withRespectTo inputs: [Value], tangents: [Value], file: String = #fileID,
  line: Int = #line
) -> [Value] {
  guard let builder = inputs.first?.builder else { return [] }
  let location = SourceLocation(file: file, line: line)
  return derivatives(of: outputs + inputs + tangents, like: inputs, in: builder, at: location) {
    () throws(Diagnostic) in
    try check(inputs, "input", against: tangents, "tangent")
    try checkFloatingPoint(outputs, "output")
    let path = DifferentiationPath(from: inputs, to: outputs, in: builder, StandardArithmetic())
      .inStableForm()
    return path.adjoints(of: path.tangents(of: tangents))
  }
}
