/// A Swift type that elements of a tensor have: `Float`, `Double`, `Int32`, `Int64`, `UInt8`, `Bool`.
///
/// Tensors hold elements of these six types only; a tensor of any other conforming type is refused.
public protocol TensorElement: BitwiseCopyable, Hashable, Sendable {
  /// The scalar type with this layout.
  static var scalarType: ScalarType { get }
}

extension Float: TensorElement {
  /// `f32`.
  public static var scalarType: ScalarType { .f32 }
}

extension Double: TensorElement {
  /// `f64`.
  public static var scalarType: ScalarType { .f64 }
}

extension Int32: TensorElement {
  /// `i32`.
  public static var scalarType: ScalarType { .i32 }
}

extension Int64: TensorElement {
  /// `i64`.
  public static var scalarType: ScalarType { .i64 }
}

extension UInt8: TensorElement {
  /// `u8`.
  public static var scalarType: ScalarType { .u8 }
}

extension Bool: TensorElement {
  /// `bool`.
  public static var scalarType: ScalarType { .bool }
}

extension ScalarType {
  /// Refuses a type that says it has the layout of a scalar type and is none of the six.
  package static func check<Element: TensorElement>(_: Element.Type) throws(Diagnostic) {
    let isOne =
      switch Element.scalarType {
      case .f32: Element.self == Float.self
      case .f64: Element.self == Double.self
      case .i32: Element.self == Int32.self
      case .i64: Element.self == Int64.self
      case .u8: Element.self == UInt8.self
      case .bool: Element.self == Bool.self
      }
    guard isOne else {
      throw Diagnostic(
        .invalidArgument,
        "\(Element.self) is no type that elements of a tensor have; use Float, Double, Int32, Int64, "
          + "UInt8 or Bool")
    }
  }
}

extension Tensor {
  /// A tensor of the given elements, row by row, in the scalar type of their Swift type; without
  /// extents, a vector.
  ///
  /// - Throws: `.invalidType` for extents no tensor can have, `.shapeMismatch` where the number of
  ///   elements is not the product of the extents.
  @_disfavoredOverload
  public init<Element: TensorElement>(
    _ elements: [Element], extents: [Int]? = nil
  ) throws(Diagnostic) {
    try self.init(try Storage(typed: elements), extents: extents ?? [elements.count])
  }

  /// A matrix of the given rows.
  ///
  /// - Throws: `.shapeMismatch` where rows have different lengths.
  @_disfavoredOverload
  public init<Element: TensorElement>(
    _ rows: [[Element]], file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) {
    let width = rows.first?.count ?? 0
    if let place = rows.firstIndex(where: { $0.count != width }) {
      throw Diagnostic(
        .shapeMismatch,
        "row 0 has \(width) elements, row \(place) has \(rows[place].count); give all the same number",
        location: SourceLocation(file: file, line: line))
    }
    try self.init(rows.flatMap(\.self), extents: [rows.count, width])
  }

  /// The elements in row-major order as a Swift type, `tensor.elements(as: Float.self)`.
  ///
  /// In the tensor's own type they are not copied. Else they are converted as `converted(to:)` does.
  ///
  /// - Throws: `.scalarTypeMismatch` or `.invalidType` for the first number that the type cannot hold.
  public func elements<Element: TensorElement>(
    as type: Element.Type, file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) -> [Element] {
    do throws(Diagnostic) {
      return try converted(to: Element.scalarType, for: nil).storage.typed(as: type)
    } catch {
      throw error.located(at: SourceLocation(file: file, line: line))
    }
  }
}

extension Tensor.Storage {
  /// The elements in the case of their type.
  fileprivate init<Element: TensorElement>(typed elements: [Element]) throws(Diagnostic) {
    try ScalarType.check(Element.self)
    // By way of `Any`, a cast of an array to the type that it has copies no elements.
    self =
      switch Element.scalarType {
      case .f32: .f32(elements as Any as? [Float] ?? [])
      case .f64: .f64(elements as Any as? [Double] ?? [])
      case .i32: .i32(elements as Any as? [Int32] ?? [])
      case .i64: .i64(elements as Any as? [Int64] ?? [])
      case .u8: .u8(elements as Any as? [UInt8] ?? [])
      case .bool: .bool(elements as Any as? [Bool] ?? [])
      }
  }

  /// The elements of a storage of the scalar type of that Swift type.
  fileprivate func typed<Element: TensorElement>(
    as type: Element.Type
  ) throws(Diagnostic) -> [Element] {
    try ScalarType.check(type)
    let elements: [Element]? =
      switch self {
      case .f32(let elements): elements as Any as? [Element]
      case .f64(let elements): elements as Any as? [Element]
      case .i32(let elements): elements as Any as? [Element]
      case .i64(let elements): elements as Any as? [Element]
      case .u8(let elements): elements as Any as? [Element]
      case .bool(let elements): elements as Any as? [Element]
      }
    return elements ?? []
  }
}
