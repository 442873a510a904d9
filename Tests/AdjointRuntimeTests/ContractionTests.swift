import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

@Suite struct ContractionTests {
  /// A row-major matrix, or its transpose in memory, with a margin between lines.
  private func layout(_ rows: Int, _ columns: Int, transposed: Bool, margin: Int)
    -> Contraction.Layout
  {
    let line = (transposed ? rows : columns) + margin
    return Contraction.Layout(
      batchStride: line * (transposed ? columns : rows), rowStride: transposed ? 1 : line,
      columnStride: transposed ? line : 1)
  }

  private func check(
    _ product: Contraction, leftCount: Int, rightCount: Int, tolerance: Double = 1e-5
  ) throws {
    let type = product.scalarType
    func operand(_ count: Int, _ seed: UInt64) throws -> Tensor {
      let random = CounterBasedRandom(seed: seed)
      let values = (0..<count).map { random.uniform(at: UInt64($0)) + 0.1 }
      return try Tensor(Tensor.Storage(casting: values, as: type), extents: [count])
    }
    let result = TensorType(type, extents: [product.batch, product.rows, product.columns])
    let (found, wanted) = try runBoth(
      .contraction(product), [operand(leftCount, 1), operand(rightCount, 2)], results: [result],
      threads: 2)
    let same = agree(found[0], wanted[0], tolerance: tolerance)
    #expect(same, "\(product)")
  }

  @Test(arguments: [ScalarType.f32, .f64])
  func everyTranspositionAndShape(type: ScalarType) throws {
    let shapes = [
      (1, 1, 1), (1, 1, 9), (5, 1, 3), (1, 6, 4), (2, 3, 0), (0, 3, 2), (3, 0, 2), (4, 5, 1),
      (7, 9, 11), (33, 1, 65), (1, 65, 33), (17, 31, 64), (40, 50, 3), (64, 64, 64),
    ]
    for (rows, columns, inner) in shapes {
      for mask in 0..<8 {
        let margin = mask & 4 == 0 ? 0 : 3
        for batch in [0, 1, 3] {
          let left = layout(rows, inner, transposed: mask & 1 != 0, margin: margin)
          let right = layout(inner, columns, transposed: mask & 2 != 0, margin: margin)
          let product = Contraction(
            type, batch: batch, rows: rows, columns: columns, inner: inner, left: left,
            right: right)
          try check(
            product, leftCount: left.batchStrides[0] * batch,
            rightCount: right.batchStrides[0] * batch, tolerance: type == .f32 ? 1e-5 : 1e-13)
        }
      }
    }
  }

  @Test func anOperandMayServeTheWholeBatch() throws {
    let left = Contraction.Layout(batchStride: 0, rowStride: 20, columnStride: 1)
    let right = Contraction.Layout(batchStride: 20 * 30, rowStride: 30, columnStride: 1)
    let product = Contraction(
      .f32, batch: 4, rows: 10, columns: 30, inner: 20, left: left, right: right)
    try check(product, leftCount: 200, rightCount: 4 * 600)
  }

  @Test func matricesInterleavedInABatch() throws {
    // [row, batch, inner] and [inner, batch, column]: attention heads beside one another.
    let product = Contraction(
      .f32, batch: 3, rows: 8, columns: 9, inner: 10,
      left: .init(batchStride: 10, rowStride: 30, columnStride: 1),
      right: .init(batchStride: 9, rowStride: 27, columnStride: 1))
    try check(product, leftCount: 240, rightCount: 270)
  }

  @Test func productsWithVectorsIgnoreWhatTheResultHeld() throws {
    let product = Contraction(
      .f32, batch: 1, rows: 30, columns: 1, inner: 30,
      left: .init(batchStride: 0, rowStride: 30, columnStride: 1),
      right: .init(batchStride: 0, rowStride: 1, columnStride: 1))
    let result = TensorType(.f32, extents: [30])
    let ones = try Tensor(repeating: 1, .f32, extents: [900])
    let vector = try Tensor(repeating: 1, .f32, extents: [30])
    let plan = SinglePlan(
      .contraction(product), operands: [ones.type, vector.type], results: [result],
      as: .parameters)
    #expect(try plan.run([ones, vector])[0].floats == Array(repeating: 30, count: 30))
  }

  @Test func threadsDoNotChangeABit() throws {
    for (rows, columns, inner) in [(128, 512, 784), (784, 512, 128), (301, 203, 457)] {
      let product = Contraction(
        .f32, batch: 1, rows: rows, columns: columns, inner: inner,
        left: layout(rows, inner, transposed: false, margin: 0),
        right: layout(inner, columns, transposed: true, margin: 0))
      let random = CounterBasedRandom(seed: 3)
      func operand(_ count: Int) throws -> Tensor {
        try Tensor((0..<count).map { Float(random.uniform(at: UInt64($0)) - 0.5) })
      }
      let (left, right) = try (operand(rows * inner), operand(inner * columns))
      let plan = SinglePlan(
        .contraction(product), operands: [left.type, right.type],
        results: [TensorType(.f32, extents: [rows, columns])])
      #expect(
        try plan.run([left, right], threads: 1) == plan.run([left, right], threads: 2))
    }
  }
}
