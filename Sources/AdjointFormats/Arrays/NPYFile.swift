import AdjointCore

/// An array in NumPy's NPY format: what `numpy.save` writes and `numpy.load` reads.
///
/// Versions 1.0, 2.0 and 3.0 are read, in either byte order and either memory order. Elements of
/// types that tensors lack are widened: i1, i2 and u2 to `i32`, u4 to `i64`, f2 to `f32`.
/// The layout is that of NEP 1 and the documentation of `numpy.lib.format`.
public struct NPYFile: Hashable, Sendable {
  /// The array.
  public var tensor: Tensor

  /// A file that holds the tensor.
  public init(_ tensor: Tensor) { self.tensor = tensor }

  /// Reads a file, plain or compressed by gzip.
  ///
  /// - Throws: `Diagnostic` `.inputOutput` where it cannot be read, `.corruptFile` where it is not an
  ///   NPY file, `.scalarTypeMismatch` where its elements are of a type that is not supported.
  public init(contentsOf path: String) throws(Diagnostic) {
    try self.init(from: try ByteSource.inflated(path))
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: as `init(contentsOf:)`; the path is only for messages.
  public init(bytes: [UInt8], path: String = "NPY data") throws(Diagnostic) {
    try self.init(from: ByteSource(bytes: bytes, path: path))
  }

  /// Reads a file part by part.
  package init(from source: ByteSource) throws(Diagnostic) {
    let path = source.path
    _ = try source.buffer(atLeast: 10)
    guard Self.isNPY(source.buffered) else {
      throw .corrupt("this is not an NPY file: it does not begin with \\x93NUMPY", path)
    }
    guard source.buffered.count >= 10 else { throw .corrupt("the NPY file is cut short", path) }
    let version = (source.buffered.dropFirst(6).first ?? 0, source.buffered.dropFirst(7).first ?? 0)
    let lengthSize: Int
    switch version {
    case (1, 0): lengthSize = 2
    case (2, 0), (3, 0): lengthSize = 4
    default:
      throw .corrupt(
        "NPY version \(version.0).\(version.1) is not known; write it as 1.0, 2.0 or 3.0", path)
    }
    guard try source.buffer(atLeast: 8 + lengthSize) else {
      throw .corrupt("the NPY file is cut short", path)
    }
    let headerLength = source.take(8 + lengthSize).dropFirst(8).reversed()
      .reduce(0) { $0 << 8 | Int($1) }
    guard headerLength <= Self.maximumHeaderByteCount, try source.buffer(atLeast: headerLength)
    else {
      throw .corrupt(
        "the NPY header claims \(headerLength) bytes, and the file has fewer, or it is too long; write"
          + " it again", path)
    }
    let header = try NPYHeader(parsing: source.take(headerLength), path: path)
    let stored = try header.element.tensor(
      fromRestOf: source, header.order, extents: header.extents)
    tensor = header.isFortranOrder ? try Self.rowMajor(stored) : stored
  }

  /// The bytes of the file, in version 1.0: the data begin at a multiple of 64.
  public func bytes() -> [UInt8] {
    var bytes = header
    tensor.storage.write(to: &bytes)
    return bytes
  }

  /// Magic, version, length and header.
  private var header: [UInt8] {
    let extents = tensor.extents.map(String.init).joined(separator: ", ")
    let shape = tensor.extents.count == 1 ? "(\(extents),)" : "(\(extents))"
    let description = NPYHeader.description(of: tensor.scalarType)
    var header = Array(
      "{'descr': '\(description)', 'fortran_order': False, 'shape': \(shape), }".utf8)
    // Magic, version and length take 10 bytes, the newline one. Sixteen extents of 19 digits stay
    // far below the 65,535 bytes that version 1.0 allows.
    let padding = (64 - (10 + header.count + 1) % 64) % 64
    header.append(contentsOf: repeatElement(0x20, count: padding))
    header.append(0x0a)
    var bytes = Self.magic + [1, 0, UInt8(header.count & 0xff), UInt8(header.count >> 8)]
    bytes.append(contentsOf: header)
    return bytes
  }

  /// Writes the file atomically.
  ///
  /// - Throws: `Diagnostic` `.inputOutput`; a previous file is then as it was.
  public func write(to path: String) throws(Diagnostic) {
    try AtomicFile.write(to: path) { (output) throws(Diagnostic) in
      var output = output
      try output.write(header)
      try tensor.storage.write(to: &output)
    }
  }

  package static func isNPY(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.starts(with: magic) }

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let maximumHeaderByteCount = 1 << 20

  /// The elements of a Fortran-order file in row-major order.
  private static func rowMajor(_ tensor: Tensor) throws(Diagnostic) -> Tensor {
    let extents = tensor.extents
    let storage: Tensor.Storage =
      switch tensor.storage {
      case .f32(let elements): .f32(rowMajor(elements, extents))
      case .f64(let elements): .f64(rowMajor(elements, extents))
      case .i32(let elements): .i32(rowMajor(elements, extents))
      case .i64(let elements): .i64(rowMajor(elements, extents))
      case .u8(let elements): .u8(rowMajor(elements, extents))
      case .bool(let elements): .bool(rowMajor(elements, extents))
      }
    return try Tensor(storage, extents: extents)
  }

  private static func rowMajor<Element>(_ elements: [Element], _ extents: [Int]) -> [Element] {
    guard extents.count > 1, !elements.isEmpty else { return elements }
    var strides: [Int] = []
    var stride = 1
    for extent in extents {
      strides.append(stride)
      stride *= extent
    }
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    var index = [Int](repeating: 0, count: extents.count)
    var source = 0
    for _ in 0..<elements.count {
      result.append(elements[source])
      var axis = extents.count - 1
      while axis >= 0 {
        index[axis] += 1
        source += strides[axis]
        if index[axis] < extents[axis] { break }
        source -= strides[axis] * extents[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }
}
