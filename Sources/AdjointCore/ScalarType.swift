/// The type of one element of a tensor.
public enum ScalarType: String, Hashable, Sendable, CaseIterable {
  /// IEEE 754 binary32, the default for training.
  case f32
  /// IEEE 754 binary64, used where derivatives are checked.
  case f64
  /// 32-bit signed integer.
  case i32
  /// 64-bit signed integer.
  case i64
  /// 8-bit unsigned integer.
  case u8
  /// A truth value, stored as one byte that holds 0 or 1.
  case bool

  /// The bytes that one element occupies.
  public var byteCount: Int {
    switch self {
    case .f32, .i32: 4
    case .f64, .i64: 8
    case .u8, .bool: 1
    }
  }

  /// Whether values of this type carry derivatives: true for `f32` and `f64`.
  public var isDifferentiable: Bool { self == .f32 || self == .f64 }

  /// Whether values of this type are whole numbers: true for `i32`, `i64` and `u8`.
  public var isInteger: Bool { self == .i32 || self == .i64 || self == .u8 }

  /// Whether values of this type are numbers, that is, anything but `bool`.
  public var isNumeric: Bool { self != .bool }
}
