import AdjointCore
import AdjointKernels

/// Makes loop nests of products with a vector that wait for the same matrix.
///
/// Before: `u = X·w`, and later `g = Xᵀ·d` of a d that depends on u, where X is larger than a cache: two
/// calls, each of which reads X from memory. After: `u[i] += X[i, k]·w[k]` and `g[k] += X[i, k]·d[i]`,
/// which row fusion puts together in blocks of lines, so that X is read once.
///
/// A model that is linear in its parameters, and its gradient, are such a pair. Either product alone stays
/// a call.
struct MatrixStreaming {
  /// A product of a matrix and a vector; the matrix lies line after line.
  fileprivate struct Product {
    var matrix: Int
    var vector: Int
    var result: Int
    var scalarType: ScalarType
    /// The lines of the matrix and their elements.
    var extents: [Int]
    /// The loop that is summed over: 1 along the lines, 0 across them.
    var summed: Int
  }

  static func run(on graph: KernelGraph, costs: RowCosts) -> KernelGraph {
    var products: [(step: Int, product: Product)] = []
    for (number, step) in graph.steps.enumerated() {
      guard let product = Product(step),
        graph.values[product.matrix].byteCount > costs.cacheByteCount
      else { continue }
      products.append((number, product))
    }
    var streamed = graph
    for (number, product) in products where product.summed == 1 {
      let later = products.filter {
        $0.product.summed == 0 && $0.product.matrix == product.matrix && $0.step > number
          && $0.product.extents == product.extents
      }
      if later.isEmpty { continue }
      let derived = graph.values(derivedFrom: product.result, after: number)
      let readers = later.filter { derived.contains($0.product.vector) }
      if readers.isEmpty { continue }
      streamed.steps[number].work = .nest(product.nest)
      for (other, reader) in readers { streamed.steps[other].work = .nest(reader.nest) }
    }
    return streamed
  }
}

extension MatrixStreaming.Product {
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

  /// The product as loops over the lines of the matrix and the elements of a line.
  var nest: LoopNest {
    func vectorAccess(_ axis: Int) -> Access {
      Access(scalarType, extents: [extents[axis]], map: IndexMap([AxisIndex(axis: axis)]))
    }
    var builder = NestBuilder()
    let element = builder.load(
      .init(
        operand: matrix, access: Access(scalarType, extents: extents, map: .identity(rank: 2))))
    let factor = builder.load(.init(operand: vector, access: vectorAccess(summed)))
    let product = builder.append(.binary(.multiply, element, factor), scalarType)
    return builder.nest(
      extents: extents,
      outputs: [
        .init(result: result, step: product, access: vectorAccess(1 - summed), combiner: .sum)
      ])
  }
}

extension KernelGraph {
  /// A value and all that steps after a given one compute from it.
  fileprivate func values(derivedFrom value: Int, after step: Int) -> Set<Int> {
    var derived: Set<Int> = [value]
    for later in steps[(step + 1)...] where later.reads.contains(where: derived.contains) {
      derived.formUnion(later.writes)
    }
    return derived
  }
}
