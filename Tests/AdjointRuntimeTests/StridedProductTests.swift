import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

/// Products whose batch has several axes and whose operands and results lie in any order, on whole
/// numbers, of which sums are exact.
@Suite struct StridedProductTests {
  /// A product over layouts drawn at random: batches of up to three axes, matrices along either side, gaps
  /// between the lines of operands, and operands that serve several matrices.
  private struct Sample {
    let product: Contraction
    let operands: [Tensor]

    init(seed: Int) throws {
      var random = SeededRandom(seed)
      let type = random.pick([ScalarType.f32, .f64])
      let extents = (0..<1 + random.below(3)).map { _ in 1 + random.below(4) }
      let sizes = [1, 2, 3, 5, 14, 17, 33, 40]
      let (rows, columns) = (random.pick(sizes), random.pick(sizes))
      let inner = random.pick(sizes + [0, 450])
      let left = Self.layout(extents, rows, inner, isOperand: true, &random)
      let right = Self.layout(extents, inner, columns, isOperand: true, &random)
      var product = Contraction(
        type, batch: 1, rows: rows, columns: columns, inner: inner, left: left.layout,
        right: right.layout)
      product.batchExtents = extents
      if random.chance(4, in: 5) {
        product.result = Self.layout(extents, rows, columns, isOperand: false, &random).layout
      }
      product.scale = random.pick([1, 1, -0.5])
      self.product = product
      operands = try [left.count, right.count].map { count in
        let numbers = (0..<count).map { _ in Double(random.below(9)) - 4 }
        return try Tensor(Tensor.Storage(casting: numbers, as: type), extents: [count])
      }
    }

    /// Axes in a random order, the innermost of which is the row or the column.
    private static func layout(
      _ batch: [Int], _ rows: Int, _ columns: Int, isOperand: Bool, _ random: inout SeededRandom
    ) -> (layout: Contraction.Layout, count: Int) {
      let extents = batch + [rows, columns]
      let innermost = extents.count - 1 - random.below(2)
      let order = random.shuffled(extents.indices.filter { $0 != innermost }) + [innermost]
      var strides = Array(repeating: 0, count: extents.count)
      var count = 1
      for axis in order.reversed() {
        // One matrix for all along this axis.
        if isOperand, axis < batch.count, random.chance(1, in: 4) { continue }
        strides[axis] = count
        count *= max(extents[axis], 1)
        if isOperand, random.chance(1, in: 4) { count += 3 }
      }
      return (
        Contraction.Layout(
          batchStrides: Array(strides.dropLast(2)), rowStride: strides[extents.count - 2],
          columnStride: strides[extents.count - 1]), count
      )
    }
  }

  @Test(arguments: 0..<8)
  func everyOrderMeansWhatTheInterpreterSays(block: Int) throws {
    for seed in block * 15..<(block + 1) * 15 {
      let sample = try Sample(seed: seed)
      let kernel = Kernel.contraction(sample.product)
      let result = TensorType(
        sample.product.scalarType, extents: [sample.product.extents.reduce(1, *)])
      let plan = SinglePlan(kernel, operands: sample.operands.map(\.type), results: [result])
      let wanted = try KernelInterpreter.run(
        [kernel], operands: sample.operands, resultTypes: [result])
      let found = [
        try plan.run(sample.operands, threads: 1 + seed % 3), try plan.runPortably(sample.operands),
      ]
      for tensors in found {
        // The signs of zeros are those of the library.
        #expect(agree(tensors[0], wanted[0], tolerance: 1e-300), "seed \(seed): \(sample.product)")
      }
    }
  }

  /// Two kernels that differ in the order of the result alone.
  @Test func ordersAreOtherKernels() throws {
    var product = Contraction(
      .f32, batch: 1, rows: 3, columns: 5, inner: 2,
      left: .init(batchStrides: [6, 12], rowStride: 2, columnStride: 1),
      right: .init(batchStrides: [10, 20], rowStride: 5, columnStride: 1))
    product.batchExtents = [2, 4]
    let plain = Kernel.contraction(product)
    product.result = .init(batchStrides: [5, 30], rowStride: 10, columnStride: 1)
    let ordered = Kernel.contraction(product)
    #expect(plain != ordered)
    #expect(
      KernelPrinter.lines(plain) == [
        "contraction f32 2 × 4 × [3, 2] by [6, 12, 2, 1] · [2, 5] by [10, 20, 5, 1]"
      ])
    #expect(
      KernelPrinter.lines(ordered) == [
        "contraction f32 2 × 4 × [3, 2] by [6, 12, 2, 1] · [2, 5] by [10, 20, 5, 1] "
          + "→ by [5, 30, 10, 1]"
      ])
    let operands = try [60, 100].map { count in
      try Tensor((0..<count).map { Float($0 % 7) - 3 })
    }
    // The same elements in another order, both in one plan.
    let result = TensorType(.f32, extents: [2, 4, 3, 5])
    let (found, wanted) = try runBoth(plain, operands, results: [result])
    let other = try runBoth(ordered, operands, results: [result])
    #expect(found == wanted && other.found == other.wanted)
    for (place, element) in found[0].floats.enumerated() {
      let (i, j, k, l) = (place / 60, place / 15 % 4, place / 5 % 3, place % 5)
      #expect(other.found[0].floats[i * 5 + j * 30 + k * 10 + l] == element)
    }
  }
}
