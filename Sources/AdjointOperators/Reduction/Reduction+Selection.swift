import AdjointCore
import AdjointGraph
import AdjointKernels

extension Reduction {
  /// The derivative of a reduction whose result is one of the elements: a mean over those equal to
  /// it, NaN where the result is NaN, and 0 where there is no element.
  var selectionDerivative: Derivative {
    .rules(
      vjp: { (at, cotangents) throws(Diagnostic) in
        guard let cotangent = cotangents[0] else { return [nil] }
        let chosen = try chosen(at)
        let share = try cotangent / count(of: chosen)
        return [try chosen * broadcastBack(share, over: at.operands[0])]
      },
      jvp: { (at, tangents) throws(Diagnostic) in
        guard let tangent = tangents[0] else { return [nil] }
        let chosen = try chosen(at)
        return [try (chosen * tangent).sum(squeezingAxes: axes) / count(of: chosen)]
      })
  }

  /// 1 where an element equals the result and 0 elsewhere.
  private func chosen(_ at: Derivative.Site) throws(Diagnostic) -> Value {
    let operand = at.operands[0]
    return try (operand .== broadcastBack(at.result, over: operand)).cast(to: operand.scalarType)
  }
  /// How many elements are chosen along the axes, and 1 where there are none to choose from, so that
  /// a sum over nothing stays 0.
  private func count(of chosen: Value) throws(Diagnostic) -> Value {
    let count = try chosen.sum(squeezingAxes: axes)
    switch Shape(axes.map { chosen.shape[$0] }).elementCount {
    case 0: return try count + 1
    case nil:
      let extent = try chosen.extent(ofAxes: axes, as: chosen.scalarType)
      return try count + (extent .== 0).cast(to: chosen.scalarType)
    default: return count
    }
  }
}
