import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

/// Numbers among the operands: what the scalar type of a value cannot hold is refused at its place.
@Suite struct NumberRangeTests {
  /// Every door through which a number comes into a graph that Swift builds.
  static let doors: [(String, @Sendable (Value, Double) throws -> Value)] = [
    ("a + n", { $0 + $1 }), ("n + a", { $1 + $0 }), ("a - n", { $0 - $1 }),
    ("n - a", { $1 - $0 }), ("a * n", { $0 * $1 }), ("n * a", { $1 * $0 }),
    ("a / n", { $0 / $1 }), ("n / a", { $1 / $0 }), ("a .< n", { $0 .< $1 }),
    ("n .< a", { $1 .< $0 }), ("a .<= n", { $0 .<= $1 }), ("n .<= a", { $1 .<= $0 }),
    ("a .> n", { $0 .> $1 }), ("n .> a", { $1 .> $0 }), ("a .>= n", { $0 .>= $1 }),
    ("n .>= a", { $1 .>= $0 }), ("a .== n", { $0 .== $1 }), ("n .== a", { $1 .== $0 }),
    ("a .!= n", { $0 .!= $1 }), ("n .!= a", { $1 .!= $0 }),
    ("max(a, n)", { max($0, $1) }), ("max(n, a)", { max($1, $0) }),
    ("min(a, n)", { min($0, $1) }), ("min(n, a)", { min($1, $0) }),
    ("pow(a, n)", { pow($0, $1) }), ("pow(n, a)", { pow($1, $0) }),
    ("select(c, a, n)", { select($0 .== $0, $0, $1) }),
    ("select(c, n, a)", { select($0 .== $0, $1, $0) }),
    ("constant(n)", { $0.builder.constant($1, $0.scalarType) }),
    ("a.padded(n)", { $0.padded(low: [1], high: [0], with: $1) }),
  ]

  @Test(arguments: ScalarType.allCases.filter { $0 != .bool })
  func doorsRefuseNumbers(_ type: ScalarType) throws {
    let numbers: [Double] =
      switch type {
      case .f32: [1e39, -1e39]
      case .f64, .bool: []
      case .i32: [0.5, 3e9, .nan, .infinity]
      case .i64: [0.5, 0x1p63, -.infinity]
      case .u8: [1.5, 300, -1]
      }
    // Each door with one number, and each number at two doors: to find the place of a mistake takes long.
    for (place, number) in numbers.enumerated() {
      for (name, door) in place == 0 ? Self.doors[...] : Self.doors.prefix(2) {
        let a = GraphBuilder().input("a", type, [2])
        let error = #expect(throws: Diagnostic.self, "\(name) with \(number)") {
          try refusing { try door(a, number) }
        }
        #expect(error?.message.contains("\(type) cannot hold \(number)") == true, "\(name)")
        // An optimised build of these tests leaves no trace of the caller of an infix operator; that
        // one of a program does, the example of the README shows.
        #if DEBUG
          #expect(error?.location?.file.hasSuffix("NumberRangeTests.swift") == true, "\(name)")
        #endif
      }
    }
  }

  @Test func doorsTakeWholeNumbersExactly() throws {
    let number = (1 << 53) + 1
    let a = GraphBuilder().input("a", .i64, [])
    let values = [
      a + number, number + a, a - number, number - a, a * number, number * a, a / number,
      number / a,
      a .< number, number .< a, a .<= number, number .<= a, a .> number, number .> a, a .>= number,
      number .>= a, a .== number, number .== a, a .!= number, number .!= a, max(a, number),
      max(number, a), min(a, number), min(number, a), pow(a, number), pow(number, a),
      select(a .== a, a, number), select(a .== a, number, a),
    ]
    let expected = try Tensor(.i64([9_007_199_254_740_993]), extents: [])
    for value in values {
      let constants = value.operands.compactMap(\.constantTensor)
      #expect(constants == [expected], "\(value)")
    }
    #expect(a.builder.constant(number, .i64).constantTensor == expected)
    let u = a.builder.input("u", .u8, [1])
    for door: (Value) throws -> Value in [
      { $0 * 300 }, { 256 + $0 }, { $0 .< -1 }, { max($0, 256) },
      { select($0 .== $0, -1, $0) }, { $0.padded(low: [1], high: [0], with: 300) },
      { $0.builder.constant(256, .u8) },
    ] {
      #expect(throws: Diagnostic.self) { try refusing { try door(u) } }
    }
  }

  @Test func paddingsAreExact() throws {
    let number = (1 << 53) + 1
    let a = GraphBuilder("g").input("a", .i64, [1])
    a.builder.output("y", a.padded(low: [1], high: [0], with: number))
    let graph = try a.builder.build()
    #expect(graph.description.contains("value = 9007199254740993}"))
    let read = try GraphParser.parse(graph.description, file: "g", registry: .standard)
    #expect(read.description == graph.description)
    for graph in [graph, read] {
      let outputs = try GraphInterpreter.evaluate(graph, ["a": Tensor(.i64([5]), extents: [1])])
        .outputs
      #expect(outputs["y"]?.storage == .i64([9_007_199_254_740_993, 5]))
    }
  }

  @Test func parametersRefuseInitialValues() throws {
    let refused: [(ScalarType, Initializer)] = [
      (.i32, .constant(2.5)), (.i32, .constant(3_000_000_000)), (.u8, .constant(-1)),
      (.bool, .constant(2)), (.f32, .constant(1e39)), (.i64, .constant(.nan)),
      (.i32, .literal(try Tensor([0.5, 1]))), (.f32, .literal(try Tensor([1e39, 1]))),
      (.i32, .uniform(from: 0, to: 10)), (.u8, .he), (.i64, .glorot),
      (.i32, .normal(mean: 0, deviation: 1)), (.f32, .uniform(from: -1e39, to: 0)),
      (.f64, .uniform(from: -1e308, to: 1e308)), (.f32, .normal(mean: 0, deviation: 1e38)),
      (.f64, .normal(mean: 1e308, deviation: 1e308)),
    ]
    for (type, initializer) in refused {
      let line = #line + 1
      let error = #expect(throws: Diagnostic.self) {
        try refusing { GraphBuilder().parameter("p", type, [2], initializer) }
      }
      #expect(error?.node == "p", "\(type) \(initializer)")
      #expect(error?.location == SourceLocation(file: #fileID, line: line))
    }
  }

  @Test func initialValuesAreExact() throws {
    let builder = GraphBuilder()
    let number = (1 << 53) + 1
    builder.output("y", builder.parameter("p", .i64, [2], .constant(number)))
    _ = try builder.parameter("q", .i32, [2], .literal(Tensor([1, 2] as [Double])))
    _ = builder.parameter("r", .f32, [2], .constant(3))
    _ = builder.parameter("s", .i32, [2], .constant(3.0))
    _ = try builder.parameter("t", .f32, [2], .uniform(from: -.infinity, to: 0))
    let graph = try builder.build()
    let text = graph.description
    #expect(text.contains("%p: i64[2] = constant(9007199254740993)\n"))
    #expect(text.contains("%q: i32[2] = literal [1, 2]\n"))
    #expect(text.contains("%r: f32[2] = constant(3.0)\n"))
    #expect(text.contains("%s: i32[2] = constant(3)\n"))
    let read = try GraphParser.parse(text, file: "g", registry: .standard)
    #expect(read.description == text)
    guard case .parameter(let initializer) = read.nodes[0].kind else { return }
    let tensor = try initializer.tensor(TensorType(.i64, [2]), name: "p", seed: 0)
    #expect(tensor.storage == .i64([9_007_199_254_740_993, 9_007_199_254_740_993]))
  }

  @Test func positionsAndExtentsFitTheirType() throws {
    let builder = GraphBuilder()
    #expect(builder.iota(.u8, [256]).type == TensorType(.u8, [256]))
    #expect(throws: Diagnostic.self) { try refusing { GraphBuilder().iota(.u8, [257]) } }
    let named = builder.iota(.u8, ["B"])
    builder.output("y", named)
    let graph = try builder.build()
    #expect(throws: Diagnostic.self) { _ = try graph.binding(["B": 300]) }
    #expect(throws: Never.self) { _ = try graph.binding(["B": 256]) }
    let x = builder.input("x", .f32, [300])
    let count = Extent(axes: [0], to: .u8)
    #expect(throws: Diagnostic.self) { try refusing { builder.apply(count, [x]) } }
  }

  @Test func computedNumbersMayBeInfinite() throws {
    let type = TensorType(.f32, [2])
    let value = GraphBuilder().full(1e39, type)
    #expect(value.constantNumber == .infinity)
  }
}
