import AdjointCore
import Foundation

/// One scalar of any type: the currency of the kernel interpreter.
package enum ScalarValue: Hashable, Sendable {
  case f32(Float)
  case f64(Double)
  case i32(Int32)
  case i64(Int64)
  case u8(UInt8)
  case bool(Bool)

  /// The value of a literal in the given type.
  package init(_ literal: ScalarLiteral, _ type: ScalarType) {
    switch (type, literal) {
    case (.f32, _): self = .f32(Float(literal.double))
    case (.f64, _): self = .f64(literal.double)
    case (.i32, .integer(let value)): self = .i32(Int32(truncatingIfNeeded: value))
    case (.i64, .integer(let value)): self = .i64(value)
    case (.u8, .integer(let value)): self = .u8(UInt8(truncatingIfNeeded: value))
    case (.bool, .integer(let value)): self = .bool(value != 0)
    case (_, .floating(let bits)):
      self = ScalarValue.f64(Double(bitPattern: bits)).cast(to: type)
    }
  }

  /// The number, exact but for `i64` beyond 2⁵³.
  package var double: Double {
    switch self {
    case .f32(let value): Double(value)
    case .f64(let value): value
    case .i32(let value): Double(value)
    case .i64(let value): Double(value)
    case .u8(let value): Double(value)
    case .bool(let value): value ? 1 : 0
    }
  }

  /// The whole number; floating-point values truncated and clamped.
  package var integer: Int64 {
    switch self {
    case .f32(let value): Int64(clampedConversion: value)
    case .f64(let value): Int64(clampedConversion: value)
    case .i32(let value): Int64(value)
    case .i64(let value): value
    case .u8(let value): Int64(value)
    case .bool(let value): value ? 1 : 0
    }
  }

  /// The truth value; numbers are true unless 0.
  package var isTrue: Bool {
    if case .bool(let value) = self { value } else { double != 0 }
  }

  /// The value in another type.
  ///
  /// Floating point to whole number truncates toward zero and clamps, NaN becomes 0; whole number
  /// to a narrower one keeps the low bits; anything but 0 is true.
  package func cast(to type: ScalarType) -> ScalarValue {
    switch (self, type) {
    case (_, .f64): .f64(double)
    case (.i64(let value), .f32): .f32(Float(value))
    case (_, .f32): .f32(Float(double))
    case (_, .bool): .bool(isTrue)
    case (.f32, .i32), (.f64, .i32): .i32(Int32(clampedConversion: double))
    case (.f32, .u8), (.f64, .u8): .u8(UInt8(clampedConversion: double))
    case (_, .i64): .i64(integer)
    case (_, .i32): .i32(Int32(truncatingIfNeeded: integer))
    case (_, .u8): .u8(UInt8(truncatingIfNeeded: integer))
    }
  }
}

extension ScalarValue {
  /// The function of this value.
  ///
  /// For `f32` it is evaluated in `f64` and rounded once.
  package func apply(_ function: UnaryFunction) -> ScalarValue {
    switch self {
    case .f32(let value): .f32(Float(function.value(at: Double(value))))
    case .f64(let value): .f64(function.value(at: value))
    case .i32(let value): .i32(function.value(at: value))
    case .i64(let value): .i64(function.value(at: value))
    case .u8(let value): .u8(function.value(at: value))
    case .bool(let value): .bool(function == .not ? !value : value)
    }
  }

  /// The function of this value and another of the same type.
  package func apply(_ function: BinaryFunction, _ other: ScalarValue) -> ScalarValue {
    switch self {
    case .f32(let value): .f32(Float(function.value(Double(value), other.double)))
    case .f64(let value): .f64(function.value(value, other.double))
    case .i32(let value): .i32(function.value(value, Int32(truncatingIfNeeded: other.integer)))
    case .i64(let value): .i64(function.value(value, other.integer))
    case .u8(let value): .u8(function.value(value, UInt8(truncatingIfNeeded: other.integer)))
    case .bool(let value): .bool(function.value(value, other.isTrue))
    }
  }

  /// The comparison of this value with another of the same type.
  package func apply(_ comparison: Comparison, _ other: ScalarValue) -> ScalarValue {
    switch (self, other) {
    case (.f32, _), (.f64, _): .bool(comparison.holds(double, other.double))
    case (.i32, _), (.i64, _), (.u8, _), (.bool, _):
      .bool(comparison.holds(integer, other.integer))
    }
  }
}

extension Comparison {
  /// Whether it holds between two numbers.
  package func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }
}
