import AdjointCore
import AdjointKernels
import Testing

extension PlanVerifierTests {
  @Test("accepts a result that lies transposed")
  func acceptsTransposed() throws {
    var plan = try PlanSample.plan()
    plan.store(strides: (row: 1, column: 4))
    _ = try VerifiedPlan(verifying: plan)
  }

  @Test("accepts a batch of several axes, stored in another order")
  func acceptsOrders() throws {
    var plan = try PlanSample.plan()
    plan.edit(0) { (product: inout Contraction) in
      product.batchExtents = [2, 2]
      (product.rows, product.columns) = (2, 2)
      product.left = Contraction.Layout(batchStrides: [2, 4], rowStride: 4, columnStride: 1)
      product.right = Contraction.Layout(batchStrides: [0, 2], rowStride: 2, columnStride: 1)
      product.result = Contraction.Layout(batchStrides: [2, 4], rowStride: 8, columnStride: 1)
    }
    _ = try VerifiedPlan(verifying: plan)
  }

  static let strides: [Mutation] = [
    Mutation("a contraction that writes an element twice", "each of its elements once") {
      $0.store(strides: (row: 1, column: 1))
    },
    Mutation("a contraction that writes past its result", "each of its elements once") {
      $0.store(strides: (row: 8, column: 1))
    },
    Mutation("a contraction whose result has a negative stride", "zero or more") {
      $0.store(strides: (row: 1, column: -4))
    },
    Mutation("a transposed result of a contraction with an addend", "is row-major") {
      $0.store(strides: (row: 1, column: 4)) { $0.addendScale = 1 }
    },
    Mutation("an empty contraction of sizes that overflow", "together are more than") {
      $0.edit(0) { (product: inout Contraction) in
        product.batchExtents = [.max, .max, 0]
        product.left.batchStrides = [0, 0, 0]
        product.right.batchStrides = [0, 0, 0]
        product.result = product.resultLayout
        product.result?.batchStrides = [0, 0, 0]
      }
    },
    Mutation("a contraction whose layouts have other batches", "2 strides for 1 axes") {
      $0.edit(0) { (product: inout Contraction) in product.right.batchStrides = [16, 16] }
    },
  ]
}

extension Plan {
  /// Has the contraction store its result by strides, and then a change made.
  fileprivate mutating func store(
    strides: (row: Int, column: Int), _ change: (inout Contraction) -> Void = { _ in }
  ) {
    edit(0) { (product: inout Contraction) in
      product.result = Contraction.Layout(
        batchStride: 16, rowStride: strides.row, columnStride: strides.column)
      change(&product)
    }
  }
}
