import AdjointCore
import AdjointKernels

extension KernelPass {
  /// Cuts the inner dimension of products in two where other steps cut it so between cores.
  ///
  /// Before: `G = XᵀD`, a weight's gradient, of 512 rows of X and D. After: two products, of the first 256
  /// rows and of the others, and the nest that adds them, which fuses with what reads G. What computes X and
  /// D does so in runs of rows, one for each thread.
  ///
  /// Before: `Y = X·W` of few rows of X and 784 rows of W, which is trained. After: two products, of the first
  /// 392 rows of W and of the others, and the nest that adds them. What updates W, and products with Wᵀ, go
  /// through W in runs of rows; whole, this product would be cut by columns, of which each core has only half
  /// of the rows. A matrix that nothing else reads stays where it is, cut by columns.
  ///
  /// So each product finds its operands in the cache of the core that wrote them, where otherwise half of
  /// them would come from another core. What is added instead is smaller. The plan is the same for one
  /// thread, and so are the bits.
  package static let splitInner = KernelPass(
    "split-inner", "products are cut in the dimension that they sum over"
  ) { graph, _ in SplitK.run(on: graph) }
}

private struct SplitK {
  private static let parts = 2
  /// Smaller products than this, in multiplications, are over before another core has begun.
  private static let smallestProduct = 0x1p22
  /// How many times the elements of the result those of the operands are at least.
  private static let smallestRatio = 4.0

  static func run(on graph: KernelGraph) -> KernelGraph {
    var split = graph
    split.steps = []
    let uses = KernelUses(graph)
    for step in graph.steps {
      guard case .call(.contraction(let product), let operands, let results) = step.work,
        isCutElsewhere(product, rightReaders: uses.readers(of: operands[1]).count),
        let halves = halves(of: product)
      else {
        split.steps.append(step)
        continue
      }
      let type = graph.values[results[0]].type
      let extents = type.shape.extents ?? []
      let partial = split.add(TensorType(type.scalarType, extents: [parts] + extents), .computed)
      split.values[partial].node = graph.values[results[0]].node
      let sum = LoopNest.sum(of: partial, parts: parts, to: results[0], type)
      split.steps += [
        .init(
          work: .call(.contraction(halves), operands: operands, results: [partial]),
          nodes: step.nodes),
        .init(work: .nest(sum), nodes: step.nodes),
      ]
    }
    return split
  }

  /// Whether other steps may cut the inner dimension between cores: those that write the rows of both
  /// operands, or those that read a large matrix too.
  private static func isCutElsewhere(_ product: Contraction, rightReaders: Int) -> Bool {
    guard product.right.columnStride == 1 else { return false }
    let sumsOverRows = product.left.rowStride == 1 && product.left.columnStride > 1
    let hasFewRows = product.left.columnStride == 1 && product.rows < product.columns
    return sumsOverRows || hasFewRows && rightReaders > 1
  }

  /// The products of the halves of the inner dimension; nil where they are not worth it.
  private static func halves(of product: Contraction) -> Contraction? {
    let (rows, columns) = (Double(product.rows), Double(product.columns))
    let inner = Double(product.inner)
    guard product.batch == 1, rows > 1, columns > 1, product.inner.isMultiple(of: parts),
      rows * columns * inner >= smallestProduct,
      (rows + columns) * inner >= smallestRatio * rows * columns
    else { return nil }
    var halves = product
    halves.batchExtents = [parts]
    halves.inner /= parts
    halves.left.batchStrides = [halves.inner * product.left.columnStride]
    halves.right.batchStrides = [halves.inner * product.right.rowStride]
    return halves
  }
}

extension LoopNest {
  /// The nest that adds the parts of a value, which lie one after the other.
  fileprivate static func sum(
    of partial: ValueNumber, parts: Int, to value: ValueNumber, _ type: TensorType
  ) -> LoopNest {
    let extents = type.shape.extents ?? []
    let point = IndexMap.identity(rank: extents.count)
    var builder = NestBuilder()
    let steps = (0..<parts).map { part in
      let map = IndexMap([AxisIndex(axis: nil, start: part)] + point.axes)
      let access = Access(type.scalarType, extents: [parts] + extents, map: map)
      return builder.load(Input(.value(partial), access: access))
    }
    let sum = steps.dropFirst().reduce(steps[0]) {
      builder.append(.binary(.add, $0, $1), type.scalarType)
    }
    let access = Access(type.scalarType, extents: extents, map: point)
    return builder.nest(
      extents: extents, outputs: [Output(.value(value), step: sum, access: access)])
  }
}
