import Adjoint
import AdjointGraph
import Testing

@Suite("Sums of exponentials, with their derivatives, at extreme scores")
struct StableRowTests {
  /// Scores and their softmax, by hand: shares of ½; σ(2) and σ(−2); all in one.
  private static let rows: [(scores: [Double], shares: [Double])] = [
    ([1000, 1000, -1000], [0.5, 0.5, 0]), ([-2000, -2000, -3000], [0.5, 0.5, 0]),
    ([-.infinity, 3, 1], [0, 0.8807970779778823, 0.11920292202211755]),
    ([1e30, 0, -1e30], [1, 0, 0]), ([-1e30, -1e30, -2e30], [0.5, 0.5, 0]),
    ([40, 42, -.infinity], [0.11920292202211755, 0.8807970779778823, 0]),
  ]

  /// A function of rows of scores to be weighted by c, and what its derivatives are.
  struct Form: Sendable {
    let name: String
    /// Whether it is a softmax, and not the logarithm of a sum.
    let isSoftmax: Bool
    let build: @Sendable (Value) throws -> Value

    /// ∂(Σ c·y)/∂x for the shares p.
    func gradient(_ p: [Double], _ c: [Double]) -> [Double] {
      guard isSoftmax else { return p }
      let mean = Self.product(p, c)
      return p.indices.map { p[$0] * (c[$0] - mean) }
    }

    /// The change of the gradient along v.
    func curvature(_ p: [Double], _ c: [Double], _ v: [Double]) -> [Double] {
      let mean = Self.product(p, v)
      let change = p.indices.map { p[$0] * (v[$0] - mean) }
      guard isSoftmax else { return change }
      let (all, shift) = (Self.product(p, c), Self.product(change, c))
      return p.indices.map { change[$0] * (c[$0] - all) - p[$0] * shift }
    }

    private static func product(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  static let forms = [
    Form(name: "logSumExp(x)", isSoftmax: false) { logSumExp($0, squeezingAxes: [1]) },
    Form(name: "log Σ eˣ", isSoftmax: false) { log(exp($0).sum(squeezingAxes: [1])) },
    Form(name: "log Σ eˣ, axes kept", isSoftmax: false) { log(exp($0).sum(alongAxes: [1])) },
    Form(name: "m + log Σ eˣ⁻ᵐ", isSoftmax: false) { x in
      let largest = stopGradient(x.max(squeezingAxes: [1]))
      return largest + log(exp(x - largest.reshaped(to: [x.shape[0], 1])).sum(squeezingAxes: [1]))
    },
    Form(name: "softmax(x)", isSoftmax: true) { softmax($0) },
    Form(name: "eˣ / Σ eˣ", isSoftmax: true) { exp($0) / exp($0).sum(alongAxes: [1]) },
    Form(name: "eˣ · (1 / Σ eˣ)", isSoftmax: true) {
      exp($0) * (1 / exp($0).sum(alongAxes: [1]))
    },
    Form(name: "eˣ · (Σ eˣ, repeated)⁻¹", isSoftmax: true) {
      exp($0)
        * reciprocal(exp($0).sum(squeezingAxes: [1]).broadcast(to: $0.shape, axes: [0]))
    },
    Form(name: "(Σ eˣ)⁻¹ · eˣ", isSoftmax: true) {
      reciprocal(exp($0).sum(alongAxes: [1])) * exp($0)
    },
    Form(name: "eˣ⁻ᵐ / Σ eˣ⁻ᵐ", isSoftmax: true) { x in
      let powers = exp(x - x.max(alongAxes: [1]))
      return powers / powers.sum(alongAxes: [1])
    },
    Form(name: "exp logSoftmax(x)", isSoftmax: true) { exp(logSoftmax($0)) },
  ]

  @Test("in both modes, twice", arguments: [ScalarType.f32, .f64])
  func derivatives(_ type: ScalarType) throws {
    let count = Self.rows.count
    let (c, v) = ([2.0, -1, 0.5], [0.25, 3.0, -2])
    let builder = GraphBuilder("rows")
    let x = builder.input("x", type, [count, 3])
    func repeated(_ numbers: [Double]) throws -> Value {
      try builder.constant(
        Tensor(Self.rows.flatMap { _ in numbers }, extents: [count, 3]).cast(to: type))
    }
    let direction = try repeated(v)
    for (number, form) in Self.forms.enumerated() {
      let y = try form.build(x)
      let total = try form.isSoftmax ? (y * repeated(c)).sum() : y.sum()
      let reverse = gradients(of: total, withRespectTo: [x])[0]
      let curvature = jacobianVectorProduct(
        of: [reverse], withRespectTo: [x], tangents: [direction])[0]
      let slope = jacobianVectorProduct(of: [y], withRespectTo: [x], tangents: [direction])[0]
      builder.output("reverse\(number)", reverse)
      builder.output("curvature\(number)", curvature)
      builder.output("forward\(number)", slope)
      let again = gradients(of: (reverse * direction).sum(), withRespectTo: [x])[0]
      builder.output("again\(number)", again)
    }
    let graph = try builder.build()
    let scores = try Tensor(Self.rows.flatMap(\.scores), extents: [count, 3]).cast(to: type)
    let rounding = type == .f32 ? 1e-6 : 2e-15
    for backend in [Backend.portable, .generated] {
      let context = try graph.compiled(CompilationOptions(backend: backend)).makeContext()
      try context.set("x", to: scores)
      try context.run()
      for (number, form) in Self.forms.enumerated() {
        for (row, (_, p)) in Self.rows.enumerated() {
          func found(_ name: String, width: Int = 3) throws -> [Double] {
            Array(try context.output("\(name)\(number)").doubles[row * width..<(row + 1) * width])
          }
          let tangent = form.gradient(p, v)
          let pairs = [
            ("reverse", try found("reverse"), form.gradient(p, c)),
            ("curvature", try found("curvature"), form.curvature(p, c, v)),
            ("again", try found("again"), form.curvature(p, c, v)),
            (
              "forward", try found("forward", width: form.isSoftmax ? 3 : 1),
              form.isSoftmax ? tangent : [zip(p, v).reduce(0) { $0 + $1.0 * $1.1 }]
            ),
          ]
          for (kind, got, wanted) in pairs {
            #expect(
              zip(got, wanted).allSatisfy { abs($0 - $1) <= rounding * max(1, abs($1)) },
              "\(form.name), \(kind), row \(row), \(backend), \(type): \(got), not \(wanted)")
          }
        }
      }
    }
  }
}
