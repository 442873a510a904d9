import AdjointCore

/// Text under construction as UTF-8 bytes: what printers append to.
struct TextBuffer {
  private(set) var bytes: [UInt8] = []

  /// The text.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func reserveCapacity(_ count: Int) { bytes.reserveCapacity(count) }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func append(contentsOf bytes: [UInt8]) { self.bytes.append(contentsOf: bytes) }

  /// Appends a whole number in decimal.
  mutating func append(_ number: Int) {
    guard number >= 0 else { return append(String(number)) }
    let start = bytes.count
    var rest = number
    repeat {
      bytes.append(UInt8(truncatingIfNeeded: 48 + rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  /// Appends `f32[B, 784]`.
  mutating func append(_ type: TensorType) {
    append(type.scalarType.rawValue)
    append("[")
    for (axis, dimension) in type.shape.dimensions.enumerated() {
      if axis > 0 { append(", ") }
      switch dimension {
      case .fixed(let extent): append(extent)
      case .named(let name): append(name)
      }
    }
    append("]")
  }

  /// Appends items with commas between.
  mutating func append<Item>(
    _ items: some Sequence<Item>, item append: (inout TextBuffer, Item) -> Void
  ) {
    var isFirst = true
    for item in items {
      if !isFirst { self.append(", ") }
      isFirst = false
      append(&self, item)
    }
  }
}
