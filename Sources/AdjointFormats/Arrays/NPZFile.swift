import AdjointCore

/// Named arrays in NumPy's NPZ format: what `numpy.savez` and `numpy.savez_compressed` write and
/// `numpy.load` reads.
///
/// The file is a zip archive with one NPY file for each array, `x.npy` for the array `x`. It is read
/// whole, and what is read is bounded: of a compressed archive 64 times its size or 64 MiB, whichever is
/// more.
public struct NPZFile: Hashable, Sendable {
  /// The arrays by name.
  public var tensors: [String: Tensor]

  /// A file of the given arrays.
  public init(tensors: [String: Tensor] = [:]) { self.tensors = tensors }

  /// Reads a file.
  ///
  /// - Throws: `Diagnostic` `.inputOutput` where it cannot be read, `.corruptFile` where it is no zip
  ///   archive of NPY files or a checksum is not that of its member, `.duplicateName` where a name comes
  ///   twice, `.memoryLimit` where it inflates to too much, and what an NPY file throws.
  public init(contentsOf path: String) throws(Diagnostic) {
    try self.init(from: try ByteSource.plain(path))
  }

  /// Reads the bytes of a file; the path is only for messages.
  ///
  /// - Throws: as `init(contentsOf:)`.
  public init(bytes: [UInt8], path: String = "NPZ data") throws(Diagnostic) {
    try self.init(from: ByteSource(bytes: bytes, path: path))
  }

  package init(from source: ByteSource) throws(Diagnostic) {
    // Before the rest is read, which may be much of something else.
    guard try source.buffer(atLeast: 4), ZipArchive.isZip(source.buffered) else {
      throw .corrupt(
        "this is not an NPZ file: it does not begin as a zip archive does", source.path)
    }
    _ = try source.buffer(atLeast: .max)
    let archive = try ZipArchive(source.buffered, path: source.path)
    tensors = [:]
    for member in archive.members {
      guard member.name.hasSuffix(Self.suffix) else {
        throw .corrupt(
          "the member \(member.name.excerpt) of the archive is no NPY file; leave it out",
          source.path)
      }
      let contents = ByteSource(
        bytes: try archive.contents(of: member), path: "\(source.path), \(member.name.excerpt)")
      tensors[String(member.name.dropLast(Self.suffix.count))] = try NPYFile(from: contents).tensor
    }
  }

  /// The bytes of the file, its members uncompressed: the same for the same arrays.
  ///
  /// - Throws: `Diagnostic` `.invalidArgument` for a name of more than 65,531 bytes, for 65,535 arrays or
  ///   more, and for 4 GiB or more.
  public func bytes() throws(Diagnostic) -> [UInt8] {
    var bytes: [UInt8] = []
    try write { (part) throws(Diagnostic) in bytes += part }
    return bytes
  }

  /// Writes the file atomically, its members uncompressed.
  ///
  /// - Throws: what `bytes()` throws; `Diagnostic` `.inputOutput`, and a previous file is then as it
  ///   was.
  public func write(to path: String) throws(Diagnostic) {
    try AtomicFile.write(to: path) { (output) throws(Diagnostic) in
      try write { (part) throws(Diagnostic) in try output.write(part) }
    }
  }

  private static let suffix = ".npy"

  private func write(_ put: ([UInt8]) throws(Diagnostic) -> Void) throws(Diagnostic) {
    var writer = ZipWriter()
    let sorted = tensors.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    for (name, tensor) in sorted {
      let contents = NPYFile(tensor).bytes()
      try put(try writer.header(of: name + Self.suffix, contents))
      try put(contents)
    }
    try put(try writer.directory())
  }
}
