import AdjointCore
import AdjointFormats

/// Training data in whichever of the supported formats the file is.
public enum DataFile {
  /// Reads an array from an NPY, IDX or CSV file, plain or compressed by gzip.
  ///
  /// NPY and IDX files are told by their first bytes, CSV files by their name
  /// (`.csv`, `.tsv`, `.tab`, `.txt`, with or without `.gz`) or by being text. NPY and IDX files keep their scalar
  /// type; the numbers of CSV files are read as `scalarType`, exactly where that is a whole-number
  /// type, their first line as `header` says.
  ///
  /// The file is read and inflated part by part; beside the tensor, which for some moments takes up to
  /// three times its memory while it grows, there are a few MiB. Of a compressed file no more is read
  /// than 64 times its size or 64 MiB, and 16 times its size or 256 MiB of numbers, whichever is more,
  /// so that a small file cannot ask for all memory.
  ///
  /// - Throws: `Diagnostic` as the reader of the format does, `.corruptFile` where the format is not
  ///   known.
  public static func load(
    _ path: String, csvAs scalarType: ScalarType = .f32, header: CSVFile.Header = .automatic
  ) throws(Diagnostic) -> Tensor {
    try load(path, csvAs: TableElements(scalarType), CSVFile.Options(header: header)).tensor
  }

  /// Reads the named arrays of an NPZ or safetensors file, such as one for every input of a graph.
  ///
  /// The format is told by the first bytes. Scalar types that tensors lack are widened, as `NPYFile` and
  /// `SafetensorsFile` say.
  ///
  /// - Throws: `Diagnostic` as the reader of the format does, `.corruptFile` where the format is not
  ///   known.
  public static func loadNamed(_ path: String) throws(Diagnostic) -> [String: Tensor] {
    let source = try ByteSource.plain(path)
    _ = try source.buffer(atLeast: 9)
    if ZipArchive.isZip(source.buffered) || path.lowercased().hasSuffix(".npz") {
      return try NPZFile(from: source).tensors
    }
    // The header of a safetensors file is JSON behind its length.
    if source.buffered.dropFirst(8).first == 0x7b || path.lowercased().hasSuffix(".safetensors") {
      return try SafetensorsFile(from: source).tensors
    }
    throw .corrupt(
      "the format is not known; named arrays are read from NPZ and safetensors files", path)
  }

  /// Reads a file as the public function does.
  ///
  /// - Parameter last: What the last column of a CSV file, or the one that the options name, is read as,
  ///   where it is wanted apart.
  /// - Returns: The array, and of a CSV file the whole of it.
  /// - Throws: also `.invalidArgument` for a column by name of a file that has none.
  package static func load(
    _ path: String, csvAs elements: TableElements, lastColumnAs last: TableElements? = nil,
    _ options: CSVFile.Options
  ) throws(Diagnostic) -> (tensor: Tensor, table: CSVFile?) {
    let source = try ByteSource.inflated(path)
    _ = try source.buffer(atLeast: 4096)
    var name = path.lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    if NPYFile.isNPY(source.buffered) || name.hasSuffix(".npy") {
      try refuse(options, path)
      return (try NPYFile(from: source).tensor, nil)
    }
    if IDXFile.isIDX(source.buffered) || name.hasSuffix("ubyte") || name.hasSuffix(".idx") {
      try refuse(options, path)
      return (try IDXFile.read(from: source), nil)
    }
    if [".csv", ".tsv", ".tab", ".txt"].contains(where: name.hasSuffix) || isText(source.buffered) {
      let file = try CSVFile(from: source, as: elements, lastColumnAs: last, options)
      return (file.tensor, file)
    }
    throw .corrupt(
      "the format is not known; supported are NPY, IDX and CSV, plain or compressed by gzip", path)
  }

  /// Refuses columns by name where there are none.
  private static func refuse(_ options: CSVFile.Options, _ path: String) throws(Diagnostic) {
    guard options.namesColumns else { return }
    throw Diagnostic(
      .invalidArgument,
      "columns have names only in CSV files; give a CSV file, or leave the names out",
      location: SourceLocation(file: path))
  }

  private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.prefix(4096).allSatisfy { $0 >= 0x20 || ($0 >= 0x09 && $0 <= 0x0d) }
  }
}
