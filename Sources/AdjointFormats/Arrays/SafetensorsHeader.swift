import AdjointCore

/// The header of a safetensors file, checked against the size of the file.
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var element: StoredElement
    var extents: [Int]
    var begin: Int
    var end: Int
  }

  /// The same limit as that of the format's own implementation.
  static let maximumByteCount = 100_000_000

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]
  /// The bytes of the length and the header, as they stand in the file.
  let bytes: [UInt8]
  /// Where in `bytes` the value of a piece of metadata stands, without its quotes.
  private(set) var metadataPlaces: [String: Range<Int>] = [:]

  /// Reads the header from the beginning of a file.
  ///
  /// - Throws: `Diagnostic` `.corruptFile`, `.duplicateName`, and what reading the file throws.
  init(from source: ByteSource) throws(Diagnostic) {
    let path = source.path
    guard try source.buffer(atLeast: 8) else {
      throw .corrupt(
        "a safetensors file has at least 8 bytes, this one has \(source.buffered.count)", path)
    }
    let length = source.buffered.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let rest = source.remainingByteCount.map { $0 - 8 }
    guard length <= Self.maximumByteCount, length <= rest ?? .max,
      try source.buffer(atLeast: 8 + Int(length))
    else {
      throw .corrupt(
        "the safetensors header claims \(length) bytes, of \(rest ?? source.buffered.count - 8) that"
          + " follow; the file is cut short or is another format", path)
    }
    bytes = Array(source.take(8 + Int(length)))
    guard bytes.count > 8, bytes[8] == 0x7b else {
      throw .corrupt("the safetensors header does not begin with '{'", path)
    }
    var scanner = ByteScanner(bytes[8...], path: path, subject: "the safetensors header")
    try parse(&scanner)
    try checkOffsets(dataByteCount: source.remainingByteCount, path: path)
  }

  private mutating func parse(_ scanner: inout ByteScanner) throws(Diagnostic) {
    var names: Set<String> = []
    try scanner.expect("{")
    if !scanner.accept("}") {
      repeat {
        let name = try scanner.jsonString()
        try scanner.expect(":")
        guard names.insert(name).inserted else { throw Self.duplicate(name, scanner.path) }
        if name == "__metadata__" {
          try parseMetadata(&scanner)
        } else {
          entries.append(try Self.entry(name, &scanner))
        }
      } while scanner.accept(",")
      try scanner.expect("}")
    }
    try scanner.expectEnd()
  }

  private mutating func parseMetadata(_ scanner: inout ByteScanner) throws(Diagnostic) {
    try scanner.expect("{")
    if scanner.accept("}") { return }
    repeat {
      let key = try scanner.jsonString()
      try scanner.expect(":")
      scanner.skipSpace()
      let start = scanner.position + 1
      let value = try scanner.jsonString()
      metadataPlaces[key] = start..<scanner.position - 1
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw Self.duplicate(key, scanner.path)
      }
    } while scanner.accept(",")
    try scanner.expect("}")
  }

  private static func entry(
    _ name: String, _ scanner: inout ByteScanner
  ) throws(Diagnostic) -> Entry {
    var element: StoredElement?
    var extents: [Int]?
    var offsets: [Int]?
    try scanner.expect("{")
    repeat {
      let key = try scanner.jsonString()
      try scanner.expect(":")
      switch key {
      case "dtype" where element == nil: element = try dtype(&scanner)
      case "shape" where extents == nil:
        extents = try scanner.jsonNumbers(atMost: TensorType.maximumRank)
      case "data_offsets" where offsets == nil: offsets = try scanner.jsonNumbers(atMost: 2)
      default: throw scanner.failure("a tensor has an entry that is not known or is repeated")
      }
    } while scanner.accept(",")
    try scanner.expect("}")
    guard let element, let extents, let offsets, offsets.count == 2 else {
      throw scanner.failure("a tensor lacks dtype, shape or the two data_offsets")
    }
    return Entry(
      name: name, element: element, extents: extents, begin: offsets[0], end: offsets[1])
  }

  /// Every byte of the data belongs to exactly one tensor, and each has the bytes its shape needs.
  private mutating func checkOffsets(dataByteCount: Int?, path: String) throws(Diagnostic) {
    entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var covered = 0
    for entry in entries {
      guard entry.begin <= entry.end, entry.end <= dataByteCount ?? .max else {
        throw .corrupt(
          "the tensor \(entry.name.excerpt) claims bytes \(entry.begin) to \(entry.end) of"
            + " \(dataByteCount.map(String.init) ?? "the rest"); the file is cut short or its header is wrong",
          path)
      }
      guard entry.begin == covered else {
        let problem = entry.begin < covered ? "overlaps another" : "leaves a hole before it"
        throw .corrupt("the tensor \(entry.name.excerpt) \(problem); write the file again", path)
      }
      guard entry.element.byteCount(extents: entry.extents) == entry.end - entry.begin else {
        throw .corrupt(
          "the tensor \(entry.name.excerpt) has \(entry.end - entry.begin) bytes, which is not what its"
            + " shape \(Shape(extents: entry.extents)) needs; write the file again", path)
      }
      covered = entry.end
    }
    if let dataByteCount, covered != dataByteCount {
      throw .corrupt(
        "\(dataByteCount - covered) bytes at the end belong to no tensor; write the file again",
        path)
    }
  }

  private static func duplicate(_ name: String, _ path: String) -> Diagnostic {
    Diagnostic(
      .duplicateName,
      "the name \(name.excerpt) comes twice; write the file again with distinct names",
      location: SourceLocation(file: path))
  }

  private static func dtype(_ scanner: inout ByteScanner) throws(Diagnostic) -> StoredElement {
    let name = try scanner.jsonString()
    guard let element = elements[name] else {
      let known = elements.keys.sorted().joined(separator: ", ")
      throw Diagnostic(
        .scalarTypeMismatch,
        "the dtype \(name.excerpt) is not supported; convert it to one of \(known)",
        location: SourceLocation(file: scanner.path))
    }
    return element
  }

  private static let elements: [String: StoredElement] = [
    "F16": .f16, "BF16": .bf16, "F32": .f32, "F64": .f64, "I8": .i8, "I16": .i16, "I32": .i32,
    "I64": .i64, "U8": .u8, "U16": .u16, "U32": .u32, "BOOL": .bool,
  ]

  /// The format's name of a scalar type.
  static func name(of scalarType: ScalarType) -> String {
    switch scalarType {
    case .f32: "F32"
    case .f64: "F64"
    case .i32: "I32"
    case .i64: "I64"
    case .u8: "U8"
    case .bool: "BOOL"
    }
  }
}
