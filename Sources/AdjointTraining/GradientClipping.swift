import AdjointCore
import AdjointGraph
import AdjointOperators

/// What keeps gradients from becoming too large.
public enum GradientClipping: Hashable, Sendable {
  /// Each element is brought into the range from −c to c: `g ← min(max(g, −c), c)`.
  case value(Double)
  /// All gradients together are made shorter where they are longer than c: `g ← g · c / max(‖g‖, c)`,
  /// with the Euclidean norm ‖g‖ over the elements of the gradients of all trained parameters.
  ///
  /// The direction stays. The norm is taken in the type of the loss; in `f32` it is infinite beyond
  /// 1.8e19, and the gradients are then zero.
  ///
  /// Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
  /// ICML 2013, algorithm 1.
  case globalNorm(Double)

  /// The gradients as the optimizer sees them; nodes in the graph of the step.
  ///
  /// - Throws: `.invalidArgument` for a bound that is not above 0.
  func applied(to gradients: [Value], loss: ScalarType) throws(Diagnostic) -> [Value] {
    switch self {
    case .value(let bound):
      try Self.check(bound)
      return gradients.map { min(max($0, -bound), bound) }
    case .globalNorm(let bound):
      try Self.check(bound)
      let squares = gradients.map { ($0 * $0).sum().cast(to: loss) }
      guard var total = squares.first else { return gradients }
      for square in squares.dropFirst() { total = total + square }
      let norm = sqrt(total)
      let factor = bound / max(norm, bound)
      return gradients.map { $0 * factor.cast(to: $0.scalarType) }
    }
  }

  private static func check(_ bound: Double) throws(Diagnostic) {
    guard bound.isFinite, bound > 0 else {
      throw Diagnostic(
        .invalidArgument,
        "gradients cannot be clipped to \(NumberLiteral(bound)); give a finite number above 0")
    }
  }
}

extension GradientClipping: CustomStringConvertible {
  /// What is clipped, and to which number.
  public var description: String {
    switch self {
    case .value(let bound): "value \(bound)"
    case .globalNorm(let bound): "global norm \(bound)"
    }
  }
}
