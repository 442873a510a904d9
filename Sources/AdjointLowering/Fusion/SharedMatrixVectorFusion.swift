import AdjointCore
import AdjointKernels

extension KernelPass {
  /// Fuses `X·w` and `Xᵀ·d` into one pass over X: loop nests in place of products with a vector.
  ///
  /// Before: `u = X·w`, and later `g = Xᵀ·d` of a d that depends on u, where X is larger than a cache: two
  /// calls, each of which reads X from memory. After: `u[i] += X[i, k]·w[k]` and `g[k] += X[i, k]·d[i]`,
  /// which row fusion puts together in blocks of lines, so that X is read once.
  ///
  /// A model that is linear in its parameters, and its gradient, are such a pair: element by element, d is a
  /// function of u and of what is known before. Either product alone stays a call.
  package static let sharedMatrixVectorFusion = KernelPass(
    "shared-matrix-vector-fusion", "two products of a large matrix with vectors read it once"
  ) { graph, machine in
    SharedMatrixVectorFusion.run(on: graph, costs: RowCosts(machine))
  }
}

private struct SharedMatrixVectorFusion {
  /// A product of a matrix and a vector; the matrix lies line after line.
  fileprivate struct Product {
    var matrix: ValueNumber
    var vector: ValueNumber
    var result: ValueNumber
    var scalarType: ScalarType
    /// The lines of the matrix and their elements.
    var extents: [Int]
    /// The loop that is summed over: 1 along the lines, 0 across them.
    var summed: AxisNumber
  }

  /// How many steps after the first product the second is looked for: row fusion puts near ones together.
  private static let window = 16

  static func run(on graph: KernelGraph, costs: RowCosts) -> KernelGraph {
    var streamed = graph
    for (number, step) in graph.steps.enumerated() {
      guard let product = Product(step), product.summed == 1,
        graph.values[product.matrix].byteCount > costs.cacheByteCount,
        costs.makesBlocks(
          of: product.extents[0], rowByteCount: product.rowByteCount, keeping: product.rowByteCount)
      else { continue }
      let readers = readers(of: product, after: number, in: graph)
      if readers.isEmpty { continue }
      streamed.steps[number].work = .nest(product.nest)
      for (other, reader) in readers { streamed.steps[other].work = .nest(reader.nest) }
    }
    return streamed
  }

  /// The products across the lines of a matrix whose vectors the lines compute of their own sums alone.
  private static func readers(
    of product: Product, after number: Int, in graph: KernelGraph
  ) -> [(step: Int, product: Product)] {
    var readers: [(Int, Product)] = []
    // What a line computes by itself, and what depends on more than one line's sum.
    var (own, others): (Set<ValueNumber>, Set<ValueNumber>) = ([product.result], [])
    for other in graph.steps.indices[(number + 1)...].prefix(window) {
      let step = graph.steps[other]
      if let reader = Product(step), reader.summed == 0, reader.matrix == product.matrix,
        reader.extents == product.extents, own.contains(reader.vector)
      {
        readers.append((other, reader))
      }
      let dependsOnOthers = step.reads.contains(where: others.contains)
      guard dependsOnOthers || step.reads.contains(where: own.contains) else { continue }
      if !dependsOnOthers, case .nest(let nest) = step.work, nest.storesAtItsPoints,
        nest.pointCount == product.extents[0]
      {
        own.formUnion(step.writes)
      } else {
        others.formUnion(step.writes)
      }
    }
    return readers
  }
}

extension SharedMatrixVectorFusion.Product {
  /// The product that a step is, or nil where it is anything else.
  init?(_ step: KernelGraph.Step) {
    guard case .call(.contraction(let product), let operands, let results) = step.work,
      product.batch == 1, product.scale == 1, product.addendScale == nil, product.epilogue == nil,
      product.inner > 1
    else { return nil }
    let (matrix, outer, rowStride, innerStride): (Int, Int, Int, Int)
    if product.columns == 1, product.rows > 1, product.right.rowStride == 1 {
      (matrix, outer) = (0, product.rows)
      (rowStride, innerStride) = (product.left.rowStride, product.left.columnStride)
    } else if product.rows == 1, product.columns > 1, product.left.columnStride == 1 {
      (matrix, outer) = (1, product.columns)
      (rowStride, innerStride) = (product.right.columnStride, product.right.rowStride)
    } else {
      return nil
    }
    if innerStride == 1, rowStride == product.inner {
      (extents, summed) = ([outer, product.inner], 1)
    } else if rowStride == 1, innerStride == outer {
      (extents, summed) = ([product.inner, outer], 0)
    } else {
      return nil
    }
    (self.matrix, vector, result) = (operands[matrix], operands[1 - matrix], results[0])
    scalarType = product.scalarType
  }

  /// The bytes of a line.
  var rowByteCount: Int { extents[1] * scalarType.byteCount }

  /// The product as loops over the lines of the matrix and the elements of a line.
  var nest: LoopNest {
    func vectorAccess(_ axis: AxisNumber) -> Access {
      Access(scalarType, extents: [extents[axis]], map: IndexMap([AxisIndex(axis: axis)]))
    }
    var builder = NestBuilder()
    let element = builder.load(
      .init(
        .value(matrix), access: Access(scalarType, extents: extents, map: .identity(rank: 2))))
    let factor = builder.load(.init(.value(vector), access: vectorAccess(summed)))
    let product = builder.append(.binary(.multiply, element, factor), scalarType)
    return builder.nest(
      extents: extents,
      outputs: [
        .init(
          .value(result), step: product, access: vectorAccess(summed == 0 ? 1 : 0), combiner: .sum)
      ])
  }
}
