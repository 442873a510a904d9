import AdjointGraph

// Roots: abs, maximum, minimum, stop_gradient.
extension Rewrite {
  // Unsigned numbers wrap around when they are negated.
  static let magnitudeOfNegative = Rewrite(
    abs(-x), to: abs(x), where: Condition("x is not u8") { $0.resultType.scalarType != .u8 })
  static let magnitudeOfMagnitude = Rewrite(abs(abs(x).known(as: y)), to: "|x|") { $0[y] }

  static let greaterOfTheSame = Rewrite(max(x, x), to: x)
  static let lesserOfTheSame = Rewrite(min(x, x), to: x)

  static let stoppedTwice = Rewrite(
    stopGradient(stopGradient(x).known(as: y)), to: "stop_gradient(x)"
  ) { $0[y] }
}
