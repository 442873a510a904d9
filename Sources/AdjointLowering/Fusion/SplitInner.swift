import AdjointCore
import AdjointKernels

extension KernelPass {
  /// Cuts the inner dimension of products in parts where other steps cut it so between cores.
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
  /// There are as many parts as are worth a core each, whatever the number of cores.
  ///
  /// So each product finds its operands in the cache of the core that wrote them, where otherwise half of
  /// them would come from another core. What is added instead is smaller. The plan is the same for one
  /// thread, and so are the bits.
  package static let splitInner = KernelPass(
    "split-inner", "products are cut in the dimension that they sum over"
  ) { graph, _ in SplitInner.run(on: graph) }
}

private struct SplitInner {
  /// Smaller parts than this, in multiplications, are over before another core has begun.
  private static let smallestPart = 0x1p21
  /// How many times the elements of both halves' results those of the operands are at least.
  private static let smallestRatio = 2.0
  /// The same for more parts than two, whose results are further away.
  private static let smallestRatioOfParts = 16.0

  static func run(on graph: KernelGraph) -> KernelGraph {
    var split = graph
    split.steps = []
    let uses = KernelUses(graph)
    for step in graph.steps {
      guard case .call(.contraction(let product), let operands, let results) = step.work,
        isCutElsewhere(product, rightReaders: uses.readers(of: operands[1]).count),
        let partCount = partCount(of: product)
      else {
        split.steps.append(step)
        continue
      }
      let type = graph.values[results[0]].type
      let extents = type.shape.extents ?? []
      let partial = split.add(
        TensorType(type.scalarType, extents: [partCount] + extents), .computed)
      split.values[partial].node = graph.values[results[0]].node
      let sum = LoopNest.sum(of: partial, parts: partCount, to: results[0], type)
      split.steps += [
        .init(
          work: .call(
            .contraction(product.parts(partCount)), operands: operands, results: [partial]),
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

  /// In how many parts, a power of two, the inner dimension is cut; nil where that is not worth it.
  private static func partCount(of product: Contraction) -> Int? {
    let (rows, columns) = (Double(product.rows), Double(product.columns))
    let inner = Double(product.inner)
    guard product.batch == 1, rows > 1, columns > 1 else { return nil }
    let byWork = rows * columns * inner / smallestPart
    let ratio = (rows + columns) * inner / (rows * columns)
    guard byWork >= 2, ratio >= 2 * smallestRatio else { return nil }
    let most = max(2, min(byWork, ratio / smallestRatioOfParts))
    var count = 1
    while Double(2 * count) <= most, product.inner.isMultiple(of: 2 * count) { count *= 2 }
    return count > 1 ? count : nil
  }
}

extension Contraction {
  /// The products of so many parts of the inner dimension.
  fileprivate func parts(_ count: Int) -> Contraction {
    var parts = self
    parts.batchExtents = [count]
    parts.inner /= count
    parts.left.batchStrides = [parts.inner * left.columnStride]
    parts.right.batchStrides = [parts.inner * right.rowStride]
    return parts
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
