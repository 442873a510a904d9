import AdjointCore

/// The text of an NPY header: a Python dictionary of three entries.
struct NPYHeader {
  var element: StoredElement
  var order: ByteOrder
  var isFortranOrder: Bool
  var extents: [Int]

  /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
  init(parsing bytes: ArraySlice<UInt8>, path: String) throws(Diagnostic) {
    var scanner = ByteScanner(bytes, path: path, subject: "the NPY header")
    var description: String?
    var isFortranOrder: Bool?
    var extents: [Int]?
    try scanner.expect("{")
    while !scanner.accept("}") {
      let key = try scanner.pythonString()
      try scanner.expect(":")
      switch key {
      case "descr" where description == nil:
        guard !scanner.accept("[") else { throw Self.unsupported("a structured type", path) }
        description = try scanner.pythonString()
      case "fortran_order" where isFortranOrder == nil:
        isFortranOrder = try scanner.pythonBool()
      case "shape" where extents == nil: extents = try scanner.pythonTuple()
      default: throw scanner.failure("there is an entry that has no place here or is repeated")
      }
      if !scanner.accept(",") {
        try scanner.expect("}")
        break
      }
    }
    try scanner.expectEnd()
    guard let description, let isFortranOrder, let extents else {
      throw scanner.failure("one of descr, fortran_order and shape is missing")
    }
    guard let (element, order) = Self.types[description] else {
      throw Self.unsupported("elements of type '\(description)'", path)
    }
    self.element = element
    self.order = order
    self.isFortranOrder = isFortranOrder
    self.extents = extents
  }

  private static func unsupported(_ what: String, _ path: String) -> Diagnostic {
    Diagnostic(
      .scalarTypeMismatch,
      "the NPY file has \(what); supported are f2, f4, f8, i1, i2, i4, i8, u1, u2, u4 and b1"
        + " (in NumPy: array.astype(numpy.float32))",
      location: SourceLocation(file: path))
  }

  private static let types: [String: (StoredElement, ByteOrder)] = {
    let codes: [(String, StoredElement)] = [
      ("f2", .f16), ("f4", .f32), ("f8", .f64), ("i1", .i8), ("i2", .i16), ("i4", .i32),
      ("i8", .i64), ("u1", .u8), ("u2", .u16), ("u4", .u32), ("b1", .bool),
    ]
    var types: [String: (StoredElement, ByteOrder)] = [:]
    for (code, element) in codes {
      types["<" + code] = (element, .little)
      types[">" + code] = (element, .big)
      if element.byteCount == 1 { types["|" + code] = (element, .little) }
    }
    return types
  }()

  /// The NPY spelling of the element types that tensors have.
  static func description(of scalarType: ScalarType) -> String {
    switch scalarType {
    case .f32: "<f4"
    case .f64: "<f8"
    case .i32: "<i4"
    case .i64: "<i8"
    case .u8: "|u1"
    case .bool: "|b1"
    }
  }
}

extension ByteScanner {
  /// A Python string in either kind of quotes; the names of NPY have no escapes.
  fileprivate mutating func pythonString() throws(Diagnostic) -> String {
    skipSpace()
    guard let quote = next, quote == 0x27 || quote == 0x22 else {
      throw failure("a quoted name is missing")
    }
    var text: [UInt8] = []
    _ = try take()
    while true {
      let byte = try take()
      if byte == quote { break }
      guard byte >= 0x20, byte < 0x7f, byte != 0x5c, text.count < 64 else {
        throw failure("a quoted name is too long or has characters that names do not have")
      }
      text.append(byte)
    }
    return String(decoding: text, as: UTF8.self)
  }

  fileprivate mutating func pythonBool() throws(Diagnostic) -> Bool {
    if accept(word: "True") { return true }
    if accept(word: "False") { return false }
    throw failure("True or False is missing")
  }

  /// `()`, `(3,)` or `(3, 4)`; Python 2 wrote `3L`.
  fileprivate mutating func pythonTuple() throws(Diagnostic) -> [Int] {
    var numbers: [Int] = []
    try expect("(")
    while !accept(")") {
      guard numbers.count < TensorType.maximumRank else {
        throw failure("the shape has more than \(TensorType.maximumRank) dimensions")
      }
      numbers.append(try naturalNumber())
      _ = accept("L")
      if !accept(",") {
        guard numbers.count > 1 else { throw failure("a shape of one extent needs a comma") }
        try expect(")")
        break
      }
    }
    return numbers
  }
}
