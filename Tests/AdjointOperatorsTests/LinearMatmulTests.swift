import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Matrix products")
struct LinearMatmulTests {
  private func product(_ x: Tensor, _ y: Tensor) throws -> Tensor {
    try ElementwiseTesting.evaluate([x, y]) { matmul($0[0], $0[1]) }
  }

  @Test("matrices, vectors and batches")
  func values() throws {
    let a = try Tensor([1, 2, 3, 4, 5, 6] as [Double], extents: [2, 3])
    let b = try Tensor([1, 0, 2, 1, 0, 3] as [Double], extents: [3, 2])
    #expect(try product(a, b) == (try Tensor([5, 11, 14, 23] as [Double], extents: [2, 2])))
    let v = try Tensor([1, 0, -1] as [Double])
    #expect(try product(a, v) == (try Tensor([-2, -2] as [Double])))
    #expect(try product(v, b) == (try Tensor([1, -3] as [Double])))
    #expect(try product(v, v) == Tensor(scalar: 2, .f64))
    let column = try Tensor([2, 3, 4] as [Double], extents: [3, 1])
    #expect(
      try product(column, column.reshaped(to: [1, 3])).doubles == [4, 6, 8, 6, 9, 12, 8, 12, 16])
  }

  @Test(
    "leading axes broadcast",
    arguments: [
      ([5, 2, 3], [3, 4], [5, 2, 4]), ([2, 3], [5, 3, 4], [5, 2, 4]),
      ([5, 1, 2, 3], [6, 3, 4], [5, 6, 2, 4]), ([3], [5, 3, 4], [5, 4]),
      ([5, 2, 3], [3], [5, 2]), ([1, 2, 3], [5, 3, 1], [5, 2, 1]),
      ([0, 2, 3], [3, 4], [0, 2, 4]),
      ([2, 0], [0, 3], [2, 3]),
    ])
  func shapes(_ shapes: ([Int], [Int], [Int])) throws {
    let x = try StructureTesting.random(shapes.0, seed: 1)
    let y = try StructureTesting.random(shapes.1, seed: 2)
    let z = try product(x, y)
    #expect(z.extents == shapes.2)
    let rowsAxis = shapes.0.count > 1
    let columnsAxis = shapes.1.count > 1
    let (m, k) = (rowsAxis ? shapes.0[shapes.0.count - 2] : 1, shapes.0[shapes.0.count - 1])
    let n = columnsAxis ? shapes.1[shapes.1.count - 1] : 1
    let leading = Array(shapes.2.dropLast((rowsAxis ? 1 : 0) + (columnsAxis ? 1 : 0)))
    /// The start of the matrix of an operand that belongs to a position of the leading axes.
    func start(_ position: Int, _ extents: [Int], _ size: Int) -> Int {
      var (rest, pitch, offset) = (position, 1, 0)
      let own = Array(extents.dropLast(2))
      for (index, extent) in leading.enumerated().reversed() {
        let axis = index - (leading.count - own.count)
        if axis >= 0 {
          offset += own[axis] == 1 ? 0 : (rest % extent) * pitch
          pitch *= own[axis]
        }
        rest /= extent
      }
      return offset * size
    }
    for b in 0..<leading.reduce(1, *) {
      for i in 0..<m {
        for j in 0..<n {
          var sum = 0.0
          for l in 0..<k {
            sum +=
              x.doubles[start(b, shapes.0, m * k) + i * k + l]
              * y.doubles[start(b, shapes.1, k * n) + l * n + j]
          }
          #expect(DerivativeCheck.disagreement(z.doubles[(b * m + i) * n + j], sum) < 1e-14)
        }
      }
    }
  }

  @Test("what does not go together")
  func refusals() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f32, [2, 3])
    let y = builder.input("y", .f32, [4, 5])
    let z = builder.input("z", .f64, [3, 2])
    let k = builder.input("k", .bool, [3, 2])
    let s = builder.input("s", .f32, [])
    let a = builder.input("a", .f32, [2, 4, 3])
    let b = builder.input("b", .f32, [5, 3, 4])
    let w = builder.input("w", .f32, [3, 5])
    let c = builder.input("c", .f32, [4])
    func expect(
      _ code: Diagnostic.Code, _ parts: [String], line: Int, _ build: () throws -> Value
    ) throws {
      try StructureTesting.expectRefusal(
        code, parts, in: "LinearMatmulTests.swift", line: line, build)
    }
    try expect(.shapeMismatch, ["matmul: ", "f32[2, 3]", "f32[4, 5]", "3 and 4"], line: #line + 1) {
      matmul(x, y)
    }
    try expect(.scalarTypeMismatch, ["dot_general: ", "f32[2, 3]", "f64[3, 2]"], line: #line + 1) {
      matmul(x, z)
    }
    try expect(.scalarTypeMismatch, ["a number type", "bool[3, 2]"], line: #line + 1) {
      matmul(k, k.transposed())
    }
    try expect(.shapeMismatch, ["matmul: ", "scalar", "f32[]"], line: #line + 1) {
      matmul(x, s)
    }
    try expect(.shapeMismatch, ["leading", "f32[2, 4, 3]", "f32[5, 3, 4]"], line: #line + 1) {
      matmul(a, b)
    }
    try expect(.shapeMismatch, ["dot_general: ", "f32[2, 3]", "f32[4, 5]"], line: #line + 1) {
      dotGeneral(x, y, contracting: [(1, 0)])
    }
    try expect(.invalidArgument, ["dot_general: ", "axis 2"], line: #line + 1) {
      dotGeneral(x, y, contracting: [(2, 0)])
    }
    try expect(.shapeMismatch, ["linear: ", "f32[2, 4, 3]", "[in, out]"], line: #line + 1) {
      linear(x, weight: a)
    }
    try expect(.shapeMismatch, ["linear: ", "f32[4]"], line: #line + 1) {
      linear(x, weight: w, bias: c)
    }
  }

  @Test("named dimensions")
  func named() throws {
    let x = try StructureTesting.random([3, 4], seed: 1)
    let w = try StructureTesting.random([4, 2], seed: 2)
    let named = try StructureTesting.evaluateNamed([["B", 4], [4, 2]], ["B": 3], [x, w]) {
      let y = matmul($0[0], $0[1])
      #expect(y.shape == ["B", 2])
      return y
    }
    #expect(named == (try product(x, w)))
  }

  /// The products of a graph and the other operators in it, after the standard passes.
  private func products(
    _ shapes: [Shape], _ function: ([Value]) throws -> Value
  ) throws -> (products: [DotGeneral], others: Set<String>) {
    let builder = GraphBuilder()
    var inputs: [Value] = []
    for (index, shape) in shapes.enumerated() {
      inputs.append(builder.input("x\(index)", .f32, shape))
    }
    let y = try function(inputs)
    let cotangent = builder.input("c", .f32, y.shape)
    let adjoints = vectorJacobianProduct(
      of: [y], cotangents: [cotangent], withRespectTo: inputs)
    for (index, adjoint) in adjoints.enumerated() { builder.output("g\(index)", adjoint) }
    let graph = try Pipeline.standard(builder.build())
    return (
      graph.outputList.compactMap { graph.nodes[$0.value.node].operation as? DotGeneral },
      Set(graph.nodes.compactMap { $0.operation?.mnemonic })
    )
  }

  @Test("the gradients of x · w are two products and nothing else")
  func gradientsOfProduct() throws {
    let found = try products([["B", 784], [784, 256]]) { matmul($0[0], $0[1]) }
    #expect(found.others == ["dot_general"])
    #expect(
      found.products == [
        DotGeneral(left: .init(contract: [1]), right: .init(contract: [1])),
        DotGeneral(left: .init(contract: [0]), right: .init(contract: [0])),
      ])
  }

  @Test("no transpose is left where the weight is transposed, batched or shared")
  func gradientsWithTransposes() throws {
    let functions: [([Shape], ([Value]) throws -> Value)] = [
      ([["B", 5], [7, 5]], { matmul($0[0], $0[1].transposed()) }),
      ([[5, "B"], [5, 7]], { matmul($0[0].transposed(), $0[1]) }),
      ([[5, "B"], [7, 5]], { matmul($0[0].transposed(), $0[1].transposed()) }),
      ([["B", "T", 5], [5, 7]], { matmul($0[0], $0[1]) }),
      ([["B", 3, 5], ["B", 5, 7]], { matmul($0[0], $0[1]) }),
      (
        [["B", 4, 3, 5], ["B", 4, 6, 5]],
        {
          dotGeneral($0[0], $0[1], contracting: [(3, 3)], batch: [(0, 0), (1, 1)])
        }
      ),
      ([[5, "B"], [5, 7]], { matmul($0[0].transposed(), $0[1]).transposed() }),
    ]
    for (shapes, function) in functions {
      #expect(try products(shapes, function).others == ["dot_general"])
    }
  }

  @Test("a transpose that strides cannot express stays")
  func transposeThatStays() throws {
    // Heads in the middle: the batch axes of the keys are not in memory order.
    let found = try products([["B", 6, 4, 5], ["B", 6, 4, 5]]) {
      dotGeneral($0[0], $0[1], contracting: [(3, 3)], batch: [(0, 0), (2, 2)])
    }
    #expect(found.others == ["dot_general", "transpose"])
  }

  @Test("both modes against differences")
  func derivatives() throws {
    let functions: [([[Int]], ([Value]) throws -> Value)] = [
      ([[3, 4], [4, 2]], { matmul($0[0], $0[1]) }), ([[4], [4]], { matmul($0[0], $0[1]) }),
      ([[2, 1, 3, 4], [5, 4, 2]], { matmul($0[0], $0[1]) }),
      (
        [[2, 3, 4], [2, 3, 4]],
        {
          dotGeneral($0[0], $0[1], contracting: [(2, 2), (0, 0)])
        }
      ),
      ([[2, 3, 4], [4, 5, 2]], { dotGeneral($0[0], $0[1], contracting: [(2, 0), (0, 2)]) }),
      (
        [[2, 6, 4, 5], [2, 6, 4, 5]],
        {
          dotGeneral($0[0], $0[1], contracting: [(3, 3)], batch: [(0, 0), (2, 2)])
        }
      ),
      ([[3, 4], [4, 2], [2]], { linear($0[0], weight: $0[1], bias: $0[2]) }),
      ([[2, 3, 4], [4, 2], [2]], { linear($0[0], weight: $0[1], bias: $0[2]) }),
    ]
    for (shapes, function) in functions {
      let result = try DerivativeCheck.run(shapes) { try function($1) }
      #expect(result.modes < 1e-12)
      #expect(result.differences < 1e-7)
      #expect(result.passes < 1e-12)
    }
  }
}
