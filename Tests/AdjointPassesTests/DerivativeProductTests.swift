import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Jacobians, Hessians and products with them")
struct DerivativeProductTests {
  private let builder = GraphBuilder("products")

  private func tensor(_ elements: [Double], _ extents: [Int]) throws -> Tensor {
    try Tensor(.f64(elements), extents: extents)
  }

  private func evaluate(
    _ sources: [String: Tensor], binding extents: [String: Int] = [:]
  ) throws -> [String: Tensor] {
    let graph = try builder.build().binding(extents)
    let written = try GraphInterpreter.evaluate(graph, sources).outputs
    let simplified = try GraphInterpreter.evaluate(Pipeline.standard(graph), sources).outputs
    for (name, value) in written {
      #expect(
        DerivativeCheck.disagreement(value, simplified[name], roundoff: 1e-14) < 1e-12, "\(name)")
    }
    return written
  }

  private func expectNear(
    _ one: Tensor?, _ other: Tensor?, _ bound: Double = 1e-12, line: Int = #line
  ) throws {
    let (one, other) = try (#require(one), #require(other))
    #expect(one.type == other.type, "line \(line)")
    #expect(
      DerivativeCheck.disagreement(one, other, roundoff: 1e-14) < bound,
      "line \(line): \(one) \(other)")
  }

  @Test("a Jacobian that is known, in every order", arguments: JacobianOrder.allCases)
  func knownJacobian(_ order: JacobianOrder) throws {
    let x = builder.input("x", .f64, [2])
    let (a, b) = (x[0], x[1])
    let parts = [a * b, sin(a), b * b].map { $0.reshaped(to: [1]) }
    builder.output("j", jacobian(of: concatenate(parts, axis: 0), withRespectTo: x, by: order))
    let j = try evaluate(["x": tensor([0.5, -2], [2])])["j"]
    try expectNear(j, tensor([-2, 0.5, 0.8775825618903728, 0, 0, -4], [3, 2]))
  }

  @Test("of matrices and scalars, several at once, with zeros where nothing depends")
  func shapes() throws {
    let x = builder.input("x", .f64, [2, 3])
    let s = builder.input("s", .f64, [])
    let outputs = [matmul(x, x.transposed()), s * s, exp(x) * s]
    for order in [JacobianOrder.rows, .columns] {
      let blocks = jacobian(of: outputs, withRespectTo: [x, s], by: order)
      #expect(blocks[0].map(\.shape) == [[2, 2, 2, 3], [2, 2]])
      #expect(blocks[1].map(\.shape) == [[2, 3], []])
      #expect(blocks[2].map(\.shape) == [[2, 3, 2, 3], [2, 3]])
      for (row, list) in blocks.enumerated() {
        for (column, block) in list.enumerated() {
          builder.output("\(order)_\(row)_\(column)", block)
        }
      }
    }
    let results = try evaluate([
      "x": .random(TensorType(.f64, [2, 3]), seed: 3), "s": tensor([1.5], []),
    ])
    for place in ["0_0", "0_1", "1_0", "1_1", "2_0", "2_1"] {
      try expectNear(results["rows_\(place)"], results["columns_\(place)"])
    }
    #expect(results["rows_0_1"]?.doubles == [0, 0, 0, 0])
    #expect(results["rows_1_0"]?.doubles == [0, 0, 0, 0, 0, 0])
    #expect(results["rows_1_1"]?.doubles == [3])
  }

  /// A network with softplus and softmax, from 4 numbers to 3.
  private func network(_ x: Value, _ w: Value) -> Value {
    softmax(matmul(log(1 + exp(matmul(x, w))), w.transposed())[0..<3])
  }

  @Test("of a network against central differences, and by the cheaper order")
  func differences() throws {
    let x = builder.input("x", .f64, [4])
    let w = builder.input("w", .f64, [4, 5])
    let y = network(x, w)
    builder.output("y", y)
    builder.output("j", jacobian(of: y, withRespectTo: x))
    builder.output("rows", jacobian(of: y, withRespectTo: w, by: .rows))
    builder.output("columns", jacobian(of: y, withRespectTo: w, by: .columns))
    let sources = try [
      "x": Tensor.random(TensorType(.f64, [4]), seed: 1),
      "w": Tensor.random(TensorType(.f64, [4, 5]), seed: 2),
    ]
    let results = try evaluate(sources)
    try expectNear(results["rows"], results["columns"])
    let function = try builder.build().keeping(outputs: ["y"])
    for (name, key) in [("x", "j"), ("w", "rows")] {
      let matrix = try #require(results[key]).doubles
      let count = matrix.count / 3
      for column in 0..<count {
        var unit = Array(repeating: 0.0, count: count)
        unit[column] = 1
        let source = try #require(sources[name])
        let direction = try tensor(unit, source.extents)
        func value(_ step: Double) throws -> [Double] {
          var moved = sources
          moved[name] = try source.adding(direction, times: step)
          return try #require(GraphInterpreter.evaluate(function, moved).outputs["y"]).doubles
        }
        let (high, low) = try (value(1e-5), value(-1e-5))
        for row in 0..<3 {
          let slope = (high[row] - low[row]) / 2e-5
          #expect((slope - matrix[row * count + column]).magnitude < 1e-9, "\(name)")
        }
      }
    }
  }

  @Test("with extents known by name")
  func named() throws {
    let x = builder.input("x", .f64, ["N", "M"])
    builder.output("j", jacobian(of: (x * x).sum(squeezingAxes: [1]), withRespectTo: x))
    builder.output("h", hessian(of: (x * x * x).sum(), withRespectTo: x))
    let x0 = try Tensor.random(TensorType(.f64, [2, 3]), seed: 5)
    let results = try evaluate(["x": x0], binding: ["N": 2, "M": 3])
    let (j, h) = try (#require(results["j"]), #require(results["h"]))
    #expect(j.extents == [2, 2, 3])
    #expect(h.extents == [2, 3, 2, 3])
    for row in 0..<2 {
      for place in 0..<6 {
        #expect(j.doubles[row * 6 + place] == (place / 3 == row ? 2 * x0.doubles[place] : 0))
      }
    }
    for (place, value) in h.doubles.enumerated() {
      let expected = place / 6 == place % 6 ? 6 * x0.doubles[place % 6] : 0
      #expect((value - expected).magnitude < 1e-14)
    }
  }

  @Test("which order costs less is judged by the numbers of elements")
  func order() {
    func isByColumns(_ outputs: Int?, _ inputs: Int?) -> Bool {
      JacobianOrder.cheaper.isByColumns(outputs: outputs, inputs: inputs)
    }
    #expect(isByColumns(6, 3))
    #expect(!isByColumns(3, 3))
    #expect(!isByColumns(1, 3))
    #expect(!isByColumns(nil, 3))
    #expect(!isByColumns(3, nil))
    // The nodes show it: many outputs of one input need one tangent, not many cotangents.
    let s = builder.input("s", .f64, [])
    let count = builder.nodes.count
    _ = jacobian(of: exp(s.broadcast(to: [50], axes: [])), withRespectTo: s)
    #expect(
      builder.nodes[count...].allSatisfy { node in
        node.resultTypes[0].shape != [50, 50]
      })
  }

  @Test("the Hessian of Rosenbrock's function")
  func rosenbrock() throws {
    let x = builder.input("x", .f64, [2])
    let (a, b) = (x[0], x[1])
    let f = (1 - a) * (1 - a) + 100 * (b - a * a) * (b - a * a)
    builder.output("h", hessian(of: f, withRespectTo: x))
    builder.output("d", hessianDiagonal(of: f, withRespectTo: [x])[0])
    let results = try evaluate(["x": tensor([0.5, 2], [2])])
    // 2 − 400·(b − a²) + 800·a², −400·a, 200
    try expectNear(results["h"], tensor([-498, -200, -200, 200], [2, 2]))
    try expectNear(results["d"], tensor([-498, 200], [2]))
  }

  @Test("the Hessian of log Σ exp is diag(p) − p·pᵀ, far out too", arguments: [1.0, 800])
  func logSumExpHessian(_ scale: Double) throws {
    let x = builder.input("x", .f64, [5])
    builder.output("h", hessian(of: log(exp(x).sum()), withRespectTo: x))
    builder.output("p", softmax(x))
    let x0 = try tensor([0.1, -0.2, 0.3, 0.05, -0.4].map { $0 + scale - 1 }, [5])
    let results = try evaluate(["x": x0])
    let (h, p) = try (#require(results["h"]).doubles, #require(results["p"]).doubles)
    for i in 0..<5 {
      for j in 0..<5 {
        let expected = (i == j ? p[i] : 0) - p[i] * p[j]
        #expect((h[5 * i + j] - expected).magnitude < 1e-15)
      }
    }
  }

  @Test("blocks, products, diagonal and curvature of one function agree, and with differences")
  func consistency() throws {
    let shapes: [(String, Shape)] = [("x", [4]), ("w", [4, 3]), ("b", [])]
    var sources: [String: Tensor] = [:]
    var inputs: [Value] = []
    var directions: [Value] = []
    var others: [Value] = []
    for (number, (name, shape)) in shapes.enumerated() {
      inputs.append(builder.input(name, .f64, shape))
      directions.append(builder.input("u\(number)", .f64, shape))
      others.append(builder.input("v\(number)", .f64, shape))
      for (place, key) in [name, "u\(number)", "v\(number)"].enumerated() {
        sources[key] = try .random(TensorType(.f64, shape), seed: UInt64(3 * number + place))
      }
    }
    let y = (tanh(matmul(inputs[0], inputs[1]) + inputs[2]) * inputs[1].sum(squeezingAxes: [0]))
    let f = (y * y).sum() + (inputs[2] * inputs[0]).sum()
    let blocks = hessian(of: f, withRespectTo: inputs)
    let products = hessianVectorProduct(of: f, withRespectTo: inputs, tangents: directions)
    for (row, product) in products.enumerated() {
      builder.output("product\(row)", product)
      builder.output("byBlocks\(row)", blockProduct(blocks[row], directions, like: inputs[row]))
      builder.output("block\(row)", blocks[row][row])
    }
    builder.output(
      "curvature",
      vectorHessianVectorProduct(of: f, withRespectTo: inputs, left: others, right: directions))
    builder.output(
      "byProducts",
      zip(others, products).map { ($0 * $1).sum() }.dropFirst().reduce(
        (others[0] * products[0]).sum()
      ) { $0 + $1 })
    for (row, diagonal) in hessianDiagonal(of: f, withRespectTo: inputs).enumerated() {
      builder.output("diagonal\(row)", diagonal)
    }
    for (row, gradient) in gradients(of: f, withRespectTo: inputs).enumerated() {
      builder.output("gradient\(row)", gradient)
    }
    let results = try evaluate(sources)
    try expectNear(results["curvature"], results["byProducts"])
    for row in 0..<3 {
      try expectNear(results["product\(row)"], results["byBlocks\(row)"])
      let (block, diagonal) = try (
        #require(results["block\(row)"]).doubles, #require(results["diagonal\(row)"]).doubles
      )
      for (place, value) in diagonal.enumerated() {
        #expect((block[place * (diagonal.count + 1)] - value).magnitude < 1e-13)
      }
    }
    let names = (0..<3).map { "gradient\($0)" }
    let function = try builder.build().keeping(outputs: names)
    func gradient(_ step: Double) throws -> [String: Tensor] {
      var moved: [String: Tensor] = [:]
      for (number, (name, _)) in shapes.enumerated() {
        moved[name] = try #require(sources[name])
          .adding(#require(sources["u\(number)"]), times: step)
      }
      return try GraphInterpreter.evaluate(function, moved).outputs
    }
    let (high, low) = try (gradient(1e-5), gradient(-1e-5))
    for row in 0..<3 {
      let name = "gradient\(row)"
      let slope = try zip(#require(high[name]).doubles, #require(low[name]).doubles)
        .map { ($0 - $1) / 2e-5 }
      for (a, b) in try zip(slope, #require(results["product\(row)"]).doubles) {
        #expect((a - b).magnitude < 1e-8)
      }
    }
  }

  /// `Σ_b H[a][b] · t_b`.
  private func blockProduct(_ row: [Value], _ tangents: [Value], like input: Value) -> Value {
    var sum = builder.full(0, input.type)
    for (block, tangent) in zip(row, tangents) {
      sum =
        sum
        + dotGeneral(
          block, tangent,
          contracting: (0..<tangent.rank).map { (left: input.rank + $0, right: $0) })
    }
    return sum
  }

  @Test("the Gauss-Newton product is that with the Jacobian and its transpose")
  func gaussNewton() throws {
    let x = builder.input("x", .f64, [4])
    let w = builder.input("w", .f64, [4, 5])
    let t = builder.input("t", .f64, [4])
    let r = network(x, w)
    builder.output("p", gaussNewtonProduct(of: [r], withRespectTo: [x], tangents: [t])[0])
    let j = jacobian(of: r, withRespectTo: x)
    builder.output("q", matmul(matmul(j, t), j))
    let results = try evaluate([
      "x": .random(TensorType(.f64, [4]), seed: 1),
      "w": .random(TensorType(.f64, [4, 5]), seed: 2),
      "t": .random(TensorType(.f64, [4]), seed: 3),
    ])
    try expectNear(results["p"], results["q"])
  }

  @Test("a linear map computes the function once and takes many tangents")
  func linearization() throws {
    let x = builder.input("x", .f64, [4])
    let w = builder.input("w", .f64, [4, 5])
    let directions = builder.input("t", .f64, [6, 4])
    let y = tanh(matmul(x, w))
    let slope = linearized(of: [y], withRespectTo: [x])
    let many = vectorized { slope([$0])[0] }(directions)
    builder.output("many", many)
    builder.output("matrix", matmul(directions, jacobian(of: y, withRespectTo: x).transposed()))
    let graph = try Pipeline.standard(builder.build())
    #expect(graph.nodes.count { $0.mnemonic == "tanh" } == 1)
    let results = try evaluate([
      "x": .random(TensorType(.f64, [4]), seed: 1),
      "w": .random(TensorType(.f64, [4, 5]), seed: 2),
      "t": .random(TensorType(.f64, [6, 4]), seed: 3),
    ])
    try expectNear(results["many"], results["matrix"])
  }

  @Test("products of nothing, and through it")
  func empty() throws {
    let x = builder.input("x", .f64, [0])
    builder.output("j", jacobian(of: exp(x), withRespectTo: x))
    builder.output("h", hessian(of: exp(x).sum(), withRespectTo: x))
    builder.output("d", hessianDiagonal(of: exp(x).sum(), withRespectTo: [x])[0])
    let results = try evaluate(["x": tensor([], [0])])
    #expect(results["j"]?.extents == [0, 0])
    #expect(results["h"]?.extents == [0, 0])
    #expect(results["d"]?.extents == [0])
  }

  @Test("a Jacobian of a Hessian is the third derivative")
  func third() throws {
    let x = builder.input("x", .f64, [2])
    let h = hessian(of: (x * x * x * x).sum(), withRespectTo: x)
    builder.output("t", jacobian(of: h, withRespectTo: x))
    let results = try evaluate(["x": tensor([0.5, -2], [2])])
    try expectNear(results["t"], tensor([12, 0, 0, 0, 0, 0, 0, -48], [2, 2, 2]))
  }

  @Test("functions of functions compose: Jacobians, Hessians and products of a batch")
  func functions() throws {
    let x = builder.input("x", .f64, [3, 2])
    let f: (Value) -> Value = { x in exp(x).sum() * x[0] }
    let h = vectorized(hessian(of: f))(x)
    builder.output("h", h)
    builder.output("j", vectorized(jacobian(of: gradient(of: f)))(x))
    builder.output("p", vectorized(hessianVectorProduct(of: f))(x, x))
    builder.output("q", vectorized { (h: Value, t: Value) in matmul(h, t) }(h, x))
    let results = try evaluate(["x": .random(TensorType(.f64, [3, 2]), seed: 4)])
    try expectNear(results["h"], results["j"])
    try expectNear(results["p"], results["q"])
  }

  @Test("what is refused")
  func refusals() {
    let x = builder.input("x", .f64, [2])
    let n = builder.input("n", .i32, [2])
    func expect(
      _ code: Diagnostic.Code, _ words: String, line: Int = #line, _ body: () throws -> [Value]
    ) {
      let error = #expect(throws: Diagnostic.self) { try refusing(body) }
      #expect(error?.code == code, "line \(line)")
      let text = (error.map { [$0.message] + $0.notes } ?? []).joined(separator: " ")
      #expect(text.contains(words), "line \(line): \(text)")
      #expect(error?.location != nil, "line \(line)")
    }
    let f = (x * x).sum()
    expect(.notDifferentiable, "%n: i32[2] is not") { [jacobian(of: x, withRespectTo: n)] }
    expect(.notDifferentiable, "%n: i32[2] is not") { [jacobian(of: n, withRespectTo: x)] }
    expect(.notDifferentiable, "the Hessian does not exist") { [hessian(of: x, withRespectTo: x)] }
    expect(.notDifferentiable, "%n: i32[2]") {
      hessian(of: f, withRespectTo: [x, n]).flatMap(\.self)
    }
    expect(.notDifferentiable, "diagonal") { hessianDiagonal(of: x, withRespectTo: [x]) }
    expect(.shapeMismatch, "must be of its type") {
      hessianVectorProduct(of: f, withRespectTo: [x], tangents: [f])
    }
    expect(.shapeMismatch, "2 inputs need as many tangents") {
      hessianVectorProduct(of: f, withRespectTo: [x, x], tangents: [x])
    }
    expect(.shapeMismatch, "left tangent") {
      [vectorHessianVectorProduct(of: f, withRespectTo: [x], left: [f], right: [x])]
    }
    expect(.invalidArgument, "needs an input") {
      [vectorHessianVectorProduct(of: f, withRespectTo: [], left: [], right: [])]
    }
    expect(.shapeMismatch, "tangent") {
      gaussNewtonProduct(of: [x], withRespectTo: [x], tangents: [f])
    }
    expect(.shapeMismatch, "tangent") { linearized(of: [x], withRespectTo: [x])([f]) }
    expect(.invalidArgument, "there is no input") { linearized(of: [x], withRespectTo: [])([]) }
    expect(.notDifferentiable, "%n: i32[2] is not") {
      linearized(of: [n], withRespectTo: [x])([x])
    }
    expect(.shapeMismatch, "tangent") {
      jacobianVectorProductByReverse(of: [x], withRespectTo: [x], tangents: [])
    }
  }
}
