import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

/// In which order a Jacobian is computed; its values are the same but for rounding.
public enum JacobianOrder: String, Hashable, Sendable, CaseIterable {
  /// One sweep in reverse mode for each element of the outputs, all of them in one batch.
  case rows
  /// One sweep in forward mode for each element of the inputs, all of them in one batch.
  case columns
  /// By rows where the outputs have no more elements than the inputs or a number is not known before
  /// dimensions are bound, else by columns.
  case cheaper
  /// Through the values that every path passes, multiplied in the order that costs least: of functions from 1,000
  /// numbers over 1, 1,000 and 1 to 1,000, those in the middle first. It pays where what is between is narrower than
  /// both ends; elsewhere it is the cheaper one.
  ///
  /// Formulas that overflow or cancel take their stable form within the parts only.
  case bracketed

  /// Whether it is by columns for these numbers of elements, nil where one is not known.
  package func isByColumns(outputs: Int?, inputs: Int?) -> Bool {
    switch self {
    case .rows: false
    case .columns: true
    case .cheaper, .bracketed: (outputs ?? 0) > (inputs ?? .max)
    }
  }
}

/// The Jacobian of a value with respect to another: `J[i…, j…] = ∂y[i…]/∂x[j…]`, of the shape of y followed by
/// that of x.
///
/// All rows, or all columns, are computed in one batched graph, not one after the other, and the values between
/// input and output once. The nodes are ordinary ones: they can be used, printed and differentiated again.
/// What the output does not depend on gets zeros. Extents may be known by name only.
///
/// <!-- given: x: Value, y: Value -->
/// ```swift
/// let slopes = jacobian(of: y, withRespectTo: x)  // y [m], x [n]: J [m, n]
/// ```
///
/// Mistakes: `.notDifferentiable` where one is not floating point, `.invalidArgument` for a value of another
/// builder.
public func jacobian(
  of output: Value, withRespectTo input: Value, by order: JacobianOrder = .cheaper,
  file: String = #fileID, line: Int = #line
) -> Value {
  jacobian(of: [output], withRespectTo: [input], by: order, file: file, line: line)[0][0]
}

/// The Jacobians of values with respect to others, one list for each output with one for each input.
///
/// As of one output and one input; where the order is the cheaper one, it is one order for all.
///
/// Mistakes: as of one output and one input.
public func jacobian(
  of outputs: [Value], withRespectTo inputs: [Value], by order: JacobianOrder = .cheaper,
  file: String = #fileID, line: Int = #line
) -> [[Value]] {
  guard let builder = (outputs + inputs).first?.builder, !inputs.isEmpty else {
    return outputs.map { _ in [] }
  }
  let location = SourceLocation(file: file, line: line)
  var blocks: [[Value]]?
  _ = derivatives(of: outputs + inputs, like: [], in: builder, at: location) {
    () throws(Diagnostic) in
    try checkFloatingPoint(outputs, "output")
    try checkFloatingPoint(inputs, "input")
    if order == .bracketed {
      blocks = outputs.map { output in
        inputs.map { input in
          BracketedJacobian(of: output, withRespectTo: input)?.value()
            ?? jacobian(of: output, withRespectTo: input, by: .cheaper)
        }
      }
      return []
    }
    let counts = (outputs.elementCount, inputs.elementCount)
    blocks =
      order.isByColumns(outputs: counts.0, inputs: counts.1)
      ? columns(of: outputs, inputs, in: builder) : rows(of: outputs, inputs, in: builder)
    return []
  }
  return blocks
    ?? outputs.map { output in
      inputs.map {
        let shape = Shape(output.shape.dimensions + $0.shape.dimensions)
        return builder.poison(like: TensorType(output.scalarType, shape))
      }
    }
}

private func rows(
  of outputs: [Value], _ inputs: [Value], in builder: GraphBuilder
) -> [[Value]] {
  outputs.map { output in
    let path = DifferentiationPath(from: inputs, to: [output], in: builder, StandardArithmetic())
      .inStableForm()
    return StandardBasis.results(of: output.type, in: builder) { path.adjoints(of: [$0]) }
  }
}

private func columns(
  of outputs: [Value], _ inputs: [Value], in builder: GraphBuilder
) -> [[Value]] {
  var blocks: [[Value]] = outputs.map { _ in [] }
  for input in inputs {
    let path = DifferentiationPath(from: [input], to: outputs, in: builder, StandardArithmetic())
      .inStableForm()
    let columns = StandardBasis.results(of: input.type, in: builder) { path.tangents(of: [$0]) }
    for (place, column) in columns.enumerated() {
      blocks[place].append(column.movingFirstAxesBack(input.rank))
    }
  }
  return blocks
}

extension [Value] {
  /// The number of elements of all values together, nil where one is not known.
  var elementCount: Int? {
    var sum = 0
    for value in self {
      guard let count = value.shape.elementCount else { return nil }
      let (next, overflow) = sum.addingReportingOverflow(count)
      if overflow { return nil }
      sum = next
    }
    return sum
  }
}
