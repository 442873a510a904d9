import AdjointCore

/// The elements of a tensor one by one, as the interpreter reads and writes them.
struct ScalarBuffer {
  private let type: TensorType
  private var elements: [ScalarValue]

  init(_ tensor: Tensor) {
    type = tensor.type
    switch tensor.storage {
    case .f32(let values): elements = values.map { .f32($0) }
    case .f64(let values): elements = values.map { .f64($0) }
    case .i32(let values): elements = values.map { .i32($0) }
    case .i64(let values): elements = values.map { .i64($0) }
    case .u8(let values): elements = values.map { .u8($0) }
    case .bool(let values): elements = values.map { .bool($0) }
    }
  }

  init(zerosOf type: TensorType) throws(Diagnostic) {
    self.init(
      try Tensor(repeating: NumberLiteral(0), type.scalarType, extents: type.boundExtents()))
  }

  subscript(place: Int) -> ScalarValue {
    get { elements[place] }
    set { elements[place] = newValue.cast(to: type.scalarType) }
  }

  mutating func fill(_ value: ScalarValue) {
    for place in elements.indices { elements[place] = value }
  }

  func tensor() throws(Diagnostic) -> Tensor {
    let storage: Tensor.Storage =
      switch type.scalarType {
      case .f32: .f32(elements.map { Float($0.double) })
      case .f64: .f64(elements.map(\.double))
      case .i32: .i32(elements.map { Int32(truncatingIfNeeded: $0.integer) })
      case .i64: .i64(elements.map(\.integer))
      case .u8: .u8(elements.map { UInt8(truncatingIfNeeded: $0.integer) })
      case .bool: .bool(elements.map(\.isTrue))
      }
    return try Tensor(storage, extents: type.boundExtents())
  }
}
