import AdjointCore
import AdjointFormats
import AdjointTables
import Foundation
import Testing

@Suite struct NPYFileTests {
  /// A file as NumPy writes it: a header padded with spaces to 128 bytes in all, and the data.
  static func file(_ dictionary: String, version: UInt8 = 1, data: [UInt8] = []) -> [UInt8] {
    let start = version == 1 ? 10 : 12
    var header = Array(dictionary.utf8)
    header += [UInt8](repeating: 0x20, count: max(0, 127 - start - header.count)) + [0x0a]
    var length = [UInt8(header.count & 0xff), UInt8(header.count >> 8)]
    if version > 1 { length += [0, 0] }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + header + data
  }

  static func dictionary(_ type: String, _ shape: String, fortran: Bool = false) -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
  }

  @Test func bytesAreThoseThatNumPyWrites() throws {
    let tensor = try Tensor([1.5, -2] as [Float])
    let written = NPYFile(tensor).bytes()
    let data: [UInt8] = [0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0]
    #expect(written == Self.file(Self.dictionary("<f4", "(2,)"), data: data))
    #expect(written[8] == 0x76 && written[9] == 0)
    #expect(written[127] == 0x0a && written.count == 136)
  }

  @Test func headersAreAligned() throws {
    let shapes = [[], [0], [7], [3, 0, 5], Array(repeating: 1, count: 16), [1, 1, 1, 1, 2, 2]]
    for extents in shapes {
      let written = NPYFile(try Tensor(repeating: 2, .u8, extents: extents)).bytes()
      let start = 10 + Int(written[8]) + Int(written[9]) << 8
      #expect(start % 64 == 0)
      #expect(written[start - 1] == 0x0a)
      #expect(try NPYFile(bytes: written).tensor.extents == extents)
    }
  }

  @Test func everyTypeComesBack() throws {
    let values = [0.0, 1, 2.5, 100.25, 7, 255]
    for type in ScalarType.allCases {
      let tensor = try Tensor(Tensor.Storage(casting: values, as: type), extents: [2, 3])
      #expect(try NPYFile(bytes: NPYFile(tensor).bytes()).tensor == tensor)
    }
    let special = try Tensor(
      [-.infinity, .greatestFiniteMagnitude, -0.0, .leastNonzeroMagnitude] as [Double])
    let back = try NPYFile(bytes: NPYFile(special).bytes()).tensor
    #expect(back.doubles.map(\.bitPattern) == special.doubles.map(\.bitPattern))
  }

  @Test func filesFromNumPyAreRead() throws {
    let floats: [UInt8] = [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]
    let cases: [([UInt8], Tensor)] = [
      (
        Self.file(Self.dictionary("<f4", "(1, 2)"), data: floats),
        try Tensor([1, 2] as [Float], extents: [1, 2])
      ),
      (
        Self.file(
          Self.dictionary(">i4", "(3,)"), version: 2,
          data: [0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe, 0, 4, 0x93, 0xe0]),
        try Tensor([1, -2, 300_000] as [Int32])
      ),
      (
        Self.file(
          Self.dictionary("<i8", "()"), version: 3,
          data: [0xf9] + [UInt8](repeating: 0xff, count: 7)),
        try Tensor(scalar: -7, .i64)
      ),
      (
        Self.file(Self.dictionary(">f8", "(1,)"), data: [0x3f, 0xf0, 0, 0, 0, 0, 0, 0]),
        try Tensor([1] as [Double])
      ),
      (
        Self.file(Self.dictionary("|b1", "(3,)"), data: [1, 0, 1]),
        try Tensor(.bool([true, false, true]), extents: [3])
      ),
      (
        Self.file(
          Self.dictionary("<f2", "(5,)"), data: [0, 0x3c, 0, 0xb8, 0xff, 0x7b, 1, 0, 0, 0x7c]),
        try Tensor([1, -0.5, 65504, 5.9604645e-08, .infinity] as [Float])
      ),
      (
        Self.file(Self.dictionary("|i1", "(2L,)"), data: [0x80, 5]),
        try Tensor([-128, 5] as [Int32])
      ),
      (
        Self.file(Self.dictionary(">u2", "(1,)"), data: [0xff, 0xfe]),
        try Tensor([65534] as [Int32])
      ),
      (
        Self.file(Self.dictionary("<i2", "(1,)"), data: [0xfe, 0xff]), try Tensor([-2] as [Int32])
      ),
      (
        Self.file(Self.dictionary("<u4", "(1,)"), data: [0, 0, 0, 0x80]),
        try Tensor(.i64([0x8000_0000]), extents: [1])
      ),
      (
        Self.file("{\"shape\":(2,),\"fortran_order\":False,\"descr\":\"|u1\"}", data: [3, 4]),
        try Tensor(.u8([3, 4]), extents: [2])
      ),
    ]
    for (bytes, tensor) in cases { #expect(try NPYFile(bytes: bytes).tensor == tensor) }
  }

  @Test func fortranOrderBecomesRowMajor() throws {
    let matrix = Self.file(
      Self.dictionary("|u1", "(2, 3)", fortran: true), data: [11, 21, 12, 22, 13, 23])
    #expect(try NPYFile(bytes: matrix).tensor.storage == .u8([11, 12, 13, 21, 22, 23]))
    // Element (i, j, k) of 2×3×4 is 100i + 10j + k, the first index fastest.
    var data: [UInt8] = []
    for k in 0..<4 {
      for j in 0..<3 { for i in 0..<2 { data.append(UInt8(100 * i + 10 * j + k)) } }
    }
    let cube = Self.file(Self.dictionary("|u1", "(2, 3, 4)", fortran: true), data: data)
    var expected: [UInt8] = []
    for i in 0..<2 {
      for j in 0..<3 { for k in 0..<4 { expected.append(UInt8(100 * i + 10 * j + k)) } }
    }
    #expect(try NPYFile(bytes: cube).tensor.storage == .u8(expected))
    let empty = Self.file(Self.dictionary("<f8", "(3, 0)", fortran: true))
    #expect(try NPYFile(bytes: empty).tensor.extents == [3, 0])
  }

  @Test func badHeadersAreRefused() throws {
    let wrong: [(String, Diagnostic.Code)] = [
      (Self.dictionary("<c8", "(1,)"), .scalarTypeMismatch),
      (Self.dictionary("<u8", "(1,)"), .scalarTypeMismatch),
      (Self.dictionary("|O", "(1,)"), .scalarTypeMismatch),
      ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", .scalarTypeMismatch),
      (Self.dictionary("<f4", "(1)"), .corruptFile),
      (Self.dictionary("<f4", "(-1,)"), .corruptFile),
      (Self.dictionary("<f4", "(1.0,)"), .corruptFile),
      (Self.dictionary("<f4", "(9999999999999999999,)"), .corruptFile),
      (Self.dictionary("<f4", "(4611686018427387904, 4)"), .corruptFile),
      (Self.dictionary("<f4", "(4611686018427387904, 4, 0)"), .corruptFile),
      (Self.dictionary("<f4", "(1000000000,)"), .corruptFile),
      (Self.dictionary("<f4", "(\(String(repeating: "1, ", count: 17)))"), .corruptFile),
      ("{'descr': '<f4', 'shape': (1,), }", .corruptFile),
      ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", .corruptFile),
      ("{'descr': '<f4', 'fortran_order': false, 'shape': (1,)}", .corruptFile),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", .corruptFile),
      ("", .corruptFile),
    ]
    for (header, code) in wrong {
      let bytes = Self.file(header, data: [0, 0, 0, 0])
      let error = diagnostic { () throws(Diagnostic) in try NPYFile(bytes: bytes, path: "x.npy") }
      #expect(error?.code == code, "\(header)")
      #expect(error?.location?.file == "x.npy")
    }
    let version = Self.file(Self.dictionary("<f4", "(1,)"), version: 4, data: [0, 0, 0, 0])
    #expect(
      diagnostic { () throws(Diagnostic) in try NPYFile(bytes: version) }?.code == .corruptFile)
    let boolean = Self.file(Self.dictionary("|b1", "(1,)"), data: [2])
    #expect(
      diagnostic { () throws(Diagnostic) in try NPYFile(bytes: boolean) }?.code == .corruptFile)
    let tail = Self.file(Self.dictionary("|u1", "(1,)"), data: [2, 3])
    #expect(diagnostic { () throws(Diagnostic) in try NPYFile(bytes: tail) }?.code == .corruptFile)
  }

  @Test func damagedFilesAreRefusedOrRead() throws {
    let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], extents: [2, 3])
    for bytes in [
      NPYFile(tensor).bytes(),
      Self.file(
        Self.dictionary(">i2", "(2, 2)", fortran: true), version: 2,
        data: [1, 2, 3, 4, 5, 6, 7, 8]),
    ] {
      expectPrefixesRefused(bytes) { (bytes) throws(Diagnostic) in try NPYFile(bytes: bytes) }
      let refusals = refusalsUnderDamage(bytes, seed: 5) { (bytes) throws(Diagnostic) in
        try NPYFile(bytes: bytes)
      }
      #expect(refusals > 500)
    }
  }

  @Test func filesOnDisk() throws {
    let folder = try TemporaryFolder()
    let tensor = try Tensor([1, 2] as [Double])
    try NPYFile(tensor).write(to: folder("a.npy"))
    #expect(try NPYFile(contentsOf: folder("a.npy")).tensor == tensor)
    #expect(try DataFile.load(folder("a.npy")) == tensor)
  }
}
