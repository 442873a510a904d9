import AdjointCore

/// Named tensors and text in the safetensors format: how weights and checkpoints are kept.
///
/// The file is the length of its header as a little-endian 64-bit number, the header in JSON, and
/// the elements, little-endian and row by row. Element types that tensors lack are widened when
/// read: F16 and BF16 to `f32`, I8, I16 and U16 to `i32`, U32 to `i64`.
/// The layout is that of <https://github.com/huggingface/safetensors>.
public struct SafetensorsFile: Hashable, Sendable {
  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// Text that goes with them, such as the step that a checkpoint was written after.
  public var metadata: [String: String]

  /// A file of the given tensors and text.
  public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// - Throws: `Diagnostic` `.inputOutput` where it cannot be read, `.corruptFile` where a length, an
  ///   offset or the header is not what the format says, `.duplicateName` where a name comes twice.
  public init(contentsOf path: String) throws(Diagnostic) {
    try self.init(bytes: try FileBytes.read(path), path: path)
  }

  /// Reads the bytes of a file; the path is only for messages.
  ///
  /// - Throws: as `init(contentsOf:)`.
  public init(bytes: [UInt8], path: String = "safetensors data") throws(Diagnostic) {
    let header = try SafetensorsHeader(parsing: bytes, path: path)
    metadata = header.metadata
    tensors = [:]
    for entry in header.entries {
      let data = bytes[header.dataStart + entry.begin..<header.dataStart + entry.end]
      tensors[entry.name] = try entry.element.tensor(
        data, .little, extents: entry.extents, path: path)
    }
  }

  /// The bytes of the file: the same for the same tensors and text.
  ///
  /// Wide elements come first and names in the order of their UTF-8 bytes, so that every element is
  /// aligned to its size.
  ///
  /// - Throws: `Diagnostic` `.invalidArgument` for a tensor with the reserved name `__metadata__`.
  public func bytes() throws(Diagnostic) -> [UInt8] {
    guard tensors["__metadata__"] == nil else {
      throw Diagnostic(.invalidArgument, "no tensor can be named __metadata__; rename it")
    }
    let sorted = tensors.sorted { left, right in
      let widths = (left.value.scalarType.byteCount, right.value.scalarType.byteCount)
      return widths.0 == widths.1 ? Self.precedes(left.key, right.key) : widths.0 > widths.1
    }
    var header = Array("{".utf8)
    if !metadata.isEmpty {
      let pairs = metadata.sorted { Self.precedes($0.key, $1.key) }
        .map { "\(JSONString.quoted($0.key)):\(JSONString.quoted($0.value))" }
      header.append(contentsOf: "\"__metadata__\":{\(pairs.joined(separator: ","))}".utf8)
    }
    var offset = 0
    for (name, tensor) in sorted {
      let end = offset + tensor.count * tensor.scalarType.byteCount
      let type = SafetensorsHeader.name(of: tensor.scalarType)
      let shape = tensor.extents.map(String.init).joined(separator: ",")
      if header.count > 1 { header.append(0x2c) }
      header.append(contentsOf: "\(JSONString.quoted(name)):{\"dtype\":\"\(type)\",".utf8)
      header.append(contentsOf: "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}".utf8)
      offset = end
    }
    header.append(0x7d)
    header.append(contentsOf: repeatElement(0x20, count: (8 - header.count % 8) % 8))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + offset)
    bytes.appendLittleEndian([UInt64(header.count)])
    bytes.append(contentsOf: header)
    for (_, tensor) in sorted { tensor.storage.appendLittleEndian(to: &bytes) }
    return bytes
  }

  /// Writes the file atomically.
  ///
  /// - Throws: what `bytes()` throws; `Diagnostic` `.inputOutput`, and a previous file is then as it
  ///   was.
  public func write(to path: String) throws(Diagnostic) {
    try AtomicFile.write(try bytes(), to: path)
  }

  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}
