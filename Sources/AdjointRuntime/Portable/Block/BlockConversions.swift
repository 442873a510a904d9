import AdjointCore

/// Casts between any two scalar types.
enum BlockConversions {
  static func cast(
    _ a: BlockOperand, from source: ScalarType, to target: ScalarType,
    _ r: UnsafeMutableRawPointer, _ n: Int
  ) {
    switch source {
    case .f32: cast(a.elements(Float.self), to: target, r, n)
    case .f64: cast(a.elements(Double.self), to: target, r, n)
    case .i32: cast(a.elements(Int32.self), to: target, r, n)
    case .i64: cast(a.elements(Int64.self), to: target, r, n)
    case .u8: cast(a.elements(UInt8.self), to: target, r, n)
    case .bool: cast(a.elements(Bool8.self), to: target, r, n)
    }
  }

  private static func cast<Source: BlockElement>(
    _ x: UnsafePointer<Source>, to target: ScalarType, _ r: UnsafeMutableRawPointer, _ n: Int
  ) {
    switch target {
    case .f32: BlockLoops.map(x, into: r.assumingMemoryBound(to: Float.self), n) { $0.asFloat }
    case .f64: BlockLoops.map(x, into: r.assumingMemoryBound(to: Double.self), n) { $0.asDouble }
    case .i32: BlockLoops.map(x, into: r.assumingMemoryBound(to: Int32.self), n) { $0.asInt32 }
    case .i64: BlockLoops.map(x, into: r.assumingMemoryBound(to: Int64.self), n) { $0.asInt64 }
    case .u8: BlockLoops.map(x, into: r.assumingMemoryBound(to: UInt8.self), n) { $0.asUInt8 }
    case .bool: BlockLoops.map(x, into: r.assumingMemoryBound(to: Bool8.self), n) { $0.asBool8 }
    }
  }
}
