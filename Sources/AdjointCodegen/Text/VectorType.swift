import AdjointCore

/// A vector of LLVM IR: so many lanes of an element type.
///
/// Values that are the same at every point are vectors of one lane, so that one text serves for both.
struct VectorType: Hashable, Sendable {
  /// What a lane holds.
  enum Element: String, Hashable, Sendable {
    case f32 = "float"
    case f64 = "double"
    case i1, i8, i16, i32, i64
  }

  var element: Element
  var lanes: Int

  init(_ element: Element, _ lanes: Int) {
    self.element = element
    self.lanes = lanes
  }

  /// The type that a scalar type has in registers: truth values are single bits.
  init(_ type: ScalarType, _ lanes: Int) {
    let element: Element =
      switch type {
      case .f32: .f32
      case .f64: .f64
      case .i32: .i32
      case .i64: .i64
      case .u8: .i8
      case .bool: .i1
      }
    self.init(element, lanes)
  }

  /// As the text of LLVM IR.
  var text: String { "<\(lanes) x \(element.rawValue)>" }
  /// As the suffix of an intrinsic's name.
  var suffix: String {
    switch element {
    case .f32: "v\(lanes)f32"
    case .f64: "v\(lanes)f64"
    case .i1, .i8, .i16, .i32, .i64: "v\(lanes)\(element.rawValue)"
    }
  }

  /// Vectors of as many lanes of another element.
  func of(_ element: Element) -> VectorType { VectorType(element, lanes) }
}
