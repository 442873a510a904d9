import AdjointCore

/// The order of the bytes of a number in a file.
package enum ByteOrder: Hashable { case little, big }

/// The element types that files have; more than tensors have, so some are widened.
package enum StoredElement: Hashable, CaseIterable {
  case f16, bf16, f32, f64, i8, i16, i32, i64, u8, u16, u32, bool

  /// The bytes that one element occupies in the file.
  package var byteCount: Int {
    switch self {
    case .u8, .i8, .bool: 1
    case .f16, .bf16, .i16, .u16: 2
    case .f32, .i32, .u32: 4
    case .f64, .i64: 8
    }
  }

  /// The bytes of a whole array, or nil if an extent is negative or the product overflows.
  func byteCount(extents: [Int]) -> Int? {
    var product = byteCount
    // An extent of zero hides no overflow of the others: no tensor can have such a shape.
    for extent in extents {
      guard extent >= 0 else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow else { return nil }
      product = next
    }
    return extents.contains(0) ? 0 : product
  }

  /// The tensor that the next bytes of a file stand for, row by row, converted a part at a time.
  ///
  /// Memory is asked for as the bytes arrive, unless it is known that they are there.
  ///
  /// - Throws: `Diagnostic` `.corruptFile` where the file ends before, or a truth value is neither 0 nor
  ///   1; `.invalidType` for extents that no tensor can have; `.memoryLimit` for more elements than
  ///   come from a compressed file of its size.
  package func tensor(
    from source: ByteSource, _ order: ByteOrder, extents: [Int]
  ) throws(Diagnostic) -> Tensor {
    do throws(Diagnostic) {
      let type = TensorType(scalarType, extents: extents)
      try type.validate()
      let count = type.shape.elementCount ?? 0
      guard let wanted = byteCount(extents: extents), source.remainingByteCount ?? wanted >= wanted
      else { throw shortage(source.remainingByteCount, extents, source.path) }
      try source.checkElements(byteCount: count * scalarType.byteCount)
      return try Tensor(
        try decode(ElementReader(source: source, order: order, count: count)), extents: extents)
    } catch { throw error.located(at: SourceLocation(file: source.path)) }
  }

  /// The tensor that all the rest of a file stands for.
  ///
  /// - Throws: as `tensor(from:_:extents:)`, and `.corruptFile` where the file goes on behind.
  package func tensor(
    fromRestOf source: ByteSource, _ order: ByteOrder, extents: [Int]
  ) throws(Diagnostic) -> Tensor {
    let rest = source.remainingByteCount
    guard let wanted = byteCount(extents: extents), rest ?? wanted == wanted else {
      throw shortage(rest, extents, source.path)
    }
    let tensor = try tensor(from: source, order, extents: extents)
    guard try source.isAtEnd() else { throw shortage(nil, extents, source.path) }
    return tensor
  }

  private func shortage(_ count: Int?, _ extents: [Int], _ path: String) -> Diagnostic {
    let wanted = byteCount(extents: extents).map(String.init) ?? "more than 2⁶³"
    return .corrupt(
      "a shape of \(Shape(extents: extents)) with \(byteCount) bytes an element needs \(wanted)"
        + " bytes, the file has \(count.map(String.init) ?? "more"); write it again", path)
  }

  /// The scalar type that tensors have of it.
  private var scalarType: ScalarType {
    switch self {
    case .u8: .u8
    case .bool: .bool
    case .i8, .i16, .u16, .i32: .i32
    case .u32, .i64: .i64
    case .f16, .bf16, .f32: .f32
    case .f64: .f64
    }
  }

  private func decode(_ reader: ElementReader) throws(Diagnostic) -> Tensor.Storage {
    switch self {
    case .u8: .u8(try reader.elements(UInt8.self) { $0 })
    case .bool: .bool(try reader.truthValues())
    case .i8: .i32(try reader.elements(Int8.self) { Int32($0) })
    case .i16: .i32(try reader.elements(Int16.self) { Int32($0) })
    case .u16: .i32(try reader.elements(UInt16.self) { Int32($0) })
    case .i32: .i32(try reader.elements(Int32.self) { $0 })
    case .u32: .i64(try reader.elements(UInt32.self) { Int64($0) })
    case .i64: .i64(try reader.elements(Int64.self) { $0 })
    case .f16: .f32(try reader.elements(UInt16.self) { Self.widened(half: $0) })
    case .bf16: .f32(try reader.elements(UInt16.self) { Float(bitPattern: UInt32($0) << 16) })
    case .f32: .f32(try reader.elements(UInt32.self) { Float(bitPattern: $0) })
    case .f64: .f64(try reader.elements(UInt64.self) { Double(bitPattern: $0) })
    }
  }

  /// IEEE 754 binary16 as binary32; `Float16` is missing from Swift on some processors.
  static func widened(half: UInt16) -> Float {
    let sign: Float = half & 0x8000 == 0 ? 1 : -1
    let exponent = Int(half >> 10 & 0x1f)
    let fraction = Float(half & 0x3ff)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }
}
