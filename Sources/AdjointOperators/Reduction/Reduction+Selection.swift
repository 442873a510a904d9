import AdjointCore
import AdjointGraph
import AdjointKernels

extension Reduction {
  /// The derivative of a reduction whose result is one of the elements: a mean over those equal to
  /// it.
  var selectionDerivative: Derivative {
    .rules(
      vjp: { (at, cotangents) throws(Diagnostic) in
        guard let cotangent = cotangents[0] else { return [nil] }
        let chosen = try chosen(at)
        let share = try cotangent / chosen.sum(squeezingAxes: axes)
        return [try chosen * broadcastBack(share, over: at.operands[0])]
      },
      jvp: { (at, tangents) throws(Diagnostic) in
        guard let tangent = tangents[0] else { return [nil] }
        let chosen = try chosen(at)
        return [
          try (chosen * tangent).sum(squeezingAxes: axes) / chosen.sum(squeezingAxes: axes)
        ]
      })
  }

  /// 1 where an element equals the result and 0 elsewhere.
  private func chosen(_ at: Derivative.Site) throws(Diagnostic) -> Value {
    let operand = at.operands[0]
    return try (operand .== broadcastBack(at.result, over: operand)).cast(to: operand.scalarType)
  }
}
