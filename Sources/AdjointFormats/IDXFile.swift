import AdjointCore

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
    try read(bytes: try FileBytes.readInflated(path), path: path)
  }

  /// Reads the bytes of a file that is not compressed; the path is only for messages.
  ///
  /// - Throws: `Diagnostic` `.corruptFile` where it is not an IDX file.
  public static func read(
    bytes: [UInt8], path: String = "IDX data"
  ) throws(Diagnostic) -> Tensor {
    guard isIDX(bytes), let element = elements[bytes[2]] else {
      throw .corrupt(
        "this is not an IDX file: it does not begin with two zero bytes and a known type", path)
    }
    let rank = Int(bytes[3])
    guard rank <= TensorType.maximumRank else {
      throw .corrupt(
        "the IDX file claims \(rank) dimensions; at most \(TensorType.maximumRank) are supported",
        path)
    }
    let dataStart = 4 + 4 * rank
    guard bytes.count >= dataStart else { throw .corrupt("the IDX file is cut short", path) }
    var extents: [Int] = []
    for axis in 0..<rank {
      extents.append(bytes[4 + 4 * axis..<8 + 4 * axis].reduce(0) { $0 << 8 | Int($1) })
    }
    return try element.tensor(bytes[dataStart...], .big, extents: extents, path: path)
  }

  /// Whether the bytes begin as an IDX file does.
  static func isIDX(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && elements[bytes[2]] != nil
  }

  private static let elements: [UInt8: StoredElement] = [
    0x08: .u8, 0x09: .i8, 0x0b: .i16, 0x0c: .i32, 0x0d: .f32, 0x0e: .f64,
  ]
}
