import AdjointCore

/// What one run of a step computes and moves, counted without a machine.
package struct StepWork: Hashable, Sendable {
  /// Additions, products, quotients, comparisons and selections of elements, and evaluations of functions: 2·m·n·k
  /// for a contraction of m × k by k × n, and for a loop nest what its program and its reductions do at each point.
  package var operationCount = 0
  /// The functions among them that take many times as long, such as exp.
  package var functionCount = 0
  /// The bytes read, each element of an operand once.
  package var readByteCount = 0
  /// The bytes written, each element of a result once.
  package var writtenByteCount = 0

  package var byteCount: Int { readByteCount +| writtenByteCount }
}

extension Plan {
  /// What one run of a step takes.
  package func work(of step: Step) -> StepWork {
    let kernel = kernels[step.kernel]
    let arithmetic = kernel.arithmetic
    var work = StepWork()
    work.operationCount = arithmetic.multiplyAdds +| arithmetic.functions
    work.functionCount = arithmetic.functions
    switch kernel {
    case .loopNest(let nest):
      work.readByteCount = [nest].bytesRead()
      work.writtenByteCount = [nest].bytesWritten()
    case .group(let group):
      let nests = group.stages.map(\.nest)
      work.readByteCount = nests.bytesRead()
      work.writtenByteCount = nests.bytesWritten()
    case .contraction(let product):
      // Each is a product and a sum.
      work.operationCount = work.operationCount +| product.multiplyAdds
      work.readByteCount = product.readByteCount
      work.writtenByteCount =
        product.epilogue.map { [$0].bytesWritten() } ?? product.writtenByteCount
    case .gather(let copy):
      let moved = copy.movedCount *| copy.scalarType.byteCount
      work.readByteCount = min(moved, copy.dataByteCount) +| copy.indexByteCount
      work.writtenByteCount = moved
    case .scatterAdd(let copy):
      let moved = copy.movedCount *| copy.scalarType.byteCount
      // Over its data it touches what it adds to and nothing else.
      let isInPlace = buffers[step.operands[0]].offset == buffers[step.results[0]].offset
      let touched = isInPlace ? min(moved, copy.dataByteCount) : copy.dataByteCount
      work.readByteCount = touched +| copy.indexByteCount +| moved
      work.writtenByteCount = touched
    }
    return work
  }
}

extension Contraction {
  fileprivate var multiplyAdds: Int { batch *| rows *| columns *| inner }

  /// The bytes of the products, where they are what is stored.
  fileprivate var writtenByteCount: Int { batch *| rows *| columns *| scalarType.byteCount }

  /// The matrices, the addend, and what the epilogue reads besides.
  fileprivate var readByteCount: Int {
    let size = scalarType.byteCount
    let left = elementCount(of: left, rows, inner) *| size
    let right = elementCount(of: right, inner, columns) *| size
    let addend = addendScale == nil ? 0 : writtenByteCount
    return left +| right +| addend
      +| (epilogue.map { [$0].bytesRead(from: addendScale == nil ? 2 : 3) } ?? 0)
  }

  /// The elements that a batch of matrices reaches; along an axis of stride 0 all are the same.
  private func elementCount(of layout: Layout, _ rows: Int, _ columns: Int) -> Int {
    axes(of: layout, rows: rows, columns: columns).reduce(1) { count, axis in
      axis.stride == 0 ? min(count, count *| axis.extent) : count *| axis.extent
    }
  }
}

extension IndexedCopy {
  fileprivate var movedCount: Int { outer *| count *| inner }
  fileprivate var indexByteCount: Int { count *| indexType.byteCount }
  fileprivate var dataByteCount: Int {
    outer *| extent *| inner *| scalarType.byteCount
  }
}

extension [LoopNest] {
  /// The bytes of the kernel's operands that are read, from one on, each element once.
  fileprivate func bytesRead(from first: Int = 0) -> Int {
    var reach = Reach()
    for nest in self {
      for input in nest.inputs {
        guard let operand = input.source.operand, operand >= first else { continue }
        reach.add(input.access, of: operand, in: nest)
      }
    }
    return reach.byteCount
  }

  /// The bytes of the kernel's results that are written, each element once.
  fileprivate func bytesWritten() -> Int {
    var reach = Reach()
    for nest in self {
      for output in nest.outputs {
        guard let result = output.target.result else { continue }
        reach.add(output.access, of: result, in: nest)
      }
    }
    return reach.byteCount
  }
}

/// How many bytes of which buffers are reached.
///
/// Accesses that differ count as reaching different elements, as far as the buffer has so many.
private struct Reach {
  private struct Way: Hashable {
    let buffer: Int
    let access: Access
    let extents: PerAxis<Int>
  }

  private var seen: Set<Way> = []
  private var counts: [Int: (reached: Int, most: Int)] = [:]

  mutating func add(_ access: Access, of buffer: Int, in nest: LoopNest) {
    guard seen.insert(Way(buffer: buffer, access: access, extents: nest.extents)).inserted,
      nest.pointCount > 0
    else { return }
    let axes = Set(access.map.axes.filter { $0.step != 0 }.compactMap(\.axis))
    let count = axes.reduce(access.scalarType.byteCount) { $0 *| nest.extents[$1] }
    let most = access.elementCount *| access.scalarType.byteCount
    let known = counts[buffer] ?? (0, 0)
    counts[buffer] = (known.reached +| count, max(known.most, most))
  }

  var byteCount: Int { counts.values.reduce(0) { $0 +| min($1.reached, $1.most) } }
}
