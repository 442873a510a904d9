import AdjointCore

/// Training data in whichever of the supported formats the file is.
public enum DataFile {
  /// Reads an array from an NPY, IDX or CSV file, plain or compressed by gzip.
  ///
  /// NPY and IDX files are told by their first bytes, CSV files by their name
  /// (`.csv`, `.txt`, with or without `.gz`) or by being text. NPY and IDX files keep their scalar
  /// type; CSV files are read as `scalarType`, their first line as `header` says.
  ///
  /// - Throws: `Diagnostic` as the reader of the format does, `.corruptFile` where the format is not
  ///   known.
  public static func load(
    _ path: String, csvAs scalarType: ScalarType = .f32, header: CSVFile.Header = .automatic
  ) throws(Diagnostic) -> Tensor {
    let bytes = try FileBytes.readInflated(path)
    var name = path.lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    if NPYFile.isNPY(bytes) || name.hasSuffix(".npy") {
      return try NPYFile(bytes: bytes, path: path).tensor
    }
    if IDXFile.isIDX(bytes) || name.hasSuffix("ubyte") || name.hasSuffix(".idx") {
      return try IDXFile.read(bytes: bytes, path: path)
    }
    if name.hasSuffix(".csv") || name.hasSuffix(".txt") || isText(bytes) {
      return try CSVFile(bytes: bytes, as: scalarType, header: header, path: path).tensor
    }
    throw .corrupt(
      "the format is not known; supported are NPY, IDX and CSV, plain or compressed by gzip", path)
  }

  private static func isText(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty && bytes.prefix(4096).allSatisfy { $0 >= 0x20 || ($0 >= 0x09 && $0 <= 0x0d) }
  }
}
