import AdjointCore

extension Kernel {
  /// What there is to do in one run.
  package var cost: KernelCost {
    switch self {
    case .loopNest(let nest): nest.cost
    case .group(let group): group.stages.cost
    case .contraction(let product): product.cost
    case .gather(let copy), .scatterAdd(let copy): copy.cost
    }
  }
}

extension [FusionGroup.Stage] {
  /// What there is to do in all stages; what one passes to another is counted as if it were far.
  package var cost: KernelCost { reduce(KernelCost()) { $0 + $1.nest.cost } }
}

extension LoopNest {
  /// What there is to do at all points.
  package var cost: KernelCost {
    let bytes = (inputs.map(\.access) + outputs.map(\.access)).reduce(0.0) { sum, access in
      sum + Double(access.reachedByteCount(in: extents))
    }
    return .atPoints(
      extents, weight: program.steps.weight(outputCount: outputs.count), byteCount: bytes)
  }
}

extension StridedNest {
  /// What there is to do at all points.
  package var cost: KernelCost {
    let bytes = accesses.reduce(0.0) { sum, access in
      let reached = zip(extents, access.strides).reduce(access.scalarType.byteCount) {
        count, axis in
        axis.1 == 0 ? count : count *| axis.0
      }
      return sum + Double(min(reached, access.elementCount *| access.scalarType.byteCount))
    }
    return .atPoints(extents, weight: weight, byteCount: bytes)
  }
}

extension KernelCost {
  /// Two multiplications with an addition for each simple instruction: there are two units for those, and one
  /// for anything else.
  fileprivate static func atPoints(
    _ extents: some Sequence<Int>, weight: Int, byteCount: Double
  ) -> KernelCost {
    KernelCost(
      multiplyAdds: extents.reduce(2 * Double(weight)) { $0 * Double($1) }, byteCount: byteCount)
  }
}

extension Access {
  /// The bytes that a loop of some extents reaches at most.
  fileprivate func reachedByteCount(in loop: PerAxis<Int>) -> Int {
    let axes = Set(map.axes.filter { $0.step != 0 }.compactMap(\.axis))
    let reached = axes.reduce(scalarType.byteCount) { $0 *| loop[$1] }
    return min(reached, elementCount *| scalarType.byteCount)
  }
}

extension Contraction {
  /// What there is to do in the products and their epilogue.
  package var cost: KernelCost {
    let size = Double(scalarType.byteCount)
    let (rows, columns, inner) = (Double(rows), Double(columns), Double(inner))
    let count = Double(batch) * rows * columns * inner
    let isWithVector = min(rows, columns) == 1
    let elements = Double(batch) * (rows * inner + inner * columns + rows * columns)
    return KernelCost(
      multiplyAdds: count * (isWithVector ? Self.vectorProductWeight : 1),
      byteCount: elements * size) + (epilogue?.cost ?? KernelCost())
  }

  /// Of a product with a vector each element of the matrix is loaded for itself alone.
  private static let vectorProductWeight = 6.0
}

extension IndexedCopy {
  /// Element by element, where products have vectors of sixteen.
  package var cost: KernelCost {
    let count = Double(outer) * Double(self.count) * Double(inner)
    return KernelCost(multiplyAdds: 16 * count, byteCount: 2 * count * Double(scalarType.byteCount))
  }
}
