import AdjointCore
import AdjointGraph
import AdjointKernels

// Which operands a contraction kernel reads in place: those whose batch, free and contracted axes
// each lie together in memory, so that each group is one axis with one stride. That is a question
// of the order of axes, so it has an answer while extents are known by name only.
extension DotGeneral.Side {
  /// Whether a matrix product can read the operand, its contracted axes taken in the order listed.
  func isReadInPlace(_ shape: Shape) -> Bool {
    let free = free(rank: shape.rank)
    // Axes of extent 1 may lie anywhere.
    let order = (0..<shape.rank).filter { shape[$0] != 1 }
    func places(_ group: [Int]) -> [Int] {
      group.compactMap { axis in order.firstIndex(of: axis) }
    }
    for group in [batch, free, contract] {
      let places = places(group)
      guard zip(places, places.dropFirst()).allSatisfy({ $0 + 1 == $1 }) else { return false }
    }
    // A matrix product wants one of a matrix's strides to be 1, so the innermost axis must not be a
    // batch; with one row or column only, it may.
    guard let innermost = order.last, batch.contains(innermost) else { return true }
    return places(free).isEmpty || places(contract).isEmpty
  }

  /// From one index of a group of axes to the next, counted in elements.
  fileprivate func stride(_ group: [Int], _ extents: [Int]) -> Int {
    guard let last = group.last(where: { extents[$0] != 1 }) else { return 0 }
    return extents[(last + 1)...].reduce(1, *)
  }

  /// The operand as matrices of `free × contract`, or of `contract × free`.
  fileprivate func layout(_ extents: [Int], contractFirst: Bool) -> Contraction.Layout {
    let free = free(rank: extents.count)
    let groups = contractFirst ? (contract, free) : (free, contract)
    let rows = groups.0.map { extents[$0] }.reduce(1, *)
    let columns = groups.1.map { extents[$0] }.reduce(1, *)
    var rowStride = stride(groups.0, extents)
    var columnStride = stride(groups.1, extents)
    // The stride of an axis of extent 1 is free to be whatever a matrix product wants.
    if columns == 1 { columnStride = rowStride == 1 ? rows : 1 }
    if rows == 1 { rowStride = columnStride == 1 ? columns : 1 }
    return Contraction.Layout(
      batchStride: stride(batch, extents), rowStride: rowStride, columnStride: columnStride)
  }
}

extension DotGeneral {
  /// The contracted axes in pairs, in the order of one operand's.
  static func pairs(
    _ left: Side, _ right: Side, by operand: KeyPath<(Int, Int), Int>
  ) -> [(Int, Int)] {
    zip(left.contract, right.contract).map { ($0, $1) }
      .sorted { $0[keyPath: operand] < $1[keyPath: operand] }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    let x = try operands[0].boundExtents()
    let y = try operands[1].boundExtents()
    let result = results[0]
    if x.contains(0) || y.contains(0) {
      return .loop(try .fill(result, with: ScalarLiteral(0, result.scalarType)))
    }
    // Nothing to sum: an element-wise product, which its readers can compute themselves. And no
    // library or generated product is of whole numbers.
    if left.contract.allSatisfy({ x[$0] == 1 }) || !result.scalarType.isDifferentiable {
      return .loop(try sumOfProducts(operands, to: result))
    }
    let pairs = Self.pairs(left, right, by: \.0)
    let a = Side(batch: left.batch, contract: pairs.map(\.0))
    let b = Side(batch: right.batch, contract: pairs.map(\.1))
    guard a.isReadInPlace(operands[0].shape), b.isReadInPlace(operands[1].shape) else {
      return .loop(try sumOfProducts(operands, to: result))
    }
    return .kernels([
      .contraction(
        Contraction(
          result.scalarType,
          batch: a.batch.map { x[$0] }.reduce(1, *),
          rows: a.free(rank: x.count).map { x[$0] }.reduce(1, *),
          columns: b.free(rank: y.count).map { y[$0] }.reduce(1, *),
          inner: a.contract.map { x[$0] }.reduce(1, *),
          left: a.layout(x, contractFirst: false), right: b.layout(y, contractFirst: true)))
    ])
  }

  /// The definition as loops, for operands that no matrix product can read in place, for whole numbers,
  /// and where there is one product to a sum.
  ///
  /// It is right for every order of axes, and slow where there is much to sum; `contracted` avoids it
  /// by a transpose in front.
  private func sumOfProducts(
    _ operands: [TensorType], to result: TensorType
  ) throws(Diagnostic) -> LoopNest {
    let x = try operands[0].boundExtents()
    let kept = try result.boundExtents()
    let summed = left.contract.map { x[$0] }
    let sums = summed.contains { $0 != 1 }
    let extents = kept + (sums ? summed : [])
    let rows = left.free(rank: operands[0].rank).count
    func access(_ type: TensorType, _ side: Side, freeAt: Int) throws(Diagnostic) -> Access {
      var axes = Array(repeating: AxisIndex(axis: nil), count: type.rank)
      for (position, axis) in side.batch.enumerated() {
        axes[axis] = AxisIndex(axis: AxisNumber(position))
      }
      for (position, axis) in side.free(rank: type.rank).enumerated() {
        axes[axis] = AxisIndex(axis: AxisNumber(freeAt + position))
      }
      for (position, axis) in side.contract.enumerated() where sums {
        axes[axis] = AxisIndex(axis: AxisNumber(kept.count + position))
      }
      return Access(type.scalarType, extents: try type.boundExtents(), map: IndexMap(axes))
    }
    let batch = left.batch.count
    var program = ScalarProgram()
    let a = program.append(.load(input: 0), result.scalarType)
    let b = program.append(.load(input: 1), result.scalarType)
    let product = program.append(.binary(.multiply, a, b), result.scalarType)
    let target = Access(result.scalarType, extents: kept, map: .identity(rank: kept.count))
    return LoopNest(
      extents: extents,
      inputs: [
        LoopNest.Input(operand: 0, access: try access(operands[0], left, freeAt: batch)),
        LoopNest.Input(operand: 1, access: try access(operands[1], right, freeAt: batch + rows)),
      ],
      program: program,
      outputs: [
        LoopNest.Output(result: 0, step: product, access: target, combiner: sums ? .sum : nil)
      ])
  }
}
