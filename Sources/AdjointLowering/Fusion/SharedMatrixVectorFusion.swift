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
    var extents: PerAxis<Int>
    /// The loop that is summed over: 1 along the lines, 0 across them.
    var summed: AxisNumber
  }

  /// Of a vector that more steps lie behind than this it is not asked what they compute: row fusion would not put
  /// so many together.
  private static let mostSteps = 3 * RowGroupDraft.mostNests

  static func run(on graph: KernelGraph, costs: RowCosts) -> KernelGraph {
    var streamed = graph
    let uses = KernelUses(graph)
    for (number, step) in graph.steps.enumerated() {
      guard let product = Product(step), product.summed == 1,
        graph.values[product.matrix].byteCount > costs.cacheByteCount,
        costs.makesBlocks(
          of: product.extents[0], rowByteCount: product.rowByteCount, keeping: product.rowByteCount)
      else { continue }
      var lines = Lines(of: product, after: StepNumber(number), in: graph, uses)
      let readers = lines.readers()
      if readers.isEmpty { continue }
      streamed.steps[number].work = .nest(product.nest)
      for (other, reader) in readers {
        streamed.steps[other.rawValue].work = .nest(reader.nest)
      }
    }
    return streamed
  }
}

extension SharedMatrixVectorFusion {
  /// What the lines of a matrix compute of their products with a vector.
  fileprivate struct Lines {
    private let product: Product
    private let number: StepNumber
    private let graph: KernelGraph
    private let uses: KernelUses
    /// What is known of values that steps behind the product write.
    private var known: [ValueNumber: Dependence] = [:]
    /// The steps that may still be asked for what they compute.
    private var rest = mostSteps

    /// How a value depends on the products of the lines.
    private enum Dependence {
      /// Not at all.
      case none
      /// Each of its elements on that of its own line.
      case own
      /// Otherwise, or through too many steps to tell.
      case other
    }

    init(
      of product: Product, after number: StepNumber, in graph: KernelGraph, _ uses: KernelUses
    ) {
      self.product = product
      self.number = number
      self.graph = graph
      self.uses = uses
    }

    /// The products across the lines whose vectors the lines compute of their own sums alone.
    mutating func readers() -> [(step: StepNumber, product: Product)] {
      var found: [(StepNumber, Product)] = []
      for reader in uses.readers(of: product.matrix) where reader > number && rest > 0 {
        rest -= 1
        if let other = Product(graph.steps[reader.rawValue]), other.summed == 0,
          other.matrix == product.matrix, other.extents == product.extents,
          dependence(of: other.vector) == .own
        {
          found.append((reader, other))
        }
      }
      return found
    }

    /// How deep this calls itself is bounded by the steps that may be asked.
    private mutating func dependence(of value: ValueNumber) -> Dependence {
      if value == product.result { return .own }
      guard let writer = uses.lastWriter(of: value), writer > number else { return .none }
      if let dependence = known[value] { return dependence }
      guard rest > 0 else { return .other }
      rest -= 1
      let step = graph.steps[writer.rawValue]
      var found = Dependence.none
      for operand in step.reads where found != .other {
        switch dependence(of: operand) {
        case .none: break
        case .own: found = isLineByLine(step) ? .own : .other
        case .other: found = .other
        }
      }
      known[value] = found
      return found
    }

    /// Whether a step computes something for each line, of that line.
    private func isLineByLine(_ step: KernelGraph.Step) -> Bool {
      guard case .nest(let nest) = step.work else { return false }
      return nest.storesAtItsPoints && nest.pointCount == product.extents[0]
    }
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
        .value(matrix), access: Access(scalarType, extents: Array(extents), map: .identity(rank: 2))
      ))
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
