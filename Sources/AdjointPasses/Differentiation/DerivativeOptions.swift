/// What a derivative written out as a graph gives or takes besides what it has to.
public struct DerivativeOptions: OptionSet, Hashable, Sendable {
  /// One bit for each option.
  public let rawValue: Int

  /// The options of the bits; others are of no effect.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Zeros for what an output does not depend on.
  ///
  /// A source without a differentiable path to an output, because it is not read or because an operator
  /// in between has no derivative or stops it, gets a gradient of zeros of its type and shape, or adds
  /// nothing to a tangent. Without this option it is a mistake.
  public static let zeros = DerivativeOptions(rawValue: 1)

  /// A cotangent to give for every output, scalars included.
  ///
  /// The derivative has an input `cotangent.<output>` of the output's type, which its gradients are
  /// multiplied by. Without this option the cotangent of a scalar is the constant 1. It belongs to
  /// reverse mode.
  public static let cotangents = DerivativeOptions(rawValue: 2)
}
