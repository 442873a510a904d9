import AdjointKernels

/// Choosing between two operands, by a truth value in memory or by a comparison made on the spot.
enum BlockSelection {
  /// result[i] = condition[i] ? x[i] : y[i], bits of one size.
  static func select<Bits: FixedWidthInteger & UnsignedInteger>(
    _ condition: BlockOperand, _ x: BlockOperand, _ y: BlockOperand, _ r: UnsafeMutableRawPointer,
    _ n: Int, _ type: Bits.Type
  ) {
    let result = r.assumingMemoryBound(to: Bits.self)
    let truth = condition.elements(UInt8.self)
    let a = x.elements(Bits.self)
    let b = y.elements(Bits.self)
    let target = UnsafePointer(result)
    if condition.isScalar {
      let chosen = truth[0] != 0 ? x : y
      let source = chosen.elements(Bits.self)
      for i in 0..<n { result[i] = source[chosen.isScalar ? 0 : i] }
      return
    }
    switch (x.isScalar, y.isScalar) {
    case (false, false) where a == target:
      for i in 0..<n { result[i] = choose(truth[i], result[i], b[i]) }
    case (false, false) where b == target:
      for i in 0..<n { result[i] = choose(truth[i], a[i], result[i]) }
    case (false, false):
      for i in 0..<n { result[i] = choose(truth[i], a[i], b[i]) }
    case (true, false):
      let scalar = a[0]
      for i in 0..<n { result[i] = choose(truth[i], scalar, b[i]) }
    case (false, true):
      let scalar = b[0]
      for i in 0..<n { result[i] = choose(truth[i], a[i], scalar) }
    case (true, true):
      let (one, other) = (a[0], b[0])
      for i in 0..<n { result[i] = choose(truth[i], one, other) }
    }
  }

  /// A choice by masks: the compiler makes a branch of any other form, and with it no vectors.
  @inline(__always)
  private static func choose<Bits: FixedWidthInteger & UnsignedInteger>(
    _ truth: UInt8, _ x: Bits, _ y: Bits
  ) -> Bits {
    let mask = 0 &- (truth != 0 ? 1 : 0 as Bits)
    return x & mask | y & ~mask
  }

  /// result[i] = (p[i] ? q) ? x : y for a scalar q and at most one scalar of x and y: the forms of
  /// relu and its relatives, and of their derivatives.
  static func compareAndSelect<E: BlockElement>(
    _ comparison: Comparison, _ p: BlockOperand, _ q: BlockOperand, _ x: BlockOperand,
    _ y: BlockOperand, _ r: UnsafeMutableRawPointer, _ n: Int, _ type: E.Type
  ) {
    switch comparison {
    case .equal: turn(p, q, x, y, r, n) { (a: E, b) in a == b }
    case .notEqual: turn(p, q, x, y, r, n) { (a: E, b) in a != b }
    case .less: turn(p, q, x, y, r, n) { (a: E, b) in a < b }
    case .lessOrEqual: turn(p, q, x, y, r, n) { (a: E, b) in a <= b }
    case .greater: turn(p, q, x, y, r, n) { (a: E, b) in a > b }
    case .greaterOrEqual: turn(p, q, x, y, r, n) { (a: E, b) in a >= b }
    }
  }

  /// Puts the operand with an element for each point first.
  @inline(__always)
  private static func turn<E: BlockElement>(
    _ p: BlockOperand, _ q: BlockOperand, _ x: BlockOperand, _ y: BlockOperand,
    _ r: UnsafeMutableRawPointer, _ n: Int, _ holds: (E, E) -> Bool
  ) {
    if x.isScalar {
      choose(p, q, y, x, r, n) { (a: E, b) in !holds(a, b) }
    } else {
      choose(p, q, x, y, r, n, holds)
    }
  }

  @inline(__always)
  private static func choose<E: BlockElement>(
    _ p: BlockOperand, _ q: BlockOperand, _ x: BlockOperand, _ y: BlockOperand,
    _ r: UnsafeMutableRawPointer, _ n: Int, _ holds: (E, E) -> Bool
  ) {
    let result = r.assumingMemoryBound(to: E.self)
    let target = UnsafePointer(result)
    let left = p.elements(E.self)
    let right = q.elements(E.self)[0]
    let a = x.elements(E.self)
    let b = y.elements(E.self)
    // Each element is read before the choice, which then needs no branch.
    if y.isScalar {
      let other = b[0]
      if a == target {
        for i in 0..<n {
          let (p, x) = (left[i], result[i])
          result[i] = holds(p, right) ? x : other
        }
      } else if left == target {
        for i in 0..<n {
          let (p, x) = (result[i], a[i])
          result[i] = holds(p, right) ? x : other
        }
      } else {
        for i in 0..<n {
          let (p, x) = (left[i], a[i])
          result[i] = holds(p, right) ? x : other
        }
      }
    } else {
      for i in 0..<n {
        let (p, x, y) = (left[i], a[i], b[i])
        result[i] = holds(p, right) ? x : y
      }
    }
  }
}
