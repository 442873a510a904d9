/// The differences of a function over a step to the left, to the right, and across.
struct Slopes {
  let left: Double
  let right: Double
  let across: Double

  /// Whether they can be compared.
  var areFinite: Bool { left.isFinite && right.isFinite && across.isFinite }

  /// How far a derivative is from the central difference, relative to the larger of the two, or to what
  /// differences of a function of this size can tell.
  func error(of derivative: Double, scale: Double) -> Double {
    (derivative - across).magnitude / max(derivative.magnitude, across.magnitude, scale * 0.1)
  }

  /// Whether a derivative is the slope across, or near enough that what lies between may be rounding,
  /// however small both are.
  func areNear(_ derivative: Double) -> Bool {
    (derivative - across).magnitude <= 0.05 * max(derivative.magnitude, across.magnitude)
  }
}

/// The slopes of a function at one point over steps of which each is a quarter of the one before.
///
/// They tell a wrong derivative from a kink of any size. Where a function is smooth, the slopes to the
/// left and to the right, carried on to a step of nothing, are the same; where it has a kink, they are
/// those of its two sides.
struct SlopeSequence {
  /// What a derivative is by the slopes.
  enum Verdict {
    /// It is the slope across, if not over the longest step then over a shorter one.
    case agrees(difference: Double, error: Double)
    /// The function has a kink at the point, or nearer than the shortest step, and the derivative is
    /// the slope of one side or between the two.
    case kink
    /// It is wrong by the slope across over the longest step.
    case miss(difference: Double, error: Double)
  }

  /// The steps, relative to the first.
  static let steps = [1, 1.0 / 4, 1.0 / 16]

  private let first: Slopes
  private let finer: [Slopes]
  private let step: Double
  private let scale: Double

  /// The slopes over the first step, and over the others where a derivative is not the first's slope.
  ///
  /// `step` is the length of the first step, `scale` the size of the function.
  init(_ first: Slopes, finer: [Slopes], step: Double, scale: Double) {
    self.first = first
    self.finer = finer
    self.step = step
    self.scale = scale
  }

  /// Judges a derivative by a tolerance for its relative error.
  func verdict(on derivative: Double, tolerance: Double) -> Verdict {
    let all = [first] + finer
    for slopes in all {
      let error = slopes.error(of: derivative, scale: scale)
      guard error <= tolerance else { continue }
      if isSmallMiss(derivative) { return miss(of: derivative) }
      return .agrees(difference: slopes.across, error: error)
    }
    return isSlopeOfKink(derivative) ? .kink : miss(of: derivative)
  }

  private func miss(of derivative: Double) -> Verdict {
    .miss(difference: first.across, error: first.error(of: derivative, scale: 0))
  }

  /// Whether a derivative is not what all steps say that it is, though all are small beside the function.
  ///
  /// Rounding gives other slopes with every step.
  private func isSmallMiss(_ derivative: Double) -> Bool {
    guard let last = finer.last, finer.count > 1, last.areFinite, last.across != 0,
      ([first] + finer).allSatisfy({
        ($0.across - last.across).magnitude <= 0.01 * last.across.magnitude
      }), !last.areNear(derivative)
    else { return false }
    let (low, high) = (min(last.left, last.right), max(last.left, last.right))
    let slack = 0.05 * max(low.magnitude, high.magnitude)
    return derivative < low - slack || derivative > high + slack
  }

  /// Whether the two sides have slopes of their own, and the derivative is one of them or between.
  private func isSlopeOfKink(_ derivative: Double) -> Bool {
    guard finer.count > 1, finer.allSatisfy(\.areFinite) else { return false }
    let (coarse, fine) = (finer[finer.count - 2], finer[finer.count - 1])
    // What curvature adds to a slope goes with the step, of which a quarter is left.
    let left = fine.left + (fine.left - coarse.left) / 3
    let right = fine.right + (fine.right - coarse.right) / 3
    let noise = 64 * Double.ulpOfOne * scale / (step * Self.steps[finer.count])
    guard (right - left).magnitude > noise else { return false }
    let slack = 1e-3 * (right - left).magnitude + noise
    return derivative >= min(left, right) - slack && derivative <= max(left, right) + slack
  }
}
