import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointOperators
import TestSupport
import Testing

@Suite("dot_general against its definition")
struct LinearTests {
  /// A random product: dimension numbers and the shapes that go with them.
  struct Product: CustomTestStringConvertible, Sendable {
    let left: DotGeneral.Side
    let right: DotGeneral.Side
    let shapes: [[Int]]
    var testDescription: String { "\(shapes) \(left) \(right)" }

    init(seed: UInt64) {
      let random = CounterBasedRandom(seed: seed)
      func pick(_ counter: UInt64, below bound: Int) -> Int {
        Int(random.bits(at: counter).0 % UInt64(bound))
      }
      let batch = pick(1, below: 3)
      let contract = pick(2, below: 3)
      let counts = [pick(3, below: 3), pick(4, below: 3)]
      // One in eleven extents is 0 and two are 1, for every place of a group.
      let extents = [1, 2, 3, 4, 5, 0, 1, 2, 3, 2, 3]
      let shared = (0..<(batch + contract)).map { extents[pick(10 + UInt64($0), below: 11)] }
      var sides: [DotGeneral.Side] = []
      var shapes: [[Int]] = []
      for operand in 0...1 {
        let rank = batch + contract + counts[operand]
        let random = CounterBasedRandom(seed: seed, stream: UInt64(operand + 1))
        let order = (try? random.permutation(of: rank)) ?? []
        var shape = (0..<rank).map { extents[pick(20 + UInt64(operand * 16 + $0), below: 11)] }
        for (position, extent) in shared.enumerated() { shape[order[position]] = extent }
        sides.append(
          DotGeneral.Side(
            batch: Array(order[..<batch]), contract: Array(order[batch..<(batch + contract)])))
        shapes.append(shape)
      }
      (left, right, self.shapes) = (sides[0], sides[1], shapes)
    }

    var operation: DotGeneral { DotGeneral(left: left, right: right) }

    func operands() throws -> [Tensor] {
      try shapes.enumerated().map {
        try StructureTesting.random($0.element, seed: UInt64($0.offset))
      }
    }

    /// The definition, element by element.
    func definition(_ x: Tensor, _ y: Tensor) -> [Double] {
      let freeLeft = left.free(rank: shapes[0].count)
      let freeRight = right.free(rank: shapes[1].count)
      let kept =
        left.batch.map { shapes[0][$0] } + freeLeft.map { shapes[0][$0] }
        + freeRight.map { shapes[1][$0] }
      let summed = left.contract.map { shapes[0][$0] }
      return positions(kept).map { place in
        positions(summed).reduce(0.0) { sum, pair in
          var a = Array(repeating: 0, count: shapes[0].count)
          var b = Array(repeating: 0, count: shapes[1].count)
          for (index, axis) in left.batch.enumerated() { a[axis] = place[index] }
          for (index, axis) in right.batch.enumerated() { b[axis] = place[index] }
          for (index, axis) in freeLeft.enumerated() { a[axis] = place[left.batch.count + index] }
          for (index, axis) in freeRight.enumerated() {
            b[axis] = place[left.batch.count + freeLeft.count + index]
          }
          for (index, axis) in left.contract.enumerated() { a[axis] = pair[index] }
          for (index, axis) in right.contract.enumerated() { b[axis] = pair[index] }
          return sum + x.doubles[offset(a, shapes[0])] * y.doubles[offset(b, shapes[1])]
        }
      }
    }

    private func positions(_ extents: [Int]) -> [[Int]] {
      extents.reduce([[]]) { prefixes, extent in
        prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
      }
    }

    private func offset(_ position: [Int], _ extents: [Int]) -> Int {
      zip(position, extents).reduce(0) { $0 * $1.1 + $1.0 }
    }
  }

  static let products = (0..<150).map { Product(seed: UInt64($0)) }

  private func kernels(_ product: Product) throws -> [Kernel] {
    let types = product.shapes.map { TensorType(.f64, extents: $0) }
    let operation = product.operation
    guard
      case .kernels(let kernels) = try operation.lower(
        types, to: operation.resultTypes(for: types))
    else { return [] }
    return kernels
  }

  @Test("lowered, and with transposes in front", arguments: products)
  func values(_ product: Product) throws {
    let operands = try product.operands()
    let expected = product.definition(operands[0], operands[1])
    let lowered = try ElementwiseTesting.evaluate(product.operation, operands).doubles
    let spelled = try ElementwiseTesting.evaluate(operands) { inputs in
      dotGeneral(
        inputs[0], inputs[1],
        contracting: zip(product.left.contract, product.right.contract).map { ($0, $1) },
        batch: zip(product.left.batch, product.right.batch).map { ($0, $1) })
    }.doubles
    #expect(lowered.count == expected.count)
    for (index, number) in expected.enumerated() {
      #expect(DerivativeCheck.disagreement(lowered[index], number) < 1e-13)
      #expect(DerivativeCheck.disagreement(spelled[index], number) < 1e-13)
    }
  }

  @Test("transposes", arguments: products[..<60])
  func transposes(_ product: Product) throws {
    try StructureTesting.expectTransposed(product.operation, product.operands())
  }

  @Test("strides are ones that a matrix product takes", arguments: products)
  func layouts(_ product: Product) throws {
    for case .contraction(let contraction) in try kernels(product) {
      for (layout, rows, columns) in [
        (contraction.left, contraction.rows, contraction.inner),
        (contraction.right, contraction.inner, contraction.columns),
      ] {
        let isRowMajor = layout.columnStride == 1 && layout.rowStride >= columns
        let isColumnMajor = layout.rowStride == 1 && layout.columnStride >= rows
        #expect(isRowMajor || isColumnMajor)
      }
    }
  }

  @Test("the sample has both kinds of kernels")
  func coverage() throws {
    var contractions = 0
    var loops = 0
    for product in Self.products {
      for kernel in try kernels(product) {
        if case .contraction = kernel { contractions += 1 } else { loops += 1 }
      }
    }
    #expect(contractions > 20)
    #expect(loops > 20)
  }

  @Test("what is spelled and sums is always a contraction", arguments: products)
  func spelledIsContraction(_ product: Product) throws {
    let sums = product.left.contract.contains { product.shapes[0][$0] != 1 }
    guard !product.shapes.joined().contains(0), sums else { return }
    let builder = GraphBuilder()
    let x = builder.input("x", .f64, Shape(extents: product.shapes[0]))
    let y = builder.input("y", .f64, Shape(extents: product.shapes[1]))
    let z = dotGeneral(
      x, y, contracting: zip(product.left.contract, product.right.contract).map { ($0, $1) },
      batch: zip(product.left.batch, product.right.batch).map { ($0, $1) })
    let dot = try #require(z.definition(as: DotGeneral.self))
    guard case .kernels(let kernels) = try dot.lower(z.operands.map(\.type), to: [z.type]),
      case .contraction = kernels[0]
    else {
      Issue.record("not a contraction")
      return
    }
  }
}
