import AdjointCore
import AdjointGraph
import AdjointKernels

extension Reduction {
  /// The derivative of a reduction whose result is one of the elements: a mean over those equal to
  /// it, NaN where the result is NaN, and 0 where there is no element.
  ///
  /// Nothing passes to or from the other elements, an infinity or a NaN neither.
  var selectionDerivative: Derivative {
    .rules(
      vjp: { site, cotangents in
        guard let cotangent = cotangents[0] else { return [nil] }
        let isChosen = isChosen(site)
        let count = count(of: isChosen.cast(to: cotangent.scalarType))
        let share = cotangent / count
        // No element equals a NaN.
        let rest = select(count .== 0, cotangent * .nan, 0)
        return [
          select(
            isChosen, broadcastBack(share, over: site.operands[0]),
            broadcastBack(rest, over: site.operands[0]))
        ]
      },
      jvp: { site, tangents in
        guard let tangent = tangents[0] else { return [nil] }
        let isChosen = isChosen(site)
        let sum = select(isChosen, tangent, 0).sum(squeezingAxes: axes)
        return [sum / count(of: isChosen.cast(to: tangent.scalarType))]
      })
  }

  /// Whether an element equals the result.
  private func isChosen(_ site: Derivative.Site) -> Value {
    site.operands[0] .== broadcastBack(site.result, over: site.operands[0])
  }

  /// How many elements are chosen along the axes, and 1 where there are none to choose from, so that
  /// a sum over nothing stays 0.
  private func count(of chosen: Value) -> Value {
    let count = chosen.sum(squeezingAxes: axes)
    switch Shape(axes.map { chosen.shape[$0] }).elementCount {
    case 0: return count + 1
    case nil:
      let extent = chosen.extent(ofAxes: axes, as: chosen.scalarType)
      return count + (extent .== 0).cast(to: chosen.scalarType)
    default: return count
    }
  }
}
