import AdjointCore

/// A constant inside a kernel, compared by its bits: 0 and −0 differ, NaN equals itself.
package enum ScalarLiteral: Hashable, Sendable {
  /// A floating-point number by the bit pattern of its `Double`.
  case floating(bits: UInt64)
  /// A whole number or, as 0 and 1, a truth value.
  case integer(Int64)

  /// The literal of a number that the given type can hold.
  ///
  /// - Throws: as `NumberLiteral.check(as:)`.
  package init(_ number: NumberLiteral, _ type: ScalarType) throws(Diagnostic) {
    try number.check(as: type)
    if !type.isDifferentiable, let whole = number.wholeNumber {
      self = .integer(whole)
    } else if type == .f32, let float = number.float {
      self = .floating(bits: Double(float).bitPattern)
    } else {
      self = .floating(bits: number.double.bitPattern)
    }
  }

  /// The literal of a number computed for the given type, which is rounded, truncated and clamped.
  package init(_ value: Double, _ type: ScalarType) {
    switch type {
    case .f32: self = .floating(bits: Double(Float(value)).bitPattern)
    case .f64: self = .floating(bits: value.bitPattern)
    case .i32: self = .integer(Int64(Int32(clampedConversion: value)))
    case .i64: self = .integer(Int64(clampedConversion: value))
    case .u8: self = .integer(Int64(UInt8(clampedConversion: value)))
    case .bool: self = .integer(value != 0 ? 1 : 0)
    }
  }

  /// The number, exact but for whole numbers beyond 2⁵³.
  package var double: Double {
    switch self {
    case .floating(let bits): Double(bitPattern: bits)
    case .integer(let value): Double(value)
    }
  }

  /// The number in memory, in the lowest bits.
  package func bits(as type: ScalarType) -> UInt64 {
    switch ScalarValue(self, type) {
    case .f32(let value): UInt64(value.bitPattern)
    case .f64(let value): value.bitPattern
    case .i32(let value): UInt64(UInt32(bitPattern: value))
    case .i64(let value): UInt64(bitPattern: value)
    case .u8(let value): UInt64(value)
    case .bool(let value): value ? 1 : 0
    }
  }

  /// The identity of a combiner: what a reduction over nothing gives.
  package static func identity(of combiner: Combiner, _ type: ScalarType) -> ScalarLiteral {
    switch combiner {
    case .sum: ScalarLiteral(0, type)
    case .product: ScalarLiteral(1, type)
    case .maximum: extreme(type, below: true)
    case .minimum: extreme(type, below: false)
    }
  }

  private static func extreme(_ type: ScalarType, below: Bool) -> ScalarLiteral {
    switch type {
    case .f32, .f64: ScalarLiteral(below ? -.infinity : .infinity, type)
    case .i32: .integer(Int64(below ? Int32.min : Int32.max))
    case .i64: .integer(below ? Int64.min : Int64.max)
    case .u8: .integer(below ? 0 : Int64(UInt8.max))
    case .bool: .integer(below ? 0 : 1)
    }
  }
}
