import Adjoint
import Foundation

/// A function of one number that selects, with its first and second derivative by formula.
struct SelectDerivativeCase: Sendable, CustomStringConvertible {
  let description: String
  let function: @Sendable (Value) throws -> Value
  let first: @Sendable (Double) -> Double
  let second: @Sendable (Double) -> Double

  init(
    _ description: String, _ function: @escaping @Sendable (Value) throws -> Value,
    first: @escaping @Sendable (Double) -> Double, second: @escaping @Sendable (Double) -> Double
  ) {
    self.description = description
    self.function = function
    self.first = first
    self.second = second
  }

  /// A function that is 0, or constant, unless x is positive.
  init(
    positive description: String, _ function: @escaping @Sendable (Value) throws -> Value,
    _ first: @escaping @Sendable (Double) -> Double,
    _ second: @escaping @Sendable (Double) -> Double
  ) {
    self.init(
      description, function, first: { $0 > 0 ? first($0) : 0 }, second: { $0 > 0 ? second($0) : 0 })
  }

  static let points: [Double] = [-.infinity, -2, -0.25, -0.0, 0, 0.0625, 0.5, 1.5, 3, .nan]

  static let all: [SelectDerivativeCase] = roots + powers + quotients + several + moved

  private static let root = (
    first: { @Sendable (x: Double) in 0.5 / x.squareRoot() },
    second: { @Sendable (x: Double) in -0.25 / (x * x.squareRoot()) }
  )

  private static let roots: [SelectDerivativeCase] = [
    SelectDerivativeCase(
      positive: "√x", { select($0 .> 0, sqrt($0), 0) }, root.first, root.second),
    SelectDerivativeCase(
      positive: "√ of what is selected", { sqrt(select($0 .> 0, $0, 0)) }, root.first,
      root.second),
    SelectDerivativeCase(
      "negated condition", { select($0 .<= 0, 0, sqrt($0)) },
      first: { $0 <= 0 ? 0 : root.first($0) }, second: { $0 <= 0 ? 0 : root.second($0) }),
    SelectDerivativeCase(
      positive: "log", { select($0 .> 0, log($0), 0) }, { 1 / $0 }, { -1 / ($0 * $0) }),
    SelectDerivativeCase(
      positive: "log of what is selected", { log(select($0 .> 0, $0, 0)) }, { 1 / $0 },
      { -1 / ($0 * $0) }),
    SelectDerivativeCase(
      positive: "exp(2 log x)", { select($0 .> 0, exp(log($0) * 2), 0) }, { 2 * $0 },
      { _ in 2 }),
    SelectDerivativeCase(
      positive: "tanh √x", { select($0 .> 0, tanh(sqrt($0)), 0) },
      { x in
        let t = Foundation.tanh(x.squareRoot())
        return (1 - t * t) * root.first(x)
      },
      { x in
        let t = Foundation.tanh(x.squareRoot())
        let (s, r) = (1 - t * t, root.first(x))
        return -2 * t * s * r * r + s * root.second(x)
      }),
    SelectDerivativeCase(
      positive: "σ(log x)", { select($0 .> 0, sigmoid(log($0)), 0) },
      { 1 / (1 + $0) / (1 + $0) }, { -2 / ((1 + $0) * (1 + $0) * (1 + $0)) }),
    SelectDerivativeCase(
      positive: "√ of a maximum, but at the tie", { select($0 .!= 0, sqrt(max($0, 0)), 0) },
      root.first, root.second),
  ]

  private static let powers: [SelectDerivativeCase] = [
    SelectDerivativeCase(
      positive: "x^1.5", { select($0 .> 0, pow($0, 1.5), 0) }, { 1.5 * $0.squareRoot() },
      { 0.75 / $0.squareRoot() }),
    SelectDerivativeCase(
      positive: "x^p",
      { x in
        let exponent = stopGradient(x.builder.constant(0.5, x.scalarType))
        return select(x .> 0, pow(x, exponent), 0)
      }, root.first, root.second),
    SelectDerivativeCase(
      positive: "xˣ", { select($0 .> 0, pow($0, $0), 0) },
      { Foundation.pow($0, $0) * (Foundation.log($0) + 1) },
      {
        let l = Foundation.log($0) + 1
        return Foundation.pow($0, $0) * (l * l + 1 / $0)
      }),
    SelectDerivativeCase(
      positive: "x⁻²", { select($0 .> 0, pow($0, -2), 0) }, { -2 / ($0 * $0 * $0) },
      { 6 / ($0 * $0 * $0 * $0) }),
    SelectDerivativeCase(
      positive: "1/√x", { select($0 .> 0, rsqrt($0), 0) }, { -0.5 / ($0 * $0.squareRoot()) },
      { 0.75 / ($0 * $0 * $0.squareRoot()) }),
  ]

  private static let quotients: [SelectDerivativeCase] = [
    SelectDerivativeCase(
      "sin(x)/x", { select($0 .!= 0, sin($0) / $0, 1) },
      first: { x in
        x == 0 ? 0 : (x * Foundation.cos(x) - Foundation.sin(x)) / (x * x)
      },
      second: { x in
        x == 0
          ? 0
          : ((2 - x * x) * Foundation.sin(x) - 2 * x * Foundation.cos(x)) / (x * x * x)
      }),
    SelectDerivativeCase(
      "√|x|", { select($0 .!= 0, sqrt(abs($0)), 0) },
      first: { $0 == 0 ? 0 : ($0 < 0 ? -1 : 1) * root.first($0.magnitude) },
      second: { $0 == 0 ? 0 : root.second($0.magnitude) }),
    SelectDerivativeCase(
      positive: "1/x", { select($0 .> 0, 1 / $0, 0) }, { -1 / ($0 * $0) },
      { 2 / ($0 * $0 * $0) }),
    SelectDerivativeCase(
      positive: "x log x", { select($0 .> 0, $0 * log($0), 0) }, { Foundation.log($0) + 1 },
      { 1 / $0 }),
  ]

  private static let several: [SelectDerivativeCase] = [
    SelectDerivativeCase(
      positive: "a select in a select",
      { select($0 .> 0, select($0 .< 1, sqrt($0) * sqrt(1 - $0), 0), 0) },
      { x in x < 1 ? 0.5 * (1 - 2 * x) / (x * (1 - x)).squareRoot() : 0 },
      { x in x < 1 ? -0.25 / Foundation.pow(x * (1 - x), 1.5) : 0 }),
    SelectDerivativeCase(
      positive: "one root in two selects",
      {
        let root = sqrt($0)
        return select($0 .> 0, root, 0) + select($0 .> 1, 2 * root, 0)
      }, { root.first($0) * ($0 > 1 ? 3 : 1) }, { root.second($0) * ($0 > 1 ? 3 : 1) }),
    SelectDerivativeCase(
      "one root in both branches of selects",
      {
        let root = sqrt($0)
        return select($0 .> 0, select($0 .> 1, 3 * root, root), -1 * $0)
      },
      first: { $0 > 0 ? root.first($0) * ($0 > 1 ? 3 : 1) : -1 },
      second: { $0 > 0 ? root.second($0) * ($0 > 1 ? 3 : 1) : 0 }),
    SelectDerivativeCase(
      positive: "a select of what a select gave",
      {
        let inner = select($0 .> 0.25, sqrt($0), 0)
        return select($0 .> 0, log(1 + inner * inner) * sqrt($0), 0)
      },
      { x in
        guard x > 0.25 else { return 0 }
        return x.squareRoot() / (1 + x) + Foundation.log(1 + x) * root.first(x)
      },
      { x in
        guard x > 0.25 else { return 0 }
        let (r, s) = (root.first(x), root.second(x))
        return 2 * r / (1 + x) - x.squareRoot() / (1 + x) / (1 + x) + Foundation.log(1 + x) * s
      }),
    SelectDerivativeCase(
      positive: "a maximum above a root", { max(sqrt($0), 0.5) },
      { $0 < 0.25 || $0.isNaN ? 0 : root.first($0) }, { $0 < 0.25 ? 0 : root.second($0) }),
  ]

  private static let moved: [SelectDerivativeCase] = [
    SelectDerivativeCase(
      positive: "√ before reshape and transpose",
      { x in
        let row = sqrt(x).reshaped(to: [1, x.shape[0]])
        let mask = (x .> 0).reshaped(to: [x.shape[0], 1])
        return select(mask, row.transposed(), 0).reshaped(to: x.shape)
      }, root.first, root.second),
    SelectDerivativeCase(
      positive: "√ before a broadcast",
      { x in
        let rows = sqrt(x).broadcast(to: [3, x.shape[0]], axes: [1])
        let mask = (x .> 0).broadcast(to: [3, x.shape[0]], axes: [1])
        return select(mask, rows, 0).sum(squeezingAxes: [0]) / 3
      }, root.first, root.second),
    SelectDerivativeCase(
      positive: "√ before slices and their concatenation",
      { x in
        let root = sqrt(x)
        let half = x.extent / 2
        let (low, high) = (
          root.sliced(from: [0], to: [half]), root.sliced(from: [half], to: [x.extent])
        )
        return select(x .> 0, concatenate([low, high], axis: 0), 0)
      }, root.first, root.second),
    SelectDerivativeCase(
      positive: "√ before a cast",
      { x in
        // In f64 there is nothing wider, and no cast.
        select(x .> 0, sqrt(x).cast(to: .f64), 0).cast(to: x.scalarType)
      }, root.first, root.second),
    SelectDerivativeCase(
      positive: "√ before a sum",
      { x in
        let sums = sqrt(x.reshaped(to: [x.shape[0], 1])).sum(squeezingAxes: [1])
        return select(x .> 0, sums * 2 - sums, 0)
      }, root.first, root.second),
    SelectDerivativeCase(
      positive: "√ after slices, a pad and a broadcast of what is selected",
      { x in
        let chosen = select(x .> 0, x, 0)
        let padded = chosen.padded(low: [1], high: [2], with: 0)
        let rows = padded.broadcast(to: [2, padded.shape[0]], axes: [1])
        let root = sqrt(rows.sliced(from: [0, 1], to: [2, x.extent + 1]))
        return root.sum(squeezingAxes: [0]) / 2
      }, root.first, root.second),
  ]
}

extension Value {
  fileprivate var extent: Int { shape[0].extent ?? 0 }
}
