import AdjointCore

/// Differences of a function of one number with several results, each with a derivative of its own.
struct DifferenceTable {
  /// What is known of the derivative of one result.
  struct Estimate: Hashable {
    /// NaN where no step gave a finite difference.
    var derivative = Double.nan
    /// A bound by estimate; infinite where there is no derivative.
    var error = Double.infinity
    /// The shortest step that it is made of.
    var step = Double.nan

    /// Whether the error is so small that the function is smooth over the steps.
    var isSettled: Bool { error <= 1e-6 * derivative.magnitude }

    /// Keeps the better one.
    mutating func take(_ other: Estimate) {
      if other.derivative.isFinite, other.error < error { self = other }
    }
  }

  /// A central difference over a step, and what rounding of the values may add to it.
  private struct Difference {
    let step: Double
    let slopes: [Double]
    let noise: [Double]
  }

  private let function: (Double) throws(Diagnostic) -> [Double]
  private let size: Double
  private(set) var estimates: [Estimate] = []
  private(set) var evaluationCount = 0

  /// The first step, relative to the size of what is stepped from.
  private static let firstStep = 0.125
  /// The most steps of each method; the last are about 1e-9 and 1e-7 of the first.
  private static let (centralLevels, richardsonLevels) = (15, 24)

  /// Works out the derivatives at 0.
  ///
  /// - Parameters:
  ///   - function: The results at an offset.
  ///   - size: The size of what the offset is added to. Steps begin at an eighth of it or of 1, if that is more, and
  ///     are powers of two, which are added to a number near it without rounding.
  init(
    _ method: DifferenceMethod, size: Double,
    of function: @escaping (Double) throws(Diagnostic) -> [Double]
  ) throws(Diagnostic) {
    self.function = function
    self.size = size.isFinite ? size : 1
    let first = Self.firstStep * max(1, self.size).binade
    switch method {
    case .central(let step?): try compare([2 * step, step])
    case .central(nil):
      try compare((0..<Self.centralLevels).map { first / Self.power(4, $0) })
    case .richardson: try extrapolate(from: first)
    }
  }

  /// `base^exponent`, exact for the powers of two that are needed.
  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { power, _ in power * base }
  }

  /// Takes the central difference whose distance from the one before it, over a longer step, is smallest.
  private mutating func compare(_ steps: [Double]) throws(Diagnostic) {
    var last: Difference?
    for step in steps {
      let next = try difference(over: step)
      for place in estimates.indices {
        guard let last else { break }
        estimates[place].take(
          Estimate(
            derivative: next.slopes[place],
            error: (last.slopes[place] - next.slopes[place]).magnitude + next.noise[place],
            step: step))
      }
      last = next
    }
  }

  /// Fills a table row by row: each row has the difference over half the step, and its extrapolations.
  private mutating func extrapolate(from first: Double) throws(Diagnostic) {
    var rows: [[Double]] = []
    var step = first
    // The rows since the last one that made an estimate better.
    var idleRows = 0
    for level in 0..<Self.richardsonLevels {
      let next = try difference(over: step)
      let before = estimates
      if level == 0 { rows = next.slopes.map { [$0] } }
      for place in estimates.indices where level > 0 {
        rows[place] = row(behind: rows[place], next, place)
      }
      idleRows = before == estimates ? idleRows + 1 : 0
      // Long steps may lead beyond a pole, or to where the function is not defined; shorter ones then still help.
      if idleRows > 2, estimates.allSatisfy(\.isSettled) { return }
      step /= 2
    }
  }

  /// The next row of a result's table, from which its estimate is taken where one is better.
  private mutating func row(behind last: [Double], _ next: Difference, _ place: Int) -> [Double] {
    var row = [next.slopes[place]]
    var factor = 4.0
    for coarser in last {
      // A step that was not finite is behind all that is made of it.
      guard coarser.isFinite, let finer = row.last else { break }
      let value = finer + (finer - coarser) / (factor - 1)
      // Rounding of a difference grows to less than twice by all extrapolations together.
      let distance = max((value - finer).magnitude, (value - coarser).magnitude)
      estimates[place].take(
        Estimate(derivative: value, error: distance + 2 * next.noise[place], step: next.step))
      row.append(value)
      factor *= 4
    }
    return row
  }

  private mutating func difference(over step: Double) throws(Diagnostic) -> Difference {
    let above = try function(step)
    let below = try function(-step)
    evaluationCount += 2
    if estimates.isEmpty { estimates = Array(repeating: Estimate(), count: above.count) }
    let slopes = zip(above, below).map { ($0 - $1) / (2 * step) }
    let noise = slopes.indices.map { place in
      // Of the values, and of where the function is evaluated.
      (max(above[place].magnitude, below[place].magnitude) + slopes[place].magnitude * size)
        * .ulpOfOne / step
    }
    return Difference(step: step, slopes: slopes, noise: noise)
  }
}
