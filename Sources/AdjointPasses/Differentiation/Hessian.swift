import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

/// The Hessian of a scalar with respect to a value: `H[i…, j…] = ∂²y/∂x[i…]∂x[j…]`, of the shape of x twice.
///
/// All its columns are computed in one batched graph: forward mode of the gradient along every unit tensor
/// of x at once, while the gradient itself is computed once.
///
/// <!-- given: loss: Value, w: Value -->
/// ```swift
/// let curvature = hessian(of: loss, withRespectTo: w)  // w [n]: H [n, n]
/// ```
///
/// Mistakes: `.notDifferentiable` where `output` is not a floating-point scalar or a value is not floating
/// point, all offenders listed; `.invalidArgument` for a value of another builder.
public func hessian(
  of output: Value, withRespectTo input: Value, file: String = #fileID, line: Int = #line
) -> Value {
  hessian(of: output, withRespectTo: [input], file: file, line: line)[0][0]
}

/// The Hessian of a scalar with respect to several values, in blocks: `H[a][b][i…, j…] = ∂²y/∂xₐ[i…]∂x_b[j…]`,
/// of the shape of xₐ followed by that of x_b.
///
/// Of two blocks that are each other's transpose one is computed.
///
/// Mistakes: as with respect to one value.
public func hessian(
  of output: Value, withRespectTo inputs: [Value], file: String = #fileID, line: Int = #line
) -> [[Value]] {
  let builder = output.builder
  let location = SourceLocation(file: file, line: line)
  var blocks: [[Value]]?
  _ = derivatives(of: [output] + inputs, like: [], in: builder, at: location) {
    () throws(Diagnostic) in
    try checkScalar(output, "Hessian", inputs)
    blocks = Curvature(of: output, inputs).blocks()
    return []
  }
  return blocks
    ?? inputs.map { row in
      inputs.map {
        let shape = Shape(row.shape.dimensions + $0.shape.dimensions)
        return builder.poison(like: TensorType(output.scalarType, shape))
      }
    }
}

/// The diagonal of the Hessian of a scalar: `∂²y/∂x[i…]²`, one value of the shape of each input.
///
/// It is the second derivative along every unit tensor, by forward mode of forward mode in one batch: no
/// gradient is kept for each of them, and no Hessian formed.
///
/// Mistakes: as of `hessian(of:withRespectTo:)`.
public func hessianDiagonal(
  of output: Value, withRespectTo inputs: [Value], file: String = #fileID, line: Int = #line
) -> [Value] {
  let location = SourceLocation(file: file, line: line)
  return derivatives(of: [output] + inputs, like: inputs, in: output.builder, at: location) {
    () throws(Diagnostic) in
    try checkScalar(output, "diagonal of the Hessian", inputs)
    return inputs.map { input in
      let curvature = Curvature(of: output, [input])
      return StandardBasis.results(of: input.type, in: output.builder) {
        [curvature.product(of: [$0], and: [$0])]
      }[0]
    }
  }
}
