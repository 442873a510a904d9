import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

/// The Jacobian-vector product by two sweeps in reverse mode, no rule of forward mode among them.
///
/// `c ↦ Jᵀ·c` is linear in c, and the vector-Jacobian product of a linear map is its transpose:
/// `J·t = (∂(Jᵀ·c)/∂c)ᵀ · t` for any c. It is what `jacobianVectorProduct(of:withRespectTo:tangents:)`
/// gives, from the other rules, so that one of them checks the other; forward mode costs less.
///
/// J. Townsend, "A new trick for calculating Jacobian vector products" (2017).
///
/// Mistakes: as of `jacobianVectorProduct(of:withRespectTo:tangents:)`.
public func jacobianVectorProductByReverse(
  of outputs: [Value], withRespectTo inputs: [Value], tangents: [Value], file: String = #fileID,
  line: Int = #line
) -> [Value] {
  guard let builder = inputs.first?.builder else { return [] }
  let location = SourceLocation(file: file, line: line)
  return derivatives(of: inputs + tangents + outputs, like: outputs, in: builder, at: location) {
    () throws(Diagnostic) in
    try check(inputs, "input", against: tangents, "tangent")
    try checkFloatingPoint(outputs, "output")
    // Any cotangents will do, and none is ever read; that they are zeros is not to be seen.
    let cotangents = outputs.map {
      builder.apply(StopGradient(), [builder.full(0, $0.type)])
    }
    let arithmetic = StandardArithmetic()
    let adjoints = DifferentiationPath(from: inputs, to: outputs, in: builder, arithmetic)
      .inStableForm().adjoints(of: cotangents)
    return DifferentiationPath(from: cotangents, to: adjoints, in: builder, arithmetic)
      .adjoints(of: tangents)
  }
}
