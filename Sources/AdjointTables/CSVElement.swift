import AdjointCore
import AdjointFormats

/// What the numbers of a table are read as.
package struct TableElements: Sendable {
  /// Their type.
  package let scalarType: ScalarType
  /// What is of the type, for refusals, where it is more than the type.
  package let holder: String?

  package init(_ scalarType: ScalarType, for holder: String? = nil) {
    self.scalarType = scalarType
    self.holder = holder
  }

  /// Takes a column of them.
  func column() -> CSVColumn {
    switch scalarType {
    case .f32: TypedCSVColumn<Float>(for: holder)
    case .f64: TypedCSVColumn<Double>(for: holder)
    case .i32: TypedCSVColumn<Int32>(for: holder)
    case .i64: TypedCSVColumn<Int64>(for: holder)
    case .u8: TypedCSVColumn<UInt8>(for: holder)
    case .bool: TypedCSVColumn<Bool>(for: holder)
    }
  }
}

/// What an element of a table can be.
protocol CSVElement {
  static var scalarType: ScalarType { get }
  /// A number as an element, rounded where that is floating point; nil where the type cannot hold it.
  static func element(_ number: NumberLiteral) -> Self?
  static func storage(_ elements: [Self]) -> Tensor.Storage
}

extension Float: CSVElement {
  static var scalarType: ScalarType { .f32 }
  static func element(_ number: NumberLiteral) -> Float? { number.float }
  static func storage(_ elements: [Float]) -> Tensor.Storage { .f32(elements) }
}
extension Double: CSVElement {
  static var scalarType: ScalarType { .f64 }
  static func element(_ number: NumberLiteral) -> Double? { number.finiteDouble }
  static func storage(_ elements: [Double]) -> Tensor.Storage { .f64(elements) }
}
extension Int32: CSVElement {
  static var scalarType: ScalarType { .i32 }
  static func element(_ number: NumberLiteral) -> Int32? { number.element(as: Int32.self) }
  static func storage(_ elements: [Int32]) -> Tensor.Storage { .i32(elements) }
}
extension Int64: CSVElement {
  static var scalarType: ScalarType { .i64 }
  static func element(_ number: NumberLiteral) -> Int64? { number.element(as: Int64.self) }
  static func storage(_ elements: [Int64]) -> Tensor.Storage { .i64(elements) }
}
extension UInt8: CSVElement {
  static var scalarType: ScalarType { .u8 }
  static func element(_ number: NumberLiteral) -> UInt8? { number.element(as: UInt8.self) }
  static func storage(_ elements: [UInt8]) -> Tensor.Storage { .u8(elements) }
}
extension Bool: CSVElement {
  static var scalarType: ScalarType { .bool }
  static func element(_ number: NumberLiteral) -> Bool? { number.truth }
  static func storage(_ elements: [Bool]) -> Tensor.Storage { .bool(elements) }
}

/// Takes the numbers of a column, whatever their type.
protocol CSVColumn: AnyObject {
  var scalarType: ScalarType { get }
  var holder: String? { get }
  var storage: Tensor.Storage { get }
  var isEmpty: Bool { get }
  /// False where the type cannot hold the number.
  func append(_ number: NumberLiteral) -> Bool
}

private final class TypedCSVColumn<Element: CSVElement>: CSVColumn {
  let holder: String?
  private var elements: [Element] = []

  init(for holder: String?) { self.holder = holder }

  var scalarType: ScalarType { Element.scalarType }
  var storage: Tensor.Storage { Element.storage(elements) }
  var isEmpty: Bool { elements.isEmpty }

  func append(_ number: NumberLiteral) -> Bool {
    guard let element = Element.element(number) else { return false }
    elements.append(element)
    return true
  }
}
