import AdjointCore

/// The order of the bytes of a number in a file.
enum ByteOrder: Hashable { case little, big }

/// The element types that files have; more than tensors have, so some are widened.
enum StoredElement: Hashable, CaseIterable {
  case f16, bf16, f32, f64, i8, i16, i32, i64, u8, u16, u32, bool

  /// The bytes that one element occupies in the file.
  var byteCount: Int {
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

  /// The tensor that the bytes stand for, row by row.
  ///
  /// - Throws: `Diagnostic` `.corruptFile` where the bytes are not as many as the extents want, or
  ///   a truth value is neither 0 nor 1; `.invalidType` for extents that no tensor can have.
  func tensor(
    _ bytes: ArraySlice<UInt8>, _ order: ByteOrder, extents: [Int], path: String
  ) throws(Diagnostic) -> Tensor {
    guard let wanted = byteCount(extents: extents), wanted == bytes.count else {
      let shape = Shape(extents: extents)
      let wanted = byteCount(extents: extents).map(String.init) ?? "more than 2⁶³"
      throw .corrupt(
        "a shape of \(shape) with \(byteCount) bytes an element needs \(wanted) bytes,"
          + " the file has \(bytes.count); write it again", path)
    }
    guard let storage = decode(bytes, order) else {
      throw .corrupt("a truth value is stored as 0 or 1, another byte was found", path)
    }
    do throws(Diagnostic) {
      return try Tensor(storage, extents: extents)
    } catch { throw error.located(at: SourceLocation(file: path)) }
  }

  private func decode(_ bytes: ArraySlice<UInt8>, _ order: ByteOrder) -> Tensor.Storage? {
    switch self {
    case .u8: .u8(Array(bytes))
    case .bool: bytes.allSatisfy { $0 <= 1 } ? .bool(bytes.map { $0 == 1 }) : nil
    case .i8: .i32(bytes.map { Int32(Int8(bitPattern: $0)) })
    case .i16: .i32(integers(Int16.self, bytes, order).map { Int32($0) })
    case .u16: .i32(integers(UInt16.self, bytes, order).map { Int32($0) })
    case .i32: .i32(integers(Int32.self, bytes, order))
    case .u32: .i64(integers(UInt32.self, bytes, order).map { Int64($0) })
    case .i64: .i64(integers(Int64.self, bytes, order))
    case .f16: .f32(integers(UInt16.self, bytes, order).map { Self.widened(half: $0) })
    case .bf16:
      .f32(integers(UInt16.self, bytes, order).map { Float(bitPattern: UInt32($0) << 16) })
    case .f32: .f32(integers(UInt32.self, bytes, order).map { Float(bitPattern: $0) })
    case .f64: .f64(integers(UInt64.self, bytes, order).map { Double(bitPattern: $0) })
    }
  }

  private func integers<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type, _ bytes: ArraySlice<UInt8>, _ order: ByteOrder
  ) -> [Integer] {
    let size = MemoryLayout<Integer>.size
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / size).map { index in
        let stored = raw.loadUnaligned(fromByteOffset: index * size, as: Integer.self)
        return order == .little ? Integer(littleEndian: stored) : Integer(bigEndian: stored)
      }
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

extension Tensor.Storage {
  /// Appends the elements in little-endian order.
  func appendLittleEndian(to bytes: inout [UInt8]) {
    switch self {
    case .u8(let elements): bytes.append(contentsOf: elements)
    case .bool(let elements): bytes.append(contentsOf: elements.lazy.map { $0 ? 1 : 0 })
    case .i32(let elements): bytes.appendLittleEndian(elements)
    case .i64(let elements): bytes.appendLittleEndian(elements)
    case .f32(let elements): bytes.appendLittleEndian(elements.map(\.bitPattern))
    case .f64(let elements): bytes.appendLittleEndian(elements.map(\.bitPattern))
    }
  }
}

extension [UInt8] {
  /// Appends numbers, least significant byte first.
  mutating func appendLittleEndian(_ numbers: [some FixedWidthInteger & BitwiseCopyable]) {
    numbers.map(\.littleEndian).withUnsafeBytes { append(contentsOf: $0) }
  }
}
