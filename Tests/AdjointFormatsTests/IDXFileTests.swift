import AdjointCore
import AdjointFormats
import AdjointTables
import Foundation
import Testing

@Suite struct IDXFileTests {
  static let images: [UInt8] = [
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255,
  ]
  static let packedImages = "H4sIAAAAAAACA2Ng4GBmYGBgAmJGIGZmZGJmYf0PAAgJEToWAAAA"

  @Test func imagesAreReadPlainAndPacked() throws {
    let expected = try Tensor(.u8([1, 2, 3, 4, 5, 255]), extents: [2, 1, 3])
    #expect(try IDXFile.read(bytes: Self.images) == expected)
    let folder = try TemporaryFolder()
    let plain = try folder.put(Self.images, "t10k-images-idx3-ubyte")
    let packed = try folder.put(try bytes(base64: Self.packedImages), "images.gz")
    #expect(try IDXFile.read(plain) == expected)
    #expect(try IDXFile.read(packed) == expected)
    #expect(try DataFile.load(plain) == expected)
    #expect(try DataFile.load(packed) == expected)
  }

  @Test func otherTypesAreBigEndian() throws {
    #expect(
      try IDXFile.read(bytes: [0, 0, 0x0c, 1, 0, 0, 0, 2, 0, 0, 1, 0, 0xff, 0xff, 0xff, 0xff])
        == Tensor([256, -1] as [Int32]))
    #expect(
      try IDXFile.read(bytes: [0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0])
        == Tensor([1.5] as [Float]))
    #expect(
      try IDXFile.read(bytes: [0, 0, 0x0e, 1, 0, 0, 0, 1, 0xc0, 0, 0, 0, 0, 0, 0, 0])
        == Tensor([-2] as [Double]))
    #expect(
      try IDXFile.read(bytes: [0, 0, 0x09, 1, 0, 0, 0, 1, 0xff]) == Tensor([-1] as [Int32]))
    #expect(
      try IDXFile.read(bytes: [0, 0, 0x0b, 1, 0, 0, 0, 1, 1, 0]) == Tensor([256] as [Int32]))
  }

  @Test func badFilesAreRefused() {
    let huge: [UInt8] = [0, 0, 8, 3] + [UInt8](repeating: 0xff, count: 12) + [1]
    let tooDeep: [UInt8] = [0, 0, 8, 255] + [UInt8](repeating: 0, count: 1020)
    for bytes in [huge, tooDeep, [], [0, 0, 7, 0, 1], [1, 0, 8, 0, 1], Self.images + [0]] {
      let error = diagnostic { () throws(Diagnostic) in
        try IDXFile.read(bytes: bytes, path: "x.idx")
      }
      #expect(error?.code == .corruptFile)
      #expect(error?.location?.file == "x.idx")
    }
    expectPrefixesRefused(Self.images) { (bytes) throws(Diagnostic) in
      try IDXFile.read(bytes: bytes)
    }
    let refusals = refusalsUnderDamage(Self.images, seed: 6) { (bytes) throws(Diagnostic) in
      try IDXFile.read(bytes: bytes)
    }
    #expect(refusals > 100)
  }
}
