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

  /// Whether the file carries a checksum of all its bytes, by which damage is found when it is read.
  ///
  /// It stands in the metadata, under two names that are not part of `metadata`: `adjoint.checksum`
  /// says `crc32`, and `adjoint.crc32` is the CRC-32 of the file in hexadecimal, worked out with zeros
  /// in its own place. A CRC finds every flipped bit, wherever it is; with two names, no flipped bit can
  /// make a file look as if it had none.
  public var hasChecksum: Bool

  /// A file of the given tensors and text.
  public init(
    tensors: [String: Tensor] = [:], metadata: [String: String] = [:], hasChecksum: Bool = false
  ) {
    self.tensors = tensors
    self.metadata = metadata
    self.hasChecksum = hasChecksum
  }

  /// Reads a file, each tensor straight into its own memory.
  ///
  /// - Throws: `Diagnostic` `.inputOutput` where it cannot be read, `.corruptFile` where a length, an
  ///   offset or the header is not what the format says or the checksum is not that of the file,
  ///   `.duplicateName` where a name comes twice.
  public init(contentsOf path: String) throws(Diagnostic) {
    try self.init(from: try ByteSource.plain(path))
  }

  /// Reads the bytes of a file; the path is only for messages.
  ///
  /// - Throws: as `init(contentsOf:)`.
  public init(bytes: [UInt8], path: String = "safetensors data") throws(Diagnostic) {
    try self.init(from: ByteSource(bytes: bytes, path: path))
  }

  package init(from source: ByteSource) throws(Diagnostic) {
    let header = try SafetensorsHeader(from: source)
    let checksum = try SafetensorsChecksum(of: header, path: source.path)
    source.checksum = checksum?.ofHeader
    metadata = header.metadata.filter { !SafetensorsChecksum.names.contains($0.key) }
    hasChecksum = checksum != nil
    tensors = [:]
    for entry in header.entries {
      tensors[entry.name] = try entry.element.tensor(from: source, .little, extents: entry.extents)
    }
    guard try source.isAtEnd() else {
      throw .corrupt("bytes at the end belong to no tensor; write the file again", source.path)
    }
    if let checksum, let found = source.checksum {
      try checksum.check(found, path: source.path)
    }
  }

  /// The bytes of the file: the same for the same tensors and text.
  ///
  /// Wide elements come first and names in the order of their UTF-8 bytes, so that every element is
  /// aligned to its size.
  ///
  /// - Throws: `Diagnostic` `.invalidArgument` for a tensor with the reserved name `__metadata__`, or
  ///   metadata with one of the names of a checksum.
  public func bytes() throws(Diagnostic) -> [UInt8] {
    let sorted = sortedTensors
    var bytes = try header(of: sorted)
    for (_, tensor) in sorted { tensor.storage.write(to: &bytes) }
    return bytes
  }

  /// Writes the file atomically, the tensors from where they lie in memory.
  ///
  /// - Throws: what `bytes()` throws; `Diagnostic` `.inputOutput`, and a previous file is then as it
  ///   was.
  public func write(to path: String) throws(Diagnostic) {
    try AtomicFile.write(to: path) { (output) throws(Diagnostic) in
      let sorted = sortedTensors
      try output.write(header(of: sorted))
      var output = output
      for (_, tensor) in sorted { try tensor.storage.write(to: &output) }
    }
  }

  private var sortedTensors: [(key: String, value: Tensor)] {
    tensors.sorted { left, right in
      let widths = (left.value.scalarType.byteCount, right.value.scalarType.byteCount)
      return widths.0 == widths.1 ? Self.precedes(left.key, right.key) : widths.0 > widths.1
    }
  }

  /// The length of the header and the header, with the checksum of the whole file where it has one.
  private func header(
    of sorted: [(key: String, value: Tensor)]
  ) throws(Diagnostic) -> [UInt8] {
    guard tensors["__metadata__"] == nil else {
      throw Diagnostic(.invalidArgument, "no tensor can be named __metadata__; rename it")
    }
    for name in SafetensorsChecksum.names where metadata[name] != nil {
      throw Diagnostic(
        .invalidArgument,
        "the metadata cannot have \(name), which belongs to the checksum; rename it")
    }
    var header = Array("{".utf8)
    var metadata = metadata
    if hasChecksum { metadata.merge(SafetensorsChecksum.placeholder) { given, _ in given } }
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
    bytes.appendLittleEndian([UInt64(header.count)])
    bytes += header
    if hasChecksum {
      var checksum = CRC32()
      checksum.add(bytes[...])
      for (_, tensor) in sorted { tensor.storage.write(to: &checksum) }
      SafetensorsChecksum.enter(checksum, in: &bytes)
    }
    return bytes
  }

  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}
