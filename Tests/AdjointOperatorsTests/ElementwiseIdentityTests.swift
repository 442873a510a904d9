import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

@Suite("Algebraic identities of element-wise operators")
struct ElementwiseIdentityTests {
  private static let f = TensorType(.f64, ["B", 3])
  private static let i = TensorType(.i32, [3])
  private static let u = TensorType(.u8, [3])
  private static let b = TensorType(.bool, [3])

  private func expect(
    _ expected: String, _ types: [TensorType] = [f, f],
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ build: ([Value]) throws -> Value
  ) throws {
    let formula = try ElementwiseTesting.formula(types, [.identity], build)
    #expect(formula == expected, sourceLocation: sourceLocation)
  }

  @Test("division")
  func division() throws {
    try expect("x") { $0[0] / 1 }
    try expect("multiply(x, 0.25)") { $0[0] / 4 }
    try expect("multiply(x, 2.0)") { $0[0] / 0.5 }
    try expect("divide(x, 3.0)") { $0[0] / 3 }
    try expect("divide(x, -2.0)") { $0[0] / -2 }
    try expect("divide(x, 4.0)", [Self.i]) { $0[0] / 4 }
    try expect("divide(x, y)") { (-$0[0]) / (-$0[1]) }
    try expect("divide(negate(x), y)") { (-$0[0]) / $0[1] }
    try expect("divide(negate(x), negate(y))", [Self.u, Self.u]) { (-$0[0]) / (-$0[1]) }
    try expect("reciprocal(x)") { 1 / $0[0] }
    try expect("divide(1.0, x)", [Self.i]) { 1 / $0[0] }
    try expect("rsqrt(x)") { 1 / sqrt($0[0]) }
    try expect("divide(x, x)") { $0[0] / $0[0] }
  }

  @Test("multiplication")
  func multiplication() throws {
    try expect("negate(x)") { $0[0] * -1 }
    try expect("multiply(x, y)") { (-$0[0]) * (-$0[1]) }
    try expect("divide(x, y)") { $0[0] * reciprocal($0[1]) }
    try expect("divide(y, x)") { reciprocal($0[0]) * $0[1] }
    try expect("multiply(x, -3.0)") { 3 * (-$0[0]) }
    try expect("multiply(x, -3.0)") { -($0[0] * 3) }
    try expect("multiply(x, 6.0)") { 3 * ($0[0] * 2) }
    try expect("multiply(x, 0.375)") { ($0[0] * 0.75) * 0.5 }
    // x · 3 overflows where x · 1.5 does not; x · 0.5 loses bits of a subnormal number.
    try expect("multiply(multiply(x, 3.0), 0.5)") { ($0[0] * 3) * 0.5 }
    try expect("multiply(multiply(x, 0.5), 4.0)") { ($0[0] * 0.5) * 4 }
    try expect("multiply(multiply(x, 3.0), 2.0)") { ($0[0] * 3) * 2 }
    try expect("multiply(multiply(x, 3.0), 5.0)") { ($0[0] * 3) * 5 }
    try expect("multiply(multiply(x, 2.0), 1e+308)") { ($0[0] * 2) * 1e308 }
    try expect("multiply(multiply(x, 2.0), 3.0)", [Self.i]) { ($0[0] * 2) * 3 }
    try expect("multiply(x, 0.0)") { $0[0] * 0 }
    try expect("subtract(x, x)") { $0[0] - $0[0] }
  }

  @Test("powers")
  func powers() throws {
    try expect("multiply(x, x)") { pow($0[0], 2) }
    try expect("multiply(x, x)", [Self.i]) { pow($0[0], 2) }
    try expect("x") { pow($0[0], 1) }
    try expect("1.0") { pow($0[0], 0) }
    try expect("reciprocal(x)") { pow($0[0], -1) }
    try expect("power(x, -1.0)", [Self.i]) { pow($0[0], -1) }
    try expect("power(x, 0.5)") { pow($0[0], 0.5) }
    try expect("power(x, 2.0000000000000004)") { pow($0[0], 2.0.nextUp) }
  }

  @Test("magnitudes and extrema")
  func magnitudes() throws {
    try expect("abs(x)") { abs(-$0[0]) }
    try expect("abs(x)") { abs(abs($0[0])) }
    try expect("abs(negate(x))", [Self.u]) { abs(-$0[0]) }
    try expect("x") { max($0[0], $0[0]) }
    try expect("x") { min($0[0], $0[0]) }
    try expect("maximum(x, y)") { max($0[0], $0[1]) }
  }

  @Test("truth values")
  func truthValues() throws {
    try expect("x", [Self.b]) { .!(.!$0[0]) }
    try expect("not_equal(x, y)") { .!($0[0] .== $0[1]) }
    try expect("equal(x, y)") { .!($0[0] .!= $0[1]) }
    try expect("not(less(x, y))") { .!($0[0] .< $0[1]) }
    try expect("x", [Self.b]) { $0[0] .& $0[0] }
    try expect("x", [Self.b]) { $0[0] .| $0[0] }
    let yes = try Tensor(scalar: 1, .bool)
    let no = try Tensor(scalar: 0, .bool)
    try expect("x", [Self.b]) { $0[0] .& $0[0].builder.constant(yes) }
    try expect("0.0", [Self.b]) { $0[0] .& $0[0].builder.constant(no) }
    try expect("x", [Self.b]) { $0[0].builder.constant(no) .| $0[0] }
    try expect("1.0", [Self.b]) { $0[0].builder.constant(yes) .| $0[0] }
  }

  @Test("select")
  func selection() throws {
    let types = [TensorType(.f64, [3]), TensorType(.f64, [3]), Self.b]
    try expect("x", types) { select($0[2], $0[0], $0[0]) }
    try expect("select(z, y, x)", types) { select(.!$0[2], $0[0], $0[1]) }
    try expect("select(z, x, y)", types) {
      select($0[2], select($0[2], $0[0], 7), $0[1])
    }
    try expect("select(z, x, y)", types) {
      select($0[2], $0[0], select($0[2], 7, $0[1]))
    }
    try expect("x", types) {
      try select($0[0].builder.constant(Tensor(scalar: 1, .bool)), $0[0], $0[1])
    }
    try expect("y", types) {
      try select($0[0].builder.constant(Tensor(scalar: 0, .bool)), $0[0], $0[1])
    }
  }

  @Test("casts")
  func casts() throws {
    for (types, expected) in [
      ([.f64], "x"), ([.f32, .f64], "cast(cast(x))"), ([.i32, .f64], "cast(cast(x))"),
    ] as [([ScalarType], String)] {
      try expect(expected) { inputs in
        types.reduce(inputs[0]) { $0.builder.apply(Cast(to: $1), [$0]) }
      }
    }
    for (types, expected) in [
      ([.i64, .u8], "cast(x)"), ([.f64, .i64], "cast(x)"), ([.f64, .u8], "cast(cast(x))"),
      ([.f32, .f64], "cast(cast(x))"), ([.i64, .i32], "x"),
    ] as [([ScalarType], String)] {
      try expect(expected, [Self.i]) { inputs in
        types.reduce(inputs[0]) { $0.builder.apply(Cast(to: $1), [$0]) }
      }
    }
  }

  @Test("stop-gradient stays")
  func stopGradients() throws {
    try expect("stop_gradient(x)") { stopGradient(stopGradient($0[0])) }
    try expect("stop_gradient(2.0)", [Self.f]) {
      stopGradient($0[0].builder.full(2, $0[0].type))
    }
  }

  @Test("identities keep values", arguments: [[1.5, -2, 0], [1e-3, 300, -1e10]])
  func values(_ numbers: [Double]) throws {
    let builds: [([Value]) throws -> Value] = [
      { $0[0] / 4 }, { (-$0[0]) / (-$0[1]) }, { 1 / sqrt(abs(-$0[1])) },
      { (-$0[0]) * (-$0[1]) }, { $0[0] * reciprocal($0[1]) }, { 3 * ($0[0] * 2) },
      { 3 * (-$0[0]) }, { pow($0[0], 2) - pow($0[0], 1) + pow($0[0], 0) },
      { pow($0[1], -1) }, { select(.!($0[0] .== $0[1]), $0[0], $0[1]) },
    ]
    let operands = [try Tensor(numbers), try Tensor([3.0, -7, 0.3])]
    for (index, build) in builds.enumerated() {
      let before = try ElementwiseTesting.evaluate(operands, build)
      let after = try ElementwiseTesting.evaluate(operands, families: [.identity], build)
      for (x, y) in zip(before.doubles, after.doubles) {
        #expect(agree(x, y, within: 4e-16), "formula \(index)")
      }
    }
  }

  @Test("NaN and infinities come out as they were; only the sign of a zero may change")
  func specialValues() throws {
    let specials = [Double.nan, .infinity, -.infinity, 0, -0.0, 1, -1, -2.5, 0.75]
    let pairs = specials.flatMap { x in specials.map { (x, $0) } }
    let operands = [try Tensor(pairs.map(\.0)), try Tensor(pairs.map(\.1))]
    let builds: [([Value]) throws -> Value] = [
      { $0[0] + 0 }, { $0[0] - 0 }, { $0[0] * 1 }, { $0[0] / 1 },
      { $0[0] * -1 }, { $0[0] + (-$0[1]) }, { $0[0] - (-$0[1]) },
      { -($0[0] - $0[1]) }, { -(-$0[0]) }, { -($0[0] * 3) }, { 3 * (-$0[0]) },
      { (-$0[0]) * (-$0[1]) }, { (-$0[0]) / (-$0[1]) }, { 0.5 * ($0[0] * 3) },
      { $0[0] / 4 }, { 1 / $0[0] }, { 1 / sqrt($0[0]) }, { $0[0] - $0[0] },
      { $0[0] * 0 }, { $0[0] / $0[0] }, { pow($0[0], 0) }, { pow($0[0], 1) },
      { pow($0[0], 2) }, { pow($0[0], -1) }, { abs(abs($0[0])) },
      { abs(-$0[0]) }, { max($0[0], $0[0]) }, { min($0[0], $0[0]) },
      { select($0[0] .== $0[1], $0[0], $0[1]) },
      { select(.!($0[0] .< $0[1]), $0[0], $0[1]) },
      { select(.!($0[0] .>= $0[1]), $0[0] * 2, $0[1]) },
    ]
    for (index, build) in builds.enumerated() {
      let before = try ElementwiseTesting.evaluate(operands, build).doubles
      let after = try ElementwiseTesting.evaluate(operands, families: [.identity], build).doubles
      for (place, pair) in pairs.enumerated() {
        #expect(
          agree(before[place], after[place], within: 4e-16), "formula \(index) at \(pair)")
      }
    }
  }

  @Test("long numbers that round to one are not one number")
  func longNumbers() throws {
    let builder = GraphBuilder()
    let tensor = try Tensor(.i64([1 << 53, (1 << 53) + 1]), extents: [2])
    #expect(builder.constant(tensor).constantNumber == nil)
    #expect(try builder.constant(Tensor(.i64([7, 7]), extents: [2])).constantNumber == 7)
  }
}
