extension Tensor {
  /// Whether there is an element and every other has its bits.
  package var isUniform: Bool {
    switch storage {
    case .f32(let elements): Self.isUniform(elements, by: \.bitPattern)
    case .f64(let elements): Self.isUniform(elements, by: \.bitPattern)
    case .i32(let elements): Self.isUniform(elements, by: \.self)
    case .i64(let elements): Self.isUniform(elements, by: \.self)
    case .u8(let elements): Self.isUniform(elements, by: \.self)
    case .bool(let elements): Self.isUniform(elements, by: \.self)
    }
  }

  /// The element that every other has the bits of, as a scalar; nil where there is none.
  package var uniformElement: Tensor? {
    guard isUniform else { return nil }
    let element: Storage =
      switch storage {
      case .f32(let elements): .f32([elements[0]])
      case .f64(let elements): .f64([elements[0]])
      case .i32(let elements): .i32([elements[0]])
      case .i64(let elements): .i64([elements[0]])
      case .u8(let elements): .u8([elements[0]])
      case .bool(let elements): .bool([elements[0]])
      }
    return Tensor(unchecked: element, extents: [])
  }

  /// The number that every element is, nil where they differ or there is none; an `i64` beyond 2⁵³ is
  /// rounded.
  package var uniformNumber: Double? {
    guard isUniform else { return nil }
    return switch storage {
    case .f32(let elements): Double(elements[0])
    case .f64(let elements): elements[0]
    case .i32(let elements): Double(elements[0])
    case .i64(let elements): Double(elements[0])
    case .u8(let elements): Double(elements[0])
    case .bool(let elements): elements[0] ? 1 : 0
    }
  }

  private static func isUniform<Element, Bits: Equatable>(
    _ elements: [Element], by bits: (Element) -> Bits
  ) -> Bool {
    guard let first = elements.first else { return false }
    let pattern = bits(first)
    return elements.dropFirst().allSatisfy { bits($0) == pattern }
  }
}
