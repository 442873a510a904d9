import AdjointCore
import AdjointFormats
import Foundation

extension DataFile {
  /// Reads an array from an NPY, IDX or CSV file, plain or compressed by gzip.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as
  ///   `load(_:csvAs:header:)` with a path.
  public static func load(
    _ url: URL, csvAs scalarType: ScalarType = .f32, header: CSVFile.Header = .automatic
  ) throws(Diagnostic) -> Tensor {
    try load(url.localPath(), csvAs: scalarType, header: header)
  }
}

extension DataFile {
  /// Reads the named arrays of an NPZ or safetensors file.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as `loadNamed(_:)` with a path.
  public static func loadNamed(_ url: URL) throws(Diagnostic) -> [String: Tensor] {
    try loadNamed(url.localPath())
  }
}

extension IDXFile {
  /// Reads a file.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as `read(_:)` with a path.
  public static func read(_ url: URL) throws(Diagnostic) -> Tensor {
    try read(url.localPath())
  }
}

extension CSVFile {
  /// Reads a file, plain or compressed by gzip.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as
  ///   `init(contentsOf:as:lastColumnAs:header:)` with a path.
  public init(
    contentsOf url: URL, as scalarType: ScalarType = .f32, lastColumnAs lastType: ScalarType? = nil,
    header: Header = .automatic
  ) throws(Diagnostic) {
    try self.init(
      contentsOf: url.localPath(), as: scalarType, lastColumnAs: lastType, header: header)
  }

  /// Reads a file with columns chosen by name, labels that are names, or values that are missing.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as
  ///   `init(contentsOf:as:lastColumnAs:options:)` with a path.
  public init(
    contentsOf url: URL, as scalarType: ScalarType = .f32, lastColumnAs lastType: ScalarType? = nil,
    options: Options
  ) throws(Diagnostic) {
    try self.init(
      contentsOf: url.localPath(), as: scalarType, lastColumnAs: lastType, options: options)
  }
}
