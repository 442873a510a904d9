import Adjoint
import AllocationCounting
import Foundation
import TestSupport
import Testing

@Suite("Jacobians, Hessians and their products as graphs, compiled")
struct DerivativeGraphTests {
  /// Logistic regression of four examples: a loss, and the residuals.
  private func logistic() throws -> Graph {
    let builder = GraphBuilder("logistic")
    let x = builder.input("x", .f64, ["B", 3])
    let t = builder.input("t", .f64, ["B"])
    let w = builder.parameter("w", .f64, [3])
    let b = builder.parameter("b", .f64, [])
    let p = sigmoid(matmul(x, w) + b)
    builder.output("r", p - t)
    builder.output("loss", -(t * log(p) + (1 - t) * log(1 - p)).sum())
    return try builder.build()
  }

  private func sources() throws -> [String: Tensor] {
    try [
      "x": .random(TensorType(.f64, [4, 3]), seed: 1), "t": Tensor([1.0, 0, 0, 1]),
      "w": .random(TensorType(.f64, [3]), seed: 2), "b": Tensor(scalar: 0.3, .f64),
    ]
  }

  private func run(_ graph: Graph, _ values: [String: Tensor]) throws -> [String: Tensor] {
    let extents = ["B": 4, "D": 2].filter { graph.dimensionNames.contains($0.key) }
    return try graph.binding(extents).compiled()(
      values.filter { entry in
        (graph.inputs + graph.parameters).contains { $0.name == entry.key }
      })
  }

  private func expectNear(
    _ one: Tensor?, _ other: [Double], _ bound: Double = 1e-12, line: Int = #line
  ) throws {
    let one = try #require(one).doubles
    #expect(one.count == other.count, "line \(line)")
    for (a, b) in zip(one, other) { #expect((a - b).magnitude < bound, "line \(line)") }
  }

  @Test(
    "the Hessian of a logistic regression is Xᵀ·diag(p·(1 − p))·X, and the Jacobian diag(p·(1 − p))·X"
  )
  func logisticRegression() throws {
    let graph = try logistic()
    let values = try sources()
    let x = try Matrix(#require(values["x"]).doubles, columns: 3)
    let slopes = try Self.slopes(x, #require(values["w"]).doubles, #require(values["b"]?.scalar))
    let jacobian = x.scalingRows(by: slopes)
    let wanted = x.transposed.times(jacobian)
    let hessian = try run(graph.hessian(of: "loss", withRespectTo: ["w", "b"]), values)
    try expectNear(hessian["hessian.w.w"], wanted.elements)
    let mixed = jacobian.transposed.times(Matrix([1, 1, 1, 1], columns: 1)).elements
    try expectNear(hessian["hessian.w.b"], mixed)
    try expectNear(hessian["hessian.b.w"], mixed)
    try expectNear(hessian["hessian.b.b"], [slopes.reduce(0, +)])
    for order in JacobianOrder.allCases {
      let result = try run(graph.jacobian(of: "r", withRespectTo: ["w"], by: order), values)
      try expectNear(result["jacobian.w"], jacobian.elements)
    }
    let diagonal = try run(graph.hessianDiagonal(of: "loss", withRespectTo: ["w"]), values)
    try expectNear(
      diagonal["hessian_diagonal.w"],
      [wanted.elements[0], wanted.elements[4], wanted.elements[8]])
    try checkProducts(graph, values, hessian: wanted, jacobian: jacobian)
  }

  private func checkProducts(
    _ graph: Graph, _ values: [String: Tensor], hessian: Matrix, jacobian: Matrix
  ) throws {
    let u: [Double] = [0.5, -1, 2]
    let v: [Double] = [1, 0.25, -3]
    let column = Matrix(u, columns: 1)
    var directed = values
    directed["tangent.w"] = try Tensor(u)
    let product = try run(graph.hessianVectorProduct(of: "loss", withRespectTo: ["w"]), directed)
    try expectNear(product["hessian_product.w"], hessian.times(column).elements)
    let gaussNewton = try run(graph.gaussNewtonProduct(of: "r", withRespectTo: ["w"]), directed)
    try expectNear(
      gaussNewton["gauss_newton.w"],
      jacobian.transposed.times(jacobian.times(column)).elements)
    directed["left.w"] = try Tensor(v)
    directed["right.w"] = try Tensor(u)
    let curvature = try run(
      graph.vectorHessianVectorProduct(of: "loss", withRespectTo: ["w"]), directed)
    try expectNear(
      curvature["curvature.loss"],
      Matrix(v, columns: 3).times(hessian.times(column)).elements)
    let both = Matrix(u + v, columns: 3)
    directed["tangent.w"] = try Tensor(.f64(both.elements), extents: [2, 3])
    let linear = try run(
      graph.linearized(of: "r", withRespectTo: ["w"], directions: "D"), directed)
    try expectNear(linear["tangent.r"], both.times(jacobian.transposed).elements)
  }

  /// σ′ of each example.
  private static func slopes(_ x: Matrix, _ w: [Double], _ b: Double) -> [Double] {
    x.times(Matrix(w, columns: 1)).elements.map { (product: Double) -> Double in
      let p = 1 / (1 + Foundation.exp(-(product + b)))
      return p * (1 - p)
    }
  }

  @Test("a named node may be a source, and a batch of Hessians is a graph too")
  func composed() throws {
    let builder = GraphBuilder("chain")
    let x = builder.input("x", .f64, [2])
    let y = sin(x).named("y")
    builder.output("f", (y * y * y).sum())
    let graph = try builder.build()
    let inner = try run(
      graph.hessian(of: "f", withRespectTo: ["y"]), ["x": Tensor([0.5, 1] as [Double])])
    let (half, one) = (Foundation.sin(0.5), Foundation.sin(1.0))
    try expectNear(inner["hessian.y.y"], [6 * half, 0, 0, 6 * one])
    let points: [Double] = [0.5, 1, -1, 2, 0, 0.25]
    let batch = try run(
      graph.hessian(of: "f", withRespectTo: ["x"]).vectorized(over: ["x"], extent: 3),
      ["x": Tensor(.f64(points), extents: [3, 2])])
    // (sin³)″ = 6·sin·cos² − 3·sin³
    let curvatures = points.map { (x: Double) -> Double in
      let (s, c) = (Foundation.sin(x), Foundation.cos(x))
      return 6 * s * c * c - 3 * s * s * s
    }
    var wanted: [Double] = []
    for row in 0..<3 { wanted += [curvatures[2 * row], 0, 0, curvatures[2 * row + 1]] }
    try expectNear(batch["hessian.x.x"], wanted)
  }

  @Test("the file of Rosenbrock's valley: J, H, and the Gauss-Newton product")
  func rosenbrock() throws {
    let graph = try Graph(contentsOf: ExampleGraphTests.path("rosenbrock.graph"))
    for (a, b) in [(1.0, 1.0), (-1.2, 1), (0.5, -2)] {
      let x = try Tensor([a, b])
      let jacobian = try run(graph.jacobian(of: "r", withRespectTo: ["x"]), ["x": x])
      try expectNear(jacobian["jacobian.x"], [-1, 0, -20 * a, 10])
      let hessian = try run(graph.hessian(of: "f", withRespectTo: ["x"]), ["x": x])
      let curvature: Double = 2 - 400 * (b - a * a) + 800 * a * a
      try expectNear(hessian["hessian.x.x"], [curvature, -400 * a, -400 * a, 200], 1e-9)
      let t = try Tensor([0.25, -1.5])
      let product = try run(
        graph.gaussNewtonProduct(of: "r", withRespectTo: ["x"]), ["x": x, "tangent.x": t])
      let image: [Double] = [-0.25, -20 * a * 0.25 - 15]
      try expectNear(
        product["gauss_newton.x"], [-image[0] - 20 * a * image[1], 10 * image[1]], 1e-9)
    }
  }

  @Test("gathers and scatters of a batch, compiled, with an extent that is bound then")
  func indexing() throws {
    let builder = GraphBuilder("indexing")
    let table = builder.input("table", .f32, [4, 3])
    let at = builder.input("at", .i32, [2])
    let rows = table.gathered(at: at)
    builder.output("rows", rows)
    builder.output("sum", table.scatterAdding(rows, at: at))
    let graph = try builder.build().vectorized(over: ["table", "at"], extent: "N")
      .differentiated("sum", withRespectTo: ["table"])
    let values = try [
      "table": Tensor.random(TensorType(.f32, [2, 4, 3]), seed: 1),
      "at": Tensor(.i32([3, 0, 1, 7]), extents: [2, 2]),
      "cotangent.sum": Tensor.random(TensorType(.f32, [2, 4, 3]), seed: 2),
    ]
    let bound = try graph.binding(["N": 2])
    let interpreted = try GraphInterpreter.evaluate(bound, values).outputs
    let compiled = try bound.compiled()(values)
    for (name, tensor) in interpreted {
      #expect(tensor.description == compiled[name]?.description, "\(name)")
    }
    let row = try #require(compiled["rows"]).doubles
    #expect(row[0..<3].elementsEqual(try #require(values["table"]).doubles[9..<12]))
    #expect(row[9..<12].allSatisfy { $0.isNaN })
  }

  @Test(
    "a Hessian too large for the memory limit is refused with its size before anything is allocated"
  )
  func tooLarge() throws {
    let builder = GraphBuilder("large")
    let x = builder.input("x", .f64, [20_000])
    builder.output("loss", (x * x * x).sum())
    let graph = try builder.build()
    var options = Engine.Options()
    options.maximumMemory = 1 << 30
    let engine = Engine(options)
    _ = try graph.compiled(on: engine)
    _ = adjoint_take_thread_largest_allocation()
    let error = #expect(throws: Diagnostic.self) {
      try graph.hessian(of: "loss", withRespectTo: ["x"]).compiled(on: engine)
    }
    #expect(adjoint_take_thread_largest_allocation() < 1 << 24)
    #expect(error?.code == .memoryLimit)
    // 8 · 20,000² bytes.
    let words = error?.message.split(separator: " ") ?? []
    let size = words.firstIndex(of: "needs").flatMap { Double(words[$0 + 1]) }
    #expect((size ?? 0) >= 3_200_000_000 / 1_048_576, "\(String(describing: error))")
    #expect(error?.message.contains("the limit is 1024.0 MiB") == true)
    // And one that no machine has.
    let huge = GraphBuilder("huge")
    huge.output("loss", exp(huge.input("x", .f64, [1 << 40])).sum())
    let overflow = #expect(throws: Diagnostic.self) {
      try huge.build().hessian(of: "loss", withRespectTo: ["x"])
    }
    let text = overflow?.description ?? ""
    #expect(text.contains("1099511627776, 1099511627776"), "\(text)")
  }

  @Test("a VJP through a million element-wise values plans no matrix")
  func elementwise() throws {
    let count = 1_000_000
    let builder = GraphBuilder("elementwise")
    let x = builder.input("x", .f32, [count])
    let y = tanh(x * sin(x)) / (1 + exp(-x))
    builder.output("y", y)
    let graph = try builder.build().differentiated("y", withRespectTo: ["x"])
    let bytes = try graph.compiled().statistics.plannedByteCount
    // The input, its cotangent, the output and the gradient, and at most as many in between.
    #expect(bytes >= 4 * 4 * count)
    #expect(bytes <= 8 * 4 * count)
    // So does a product with the Hessian, and the diagonal of a Jacobian is none of its columns.
    let second = try builder.build().gaussNewtonProduct(of: "y", withRespectTo: ["x"])
    #expect(try second.compiled().statistics.plannedByteCount <= 8 * 4 * count)
  }
}

/// A matrix of a few numbers.
private struct Matrix {
  let elements: [Double]
  let columns: Int
  var rows: Int { elements.count / columns }

  init(_ elements: [Double], columns: Int) {
    self.elements = elements
    self.columns = columns
  }

  var transposed: Matrix {
    var result: [Double] = []
    for column in 0..<columns {
      for row in 0..<rows { result.append(elements[row * columns + column]) }
    }
    return Matrix(result, columns: rows)
  }

  func times(_ other: Matrix) -> Matrix {
    var result: [Double] = []
    for row in 0..<rows {
      for column in 0..<other.columns {
        var sum = 0.0
        for inner in 0..<columns {
          sum += elements[row * columns + inner] * other.elements[inner * other.columns + column]
        }
        result.append(sum)
      }
    }
    return Matrix(result, columns: other.columns)
  }

  func scalingRows(by factors: [Double]) -> Matrix {
    Matrix(elements.enumerated().map { $1 * factors[$0 / columns] }, columns: columns)
  }
}
