import AdjointCore

/// What takes the bytes of a file: the file itself, memory, or a checksum.
protocol ByteSink {
  associatedtype Failure: Error

  /// Takes elements as they lie in memory.
  mutating func write(elements: [some BitwiseCopyable]) throws(Failure)
}

extension CRC32: ByteSink {
  mutating func write(elements: [some BitwiseCopyable]) { add(elements: elements) }
}

extension [UInt8]: ByteSink {
  mutating func write(elements: [some BitwiseCopyable]) {
    elements.withUnsafeBytes { append(contentsOf: $0) }
  }
}

extension FileOutput: ByteSink {}

extension Tensor.Storage {
  /// Gives the elements in little-endian order, from where they lie if this machine has that order.
  func write<Sink: ByteSink>(to sink: inout Sink) throws(Sink.Failure) {
    switch self {
    case .u8(let elements): try sink.write(elements: elements)
    case .bool(let elements): try sink.write(elements: elements)
    #if _endian(little)
      case .i32(let elements): try sink.write(elements: elements)
      case .i64(let elements): try sink.write(elements: elements)
      case .f32(let elements): try sink.write(elements: elements)
      case .f64(let elements): try sink.write(elements: elements)
    #else
      case .i32(let elements): try sink.write(elements: elements.map(\.littleEndian))
      case .i64(let elements): try sink.write(elements: elements.map(\.littleEndian))
      case .f32(let elements): try sink.write(elements: elements.map(\.bitPattern.littleEndian))
      case .f64(let elements): try sink.write(elements: elements.map(\.bitPattern.littleEndian))
    #endif
    }
  }
}

extension [UInt8] {
  /// Appends numbers, least significant byte first.
  mutating func appendLittleEndian(_ numbers: [some FixedWidthInteger & BitwiseCopyable]) {
    numbers.map(\.littleEndian).withUnsafeBytes { append(contentsOf: $0) }
  }
}
