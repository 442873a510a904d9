import AdjointCore

/// Reads a number of elements from a file, part by part.
struct ElementReader {
  let source: ByteSource
  let order: ByteOrder
  let count: Int

  /// Elements for which memory is asked before it is known that they are there.
  private static let uncertainCount = 1 << 20

  func elements<Stored: FixedWidthInteger & BitwiseCopyable, Element: BitwiseCopyable>(
    _ type: Stored.Type, _ convert: (Stored) -> Element
  ) throws(Diagnostic) -> [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(
      source.remainingByteCount == nil ? min(count, Self.uncertainCount) : count)
    let size = MemoryLayout<Stored>.size
    let isSwapped = (order == .little) != (Stored(littleEndian: 1) == 1)
    while elements.count < count {
      guard try source.buffer(atLeast: size) else { throw endsEarly }
      let some = min(
        count - elements.count, source.buffered.count / size, ByteSource.partByteCount / size)
      let bytes = source.take(some * size)
      elements.append(
        contentsOf: [Element](unsafeUninitializedCapacity: some) { target, filled in
          bytes.withUnsafeBytes { raw in
            for index in 0..<some {
              let stored = raw.loadUnaligned(fromByteOffset: index * size, as: Stored.self)
              target[index] = convert(isSwapped ? stored.byteSwapped : stored)
            }
          }
          filled = some
        })
    }
    return elements
  }

  func truthValues() throws(Diagnostic) -> [Bool] {
    var isOther = false
    let values = try elements(UInt8.self) { (byte: UInt8) -> Bool in
      isOther = isOther || byte > 1
      return byte == 1
    }
    guard !isOther else {
      throw .corrupt("a truth value is stored as 0 or 1, another byte was found", source.path)
    }
    return values
  }

  private var endsEarly: Diagnostic {
    .corrupt("the file ends before its \(count) elements do; fetch or write it again", source.path)
  }
}
