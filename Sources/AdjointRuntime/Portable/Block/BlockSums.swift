import AdjointKernels

/// Sums and maxima in vector registers: 32 running totals that are put together in a fixed order.
enum BlockSums {
  static let lanes = 32

  @inline(__always)
  static func sum<E: BlockFloat & SIMDScalar>(_ x: UnsafePointer<E>, _ count: Int) -> E {
    if count < lanes {
      var total = x[0]
      for place in 1..<count { total += x[place] }
      return total
    }
    var (a, b, c, d) = (SIMD8<E>.zero, SIMD8<E>.zero, SIMD8<E>.zero, SIMD8<E>.zero)
    var place = 0
    while place + lanes <= count {
      let block = UnsafeRawPointer(x + place)
      let step = MemoryLayout<SIMD8<E>>.size
      a += block.loadUnaligned(as: SIMD8<E>.self)
      b += block.loadUnaligned(fromByteOffset: step, as: SIMD8<E>.self)
      c += block.loadUnaligned(fromByteOffset: 2 * step, as: SIMD8<E>.self)
      d += block.loadUnaligned(fromByteOffset: 3 * step, as: SIMD8<E>.self)
      place += lanes
    }
    var tail: E = 0
    while place < count {
      tail += x[place]
      place += 1
    }
    let eight = (a + b) + (c + d)
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1] + tail
  }
}

extension Float {
  static func reduce(
    _ x: UnsafePointer<Float>, _ count: Int, _ combiner: Combiner,
    scratch: UnsafeMutablePointer<Float>
  ) -> Float {
    switch combiner {
    case .sum: BlockSums.sum(x, count)
    case .product: BlockLoops.reduce(x, count, scratch: scratch, product)
    case .maximum: BlockLoops.reduce(x, count, scratch: scratch, maximum)
    case .minimum: BlockLoops.reduce(x, count, scratch: scratch, minimum)
    }
  }
}

extension Double {
  static func reduce(
    _ x: UnsafePointer<Double>, _ count: Int, _ combiner: Combiner,
    scratch: UnsafeMutablePointer<Double>
  ) -> Double {
    switch combiner {
    case .sum: BlockSums.sum(x, count)
    case .product: BlockLoops.reduce(x, count, scratch: scratch, product)
    case .maximum: BlockLoops.reduce(x, count, scratch: scratch, maximum)
    case .minimum: BlockLoops.reduce(x, count, scratch: scratch, minimum)
    }
  }
}
