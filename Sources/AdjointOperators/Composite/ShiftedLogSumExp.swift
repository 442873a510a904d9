import AdjointCore
import AdjointGraph

/// log Σ exp(x) in two parts, m + log Σ exp(x − m), which are best added last.
///
/// With the greatest element m no exponential overflows. Where all elements have a large offset in
/// common, m has it and the logarithm is small: added to m it loses its digits, which no later
/// subtraction brings back.
struct ShiftedLogSumExp {
  /// x − m, with the axes summed over.
  let shifted: Value
  let axes: [Int]
  /// exp(x − m).
  let powers: Value
  /// m, without these axes.
  let shift: Value
  /// log Σ exp(x − m), without these axes.
  let logarithm: Value

  /// Writes the nodes for x and axes that are not negative.
  init(of x: Value, over axes: [Int]) {
    self.axes = axes
    shift = x.finiteMaximum(over: axes)
    shifted = x.shifted(by: shift, over: axes)
    powers = x.builder.apply(Exp(), [shifted])
    logarithm = x.builder.apply(Log(), [x.builder.apply(ReduceSum(axes: axes), [powers])])
  }

  /// log Σ exp(x).
  func sum() -> Value { shift + logarithm }

  /// log Σ exp(x) − c, where c is about as large as m.
  func less(_ c: Value) -> Value { logarithm - (c - shift) }

  /// log Σ exp(x) − Σ q·x, as log Σ exp(x − m) − Σ q·(x − m) + m·(1 − Σ q).
  func less(expected q: Value) -> Value {
    let builder = q.builder
    // 0 · (−∞) is NaN; what has no probability is left out.
    let isLeftOut = (q .== 0) .& (shifted .== -.infinity)
    let scores = select(isLeftOut, 0, shifted)
    let expected = builder.apply(ReduceSum(axes: axes), [q * scores])
    // Probabilities sum to 1 but for rounding, and that would be multiplied by m.
    let counted = select(isLeftOut, 0, q)
    let rest = 1 - builder.apply(ReduceSum(axes: axes), [counted])
    let isRounding = abs(rest) .<= q.scalarType.roundingOfSums
    let correction = shift.reshaped(to: rest.shape) * rest
    let excess = stopGradient(select(isRounding, correction, 0))
    return logarithm.reshaped(to: rest.shape) - expected + (correction - excess)
  }
}

extension ScalarType {
  /// What the sum of numbers that sum to 1 may differ from it: 128 units in the last place.
  fileprivate var roundingOfSums: Double {
    128 * (self == .f32 ? Double(Float.ulpOfOne) : Double.ulpOfOne)
  }
}
