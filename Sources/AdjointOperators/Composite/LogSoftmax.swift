import AdjointCore
import AdjointGraph

/// `y = x − log Σ exp(x)`, the sum over axes.
package struct LogSoftmax: AxesComposite {
  package static let mnemonic = "log_softmax"

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [try checkedOperand(operands)]
  }

  package var derivative: Derivative {
    .rules(
      vjp: { site, cotangents in
        guard let cotangent = cotangents[0] else { return [nil] }
        return [cotangent - softmax(at: site) * repeated(sum(cotangent), over: cotangent)]
      },
      jvp: { site, tangents in
        guard let tangent = tangents[0] else { return [nil] }
        return [tangent - repeated(sum(softmax(at: site) * tangent), over: tangent)]
      })
  }

  private func softmax(at site: Derivative.Site) -> Value {
    site.builder.apply(Softmax(axes: axes), site.operands)
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let parts = ShiftedLogSumExp(of: operands[0], over: axes)
    return [parts.shifted - repeated(parts.logarithm, over: parts.shifted)]
  }
}

/// The logarithm of the softmax along an axis, without forming the softmax.
///
/// `y_i = x_i − log Σ_k exp(x_k)`, computed from `x − max(x)`. The result has the operand's shape;
/// `x̄_i = ȳ_i − softmax(x)_i · Σ_k ȳ_k`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`, `.invalidArgument` for an axis out
/// of range.
public func logSoftmax(
  _ x: Value, axis: Int = -1, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.placed("logSoftmax", of: [x], file, line) { () throws(Diagnostic) in
    try x.type.expectFloatingPoint()
    return x.builder.apply(LogSoftmax(axes: [try x.type.normalized(axis: axis)]), [x])
  }
}

extension Value {
  /// The logarithm of the softmax along an axis, without forming the softmax.
  ///
  /// The method form of `logSoftmax(_:axis:)`.
  public func logSoftmax(axis: Int = -1, file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.logSoftmax(self, axis: axis, file: file, line: line)
  }
}

// The page of the reference.
extension LogSoftmax {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The logarithm of the softmax, without forming the softmax.",
      formula: "yᵢ = xᵢ − log Σₖ exp(xₖ)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      attributes: [
        OperatorPage.Part(
          "axes", "the axes, ascending; in Swift `axis:` is one, the last where it is not given")
      ],
      reverse: ["x̄ᵢ = ȳᵢ − softmax(x)ᵢ · Σₖ ȳₖ"],
      forward: "ẏᵢ = ẋᵢ − Σₖ softmax(x)ₖ · ẋₖ",
      conventions: ["It is computed from x − max(x), so that no exponential overflows."],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
        "logSoftmax(x, axis: 1)"
      ) { logSoftmax($1[0], axis: 1) })
  }
}
