import AdjointCore
import AdjointFormats

/// Arrays in the IDX format of the MNIST files, plain or compressed by gzip.
///
/// A file is two zero bytes, a byte for the element type, a byte for the rank, each extent as a
/// big-endian 32-bit number, and the elements, big-endian, row by row. Signed bytes and 16-bit
/// numbers are widened to `i32`.
public enum IDXFile {
  /// Reads a file.
  ///
  /// - Throws: `Diagnostic` `.inputOutput` where it cannot be read, `.corruptFile` where it is not an
  ///   IDX file.
  public static func read(_ path: String) throws(Diagnostic) -> Tensor {
    try read(from: try ByteSource.inflated(path))
  }

  /// Reads the bytes of a file that is not compressed; the path is only for messages.
  ///
  /// - Throws: `Diagnostic` `.corruptFile` where it is not an IDX file.
  public static func read(
    bytes: [UInt8], path: String = "IDX data"
  ) throws(Diagnostic) -> Tensor {
    try read(from: ByteSource(bytes: bytes, path: path))
  }

  /// Reads a file part by part.
  static func read(from source: ByteSource) throws(Diagnostic) -> Tensor {
    let path = source.path
    guard try source.buffer(atLeast: 4), isIDX(source.buffered) else {
      throw .corrupt(
        "this is not an IDX file: it does not begin with two zero bytes and a known type", path)
    }
    let start = Array(source.take(4))
    guard let element = elements[start[2]] else {
      throw .corrupt("the IDX file has elements of a type that is not known", path)
    }
    let rank = Int(start[3])
    guard rank <= TensorType.maximumRank else {
      throw .corrupt(
        "the IDX file claims \(rank) dimensions; at most \(TensorType.maximumRank) are supported",
        path)
    }
    guard try source.buffer(atLeast: 4 * rank) else {
      throw .corrupt("the IDX file is cut short", path)
    }
    var extents: [Int] = []
    for _ in 0..<rank { extents.append(source.take(4).reduce(0) { $0 << 8 | Int($1) }) }
    return try element.tensor(fromRestOf: source, .big, extents: extents)
  }

  /// Whether the bytes begin as an IDX file does.
  static func isIDX(_ bytes: ArraySlice<UInt8>) -> Bool {
    let start = Array(bytes.prefix(4))
    return start.count == 4 && start[0] == 0 && start[1] == 0 && elements[start[2]] != nil
  }

  private static let elements: [UInt8: StoredElement] = [
    0x08: .u8, 0x09: .i8, 0x0b: .i16, 0x0c: .i32, 0x0d: .f32, 0x0e: .f64,
  ]
}
