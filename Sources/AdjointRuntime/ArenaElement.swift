import AdjointCore

/// An element type that can be copied into and out of an arena as it lies in an array.
package typealias ArenaElement = TensorElement

extension Arena {
  /// Copies elements to a place in bytes; the caller has checked that they fit.
  func store<Element: ArenaElement>(_ elements: [Element], at offset: Int) {
    elements.withUnsafeBytes { bytes in
      guard let source = bytes.baseAddress, bytes.count <= byteCount - offset else { return }
      (base + offset).copyMemory(from: source, byteCount: bytes.count)
    }
  }

  /// Copies elements from a place in bytes over those of an array.
  func load<Element: ArenaElement>(into elements: inout [Element], from offset: Int) {
    elements.withUnsafeMutableBytes { bytes in
      guard let target = bytes.baseAddress, bytes.count <= byteCount - offset else { return }
      target.copyMemory(from: base + offset, byteCount: bytes.count)
    }
  }

  private func elements<Element: ArenaElement>(_ count: Int, at offset: Int) -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      if count > 0, let target = buffer.baseAddress {
        UnsafeMutableRawPointer(target).copyMemory(
          from: base + offset, byteCount: count * MemoryLayout<Element>.stride)
      }
      initialized = count
    }
  }

  func store(_ tensor: Tensor, at offset: Int) { store(tensor.storage, at: offset) }

  func store(_ storage: Tensor.Storage, at offset: Int) {
    switch storage {
    case .f32(let elements): store(elements, at: offset)
    case .f64(let elements): store(elements, at: offset)
    case .i32(let elements): store(elements, at: offset)
    case .i64(let elements): store(elements, at: offset)
    case .u8(let elements): store(elements, at: offset)
    case .bool(let elements): store(elements, at: offset)
    }
  }

  func tensor(_ type: TensorType, at offset: Int) throws(Diagnostic) -> Tensor {
    let count = type.shape.elementCount ?? 0
    let storage: Tensor.Storage =
      switch type.scalarType {
      case .f32: .f32(elements(count, at: offset))
      case .f64: .f64(elements(count, at: offset))
      case .i32: .i32(elements(count, at: offset))
      case .i64: .i64(elements(count, at: offset))
      case .u8: .u8(elements(count, at: offset))
      case .bool: .bool(elements(count, at: offset))
      }
    return try Tensor(storage, extents: type.boundExtents())
  }

  /// One element as a `Double`.
  func number(_ scalarType: ScalarType, at offset: Int) -> Double {
    let place = base + offset
    return switch scalarType {
    case .f32: Double(place.load(as: Float.self))
    case .f64: place.load(as: Double.self)
    case .i32: Double(place.load(as: Int32.self))
    case .i64: Double(place.load(as: Int64.self))
    case .u8, .bool: Double(place.load(as: UInt8.self))
    }
  }
}
