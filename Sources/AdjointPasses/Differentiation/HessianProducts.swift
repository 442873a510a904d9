import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

/// The product of the Hessian of a scalar with a direction: `Σ_b H[a][b] · t_b`, one value for each input, of its
/// type.
///
/// It is forward mode of the gradient, at a few times the cost of the gradient, and forms no Hessian.
///
/// Mistakes: `.notDifferentiable` where `output` is not a floating-point scalar or a value is not floating
/// point; `.shapeMismatch` where a tangent is not of its input's type or their number differs;
/// `.invalidArgument` for a value of another builder.
public func hessianVectorProduct(
  of output: Value, withRespectTo inputs: [Value], tangents: [Value], file: String = #fileID,
  line: Int = #line
) -> [Value] {
  let location = SourceLocation(file: file, line: line)
  return derivatives(
    of: [output] + inputs + tangents, like: inputs, in: output.builder, at: location
  ) { () throws(Diagnostic) in
    try checkScalar(output, "product with the Hessian", inputs)
    try check(inputs, "input", against: tangents, "tangent")
    return Curvature(of: output, inputs).products(of: tangents)
  }
}

/// The second derivative of a scalar along two directions: `Σ_a Σ_b u_aᵀ · H[a][b] · v_b`, a scalar.
///
/// It is forward mode of forward mode: nothing is kept for a sweep in reverse mode.
///
/// Mistakes: as of `hessianVectorProduct(of:withRespectTo:tangents:)`; `.invalidArgument` for no input.
public func vectorHessianVectorProduct(
  of output: Value, withRespectTo inputs: [Value], left: [Value], right: [Value],
  file: String = #fileID, line: Int = #line
) -> Value {
  let location = SourceLocation(file: file, line: line)
  return output.builder.attempt([output] + inputs + left + right, at: location) {
    () throws(Diagnostic) in
    guard !inputs.isEmpty else {
      throw Diagnostic(
        .invalidArgument,
        "a product with the Hessian needs an input; give what it is with respect to")
    }
    try checkScalar(output, "product with the Hessian", inputs)
    try check(inputs, "input", against: left, "left tangent")
    try check(inputs, "input", against: right, "right tangent")
    return Curvature(of: output, inputs).product(of: left, and: right)
  }
}

/// The second derivatives of a scalar with respect to values that have been checked.
struct Curvature {
  private let output: Value
  private let inputs: [Value]
  private var builder: GraphBuilder { output.builder }

  init(of output: Value, _ inputs: [Value]) {
    self.output = output
    self.inputs = inputs
  }

  /// The products of the Hessian with a direction, by forward mode over reverse mode.
  func products(of tangents: [Value]) -> [Value] {
    path(from: inputs, to: gradient()).tangents(of: tangents)
  }

  /// The second derivative along two directions, by forward mode over forward mode.
  func product(of left: [Value], and right: [Value]) -> Value {
    let slope = path(from: inputs, to: [output]).tangents(of: right)
    return path(from: inputs, to: slope).tangents(of: left)[0]
  }

  /// The blocks of the Hessian, those below the diagonal as transposes.
  func blocks() -> [[Value]] {
    let gradient = gradient()
    // Where a block is not known yet, the gradient stands in its place.
    var blocks = inputs.map { _ in gradient }
    for (row, input) in inputs.enumerated() {
      let path = path(from: [input], to: Array(gradient[row...]))
      let found = StandardBasis.results(of: input.type, in: builder) { path.tangents(of: [$0]) }
      for (offset, block) in found.enumerated() {
        blocks[row][row + offset] = block
        if offset > 0 {
          blocks[row + offset][row] = block.movingFirstAxesBack(input.rank)
        }
      }
    }
    return blocks
  }

  private func gradient() -> [Value] {
    path(from: inputs, to: [output]).adjoints(of: [builder.constant(1, output.scalarType)])
  }

  private func path(from sources: [Value], to targets: [Value]) -> DifferentiationPath {
    DifferentiationPath(from: sources, to: targets, in: builder, StandardArithmetic())
      .inStableForm()
  }
}
