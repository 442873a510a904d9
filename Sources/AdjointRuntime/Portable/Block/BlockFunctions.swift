import AdjointCore
import AdjointKernels

/// The functions of the kernel vocabulary over blocks of one type.
enum BlockFunctions {
  static func binary<E: BlockElement>(
    _ function: BinaryFunction, _ x: BlockOperand, _ y: BlockOperand, _ r: UnsafeMutableRawPointer,
    _ n: Int, _ type: E.Type
  ) {
    let result = r.assumingMemoryBound(to: E.self)
    switch function {
    case .add: BlockLoops.combine(x, y, into: result, n, E.sum)
    case .subtract: BlockLoops.combine(x, y, into: result, n, E.difference)
    case .multiply: BlockLoops.combine(x, y, into: result, n, E.product)
    case .divide: BlockLoops.combine(x, y, into: result, n, E.quotient)
    case .power: BlockLoops.combineAny(x, y, into: result, n, E.power)
    case .maximum: BlockLoops.combine(x, y, into: result, n, E.maximum)
    case .minimum: BlockLoops.combine(x, y, into: result, n, E.minimum)
    case .and: BlockLoops.combineAny(x, y, into: result, n, E.logicalAnd)
    case .or: BlockLoops.combineAny(x, y, into: result, n, E.logicalOr)
    }
  }

  static func unary<E: BlockFloat>(
    _ function: UnaryFunction, _ a: BlockOperand, _ r: UnsafeMutableRawPointer, _ n: Int,
    float type: E.Type
  ) {
    let x = a.elements(E.self)
    let result = r.assumingMemoryBound(to: E.self)
    switch function {
    case .negate: BlockLoops.mapSame(x, into: result, n) { -$0 }
    case .abs: BlockLoops.mapSame(x, into: result, n) { $0.magnitude }
    case .sign: BlockLoops.mapSame(x, into: result, n, E.sign)
    case .exp: BlockLoops.mapSame(x, into: result, n, E.exponential)
    case .expm1: BlockLoops.map(x, into: result, n, E.exponentialMinusOne)
    case .log: BlockLoops.mapSame(x, into: result, n, E.logarithm)
    case .log1p: BlockLoops.map(x, into: result, n, E.logarithmOfOnePlus)
    case .sqrt: BlockLoops.mapSame(x, into: result, n) { $0.squareRoot() }
    case .rsqrt: BlockLoops.mapSame(x, into: result, n) { 1 / $0.squareRoot() }
    case .reciprocal: BlockLoops.mapSame(x, into: result, n) { 1 / $0 }
    case .sin: BlockLoops.map(x, into: result, n, E.sine)
    case .cos: BlockLoops.map(x, into: result, n, E.cosine)
    case .tan: BlockLoops.map(x, into: result, n, E.tangent)
    case .tanh: BlockLoops.mapSame(x, into: result, n, E.hyperbolicTangent)
    case .sigmoid: BlockLoops.mapSame(x, into: result, n, E.sigmoid)
    case .softplus: BlockLoops.mapSame(x, into: result, n, E.softplus)
    case .erf: BlockLoops.map(x, into: result, n, E.errorFunction)
    case .floor: BlockLoops.mapSame(x, into: result, n, E.roundedDown)
    case .ceil: BlockLoops.mapSame(x, into: result, n, E.roundedUp)
    case .round: BlockLoops.mapSame(x, into: result, n, E.roundedToEven)
    case .not: BlockLoops.mapSame(x, into: result, n) { $0 == 0 ? 1 : 0 }
    }
  }

  static func unary<E: BlockInteger>(
    _ function: UnaryFunction, _ a: BlockOperand, _ r: UnsafeMutableRawPointer, _ n: Int,
    integer type: E.Type
  ) {
    let x = a.elements(E.self)
    let result = r.assumingMemoryBound(to: E.self)
    switch function {
    case .negate: BlockLoops.mapSame(x, into: result, n) { 0 &- $0 }
    case .abs: BlockLoops.mapSame(x, into: result, n) { $0 < 0 ? 0 &- $0 : $0 }
    case .sign: BlockLoops.mapSame(x, into: result, n) { $0.signum() }
    case .floor, .ceil, .round: BlockLoops.mapSame(x, into: result, n) { $0 }
    case .not: BlockLoops.mapSame(x, into: result, n) { $0 == 0 ? 1 : 0 }
    case .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .reciprocal, .sin, .cos, .tan, .tanh, .sigmoid,
      .softplus, .erf:
      // No verified program asks for these of whole numbers; the real function, truncated.
      BlockLoops.map(x, into: result, n) { E(clampedReal: function.value(at: Double($0))) }
    }
  }

  static func unary(
    _ function: UnaryFunction, _ a: BlockOperand, _ r: UnsafeMutableRawPointer, _ n: Int
  ) {
    let x = a.elements(Bool8.self)
    let result = r.assumingMemoryBound(to: Bool8.self)
    let flip: UInt8 = function == .not ? 1 : 0
    BlockLoops.mapSame(x, into: result, n) { Bool8(byte: $0.byte ^ flip) }
  }

  /// `greater` and `greaterOrEqual` arrive here with their operands exchanged.
  static func compare<E: BlockElement>(
    _ comparison: Comparison, _ x: BlockOperand, _ y: BlockOperand, _ r: UnsafeMutableRawPointer,
    _ n: Int, _ type: E.Type
  ) {
    let result = r.assumingMemoryBound(to: Bool8.self)
    switch comparison {
    case .equal: BlockLoops.combineAny(x, y, into: result, n) { (a: E, b) in Bool8(a == b) }
    case .notEqual: BlockLoops.combineAny(x, y, into: result, n) { (a: E, b) in Bool8(a != b) }
    case .less: BlockLoops.combineAny(x, y, into: result, n) { (a: E, b) in Bool8(a < b) }
    case .lessOrEqual: BlockLoops.combineAny(x, y, into: result, n) { (a: E, b) in Bool8(a <= b) }
    case .greater: BlockLoops.combineAny(x, y, into: result, n) { (a: E, b) in Bool8(a > b) }
    case .greaterOrEqual:
      BlockLoops.combineAny(x, y, into: result, n) { (a: E, b) in Bool8(a >= b) }
    }
  }
}

extension BlockInteger {
  @inline(__always)
  fileprivate init(clampedReal value: Double) {
    if value <= Double(Self.min) {
      self = .min
    } else if value >= Double(Self.max) {
      self = .max
    } else {
      self = value == value ? Self(value) : 0
    }
  }
}
