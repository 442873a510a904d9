import AdjointCore
import AdjointKernels
import AdjointRuntime
import TestSupport
import Testing

/// Where products of the library are cut for threads, and that no bit depends on it.
@Suite struct ProductPanelTests {
  /// A product whose operands lie along their rows or along their columns, with a margin between lines.
  struct Sample: Sendable, CustomTestStringConvertible {
    var product: Contraction
    var testDescription: String {
      "\(product.batch) × \(product.rows) × \(product.columns) × \(product.inner) of "
        + "\(product.scalarType.rawValue), \(product.left), \(product.right)"
    }

    init(
      _ type: ScalarType, _ rows: Int, _ columns: Int, _ inner: Int, mask: Int, batch: Int = 1
    ) {
      let margin = mask & 4 == 0 ? 0 : 3
      func layout(_ rows: Int, _ columns: Int, transposed: Bool) -> Contraction.Layout {
        let line = (transposed ? rows : columns) + margin
        return Contraction.Layout(
          batchStride: line * (transposed ? columns : rows), rowStride: transposed ? 1 : line,
          columnStride: transposed ? line : 1)
      }
      product = Contraction(
        type, batch: batch, rows: rows, columns: columns, inner: inner,
        left: layout(rows, inner, transposed: mask & 1 != 0),
        right: layout(inner, columns, transposed: mask & 2 != 0))
    }

    /// The results on 1 to 5 threads; every thread calls the library for its own panels.
    func results(generated: Bool) throws -> [Tensor] {
      let operands = try [product.left, product.right].map {
        try Self.numbers(product.batch * $0.batchStrides[0], product.scalarType)
      }
      let plan = SinglePlan(
        .contraction(product), operands: operands.map(\.type),
        results: [
          TensorType(product.scalarType, extents: [product.batch, product.rows, product.columns])
        ])
      return try (1...5).map { threads in
        try generated
          ? plan.run(operands, threads: threads)[0]
          : plan.runPortably(operands, threads: threads)[0]
      }
    }

    private static func numbers(_ count: Int, _ type: ScalarType) throws -> Tensor {
      let some = many[..<min(count, many.count)]
      let all = Array([[Float]](repeating: Array(some), count: count / many.count + 1).joined())
      let storage: Tensor.Storage =
        type == .f32 ? .f32(Array(all[..<count])) : .f64(all[..<count].map(Double.init))
      return try Tensor(storage, extents: [count])
    }

    private static let many: [Float] = {
      let random = CounterBasedRandom(seed: 14)
      return (0..<100_003).map { Float(random.uniform(at: UInt64($0)) - 0.5) }
    }()
  }

  /// Products with a vector, most of which are cut, of shapes drawn by lot: both orders of the matrix, one at a
  /// time and in batches.
  static let vectorSamples: [Sample] = {
    var random = SeededGenerator(seed: 14)
    return (0..<18).map { number in
      let extent = Int.random(in: 128...1400, using: &random)
      let inner = (1 << 17) / extent + Int.random(in: 2..<50, using: &random)
      let isRow = Bool.random(using: &random)
      return Sample(
        number.isMultiple(of: 3) ? .f64 : .f32, isRow ? 1 : extent, isRow ? extent : 1, inner,
        mask: Int.random(in: 0..<8, using: &random), batch: number % 6 == 4 ? 2 : 1)
    }
  }()

  /// Products of matrices that are cut.
  static let matrixSamples: [Sample] = {
    var random = SeededGenerator(seed: 15)
    return (0..<6).map { number in
      let rows = Int.random(in: 60...280, using: &random)
      let columns = Int.random(in: 130...420, using: &random)
      let inner = (1 << 22) / (rows * columns) + Int.random(in: 1..<30, using: &random)
      return Sample(
        number.isMultiple(of: 3) ? .f64 : .f32, rows, columns, inner,
        mask: Int.random(in: 0..<8, using: &random), batch: number == 4 ? 2 : 1)
    }
  }()

  private func expectEqual(_ results: [Tensor]) {
    for (number, result) in results.enumerated() {
      let isSame = result == results[0]
      #expect(isSame, "\(number + 1) threads")
    }
  }

  @Test("no bit depends on the number of threads", arguments: vectorSamples + matrixSamples)
  func library(sample: Sample) throws { expectEqual(try sample.results(generated: false)) }

  @Test("nor where code is generated for the product", arguments: matrixSamples)
  func generated(sample: Sample) throws { expectEqual(try sample.results(generated: true)) }

  private func panels(
    _ rows: Int, _ columns: Int, _ inner: Int, mask: Int = 0
  ) throws -> ProductPanels? {
    try ProductPanels.cuts(of: Sample(.f32, rows, columns, inner, mask: mask).product)
  }

  @Test("panels are whole lines of the larger operand")
  func axes() throws {
    #expect(try panels(300, 200, 100)?.axis == .rows)
    #expect(try panels(200, 300, 100)?.axis == .columns)
    // A line of the matrix for each element of the result, or lines across it.
    #expect(try panels(1000, 1, 1000)?.axis == .rows)
    #expect(try panels(1000, 1, 1000, mask: 1)?.axis == .inner)
    #expect(try panels(1, 1000, 1000, mask: 2)?.axis == .columns)
    #expect(try panels(1, 1000, 1000)?.axis == .inner)
    // Each part of a sum has a place of its own: not of very many sums.
    #expect(try panels(1, 5000, 100)?.axis == .columns)
    #expect(try panels(2, 3, 4) == nil)
  }

  @Test("products that are large enough are cut, and batches no more than is worth it")
  func counts() throws {
    let settled = Locality(largestOperandIsRunInvariant: true)
    let vector = try #require(try panels(1, 512, 784))
    #expect(vector.count(settled, batch: 1) == 2)
    #expect(vector.count(settled, batch: 2) == 1 && vector.isShared(settled, batch: 2))
    #expect(vector.count(Locality(), batch: 1) == 1 && !vector.isShared(Locality(), batch: 1))
    let large = try #require(try panels(4000, 1, 4000))
    #expect(large.count(Locality(), batch: 1) == 15)
    let matrices = try #require(try panels(128, 512, 784))
    #expect(matrices.count(settled, batch: 1) == 2)
    let small = try #require(try panels(128, 128, 128))
    #expect(small.count(settled, batch: 1) == 1 && !small.isShared(settled, batch: 1))
    #expect(small.isShared(settled, batch: 8))
    #expect(matrices.count(settled, batch: 0) == 2 && !matrices.isShared(settled, batch: 0))
  }

  @Test("panels make up the whole", arguments: [0, 1])
  func coverage(mask: Int) throws {
    for extent in stride(from: 100, through: 3000, by: 97) {
      let panels = try #require(try panels(extent, 1, extent, mask: mask))
      let count = panels.count(Locality(largestOperandIsRunInvariant: true), batch: 1)
      var next = 0
      for number in 0..<count {
        let range = panels.range(number, of: count)
        #expect(range.lowerBound == next && !range.isEmpty)
        next = range.upperBound
      }
      #expect(next == extent)
    }
  }
}
