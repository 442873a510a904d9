import AdjointCore
import AdjointFormats
import Foundation
import Testing

@Suite struct SafetensorsChecksumTests {
  private func file() throws -> SafetensorsFile {
    SafetensorsFile(
      tensors: [
        "w": try Tensor([1, 2] as [Float]), "n": try Tensor(.i64([5]), extents: [1]),
        "m": try Tensor(.bool([true, false]), extents: [2]),
      ], metadata: ["adjoint.losses": "1.5 0.25", "z": "é"], hasChecksum: true)
  }

  @Test func everythingComesBack() throws {
    let file = try file()
    let bytes = try file.bytes()
    let again = try SafetensorsFile(bytes: bytes)
    #expect(again == file)
    #expect(again.hasChecksum)
    #expect(again.metadata == file.metadata)
    #expect(try again.bytes() == bytes)
    let folder = try TemporaryFolder()
    try file.write(to: folder("a.safetensors"))
    #expect(try AdjointFormatsTests.bytes(ofFile: folder("a.safetensors")) == bytes)
    #expect(try SafetensorsFile(contentsOf: folder("a.safetensors")) == file)
  }

  /// The value is that of zlib's `crc32` over the file with zeros in its place.
  @Test func theValueIsTheDocumentedOne() throws {
    let bytes = try SafetensorsFile(hasChecksum: true).bytes()
    let text = String(decoding: bytes[8...], as: UTF8.self)
    #expect(
      text.hasPrefix(
        "{\"__metadata__\":{\"adjoint.checksum\":\"crc32\",\"adjoint.crc32\":\""))
    let value = try #require(text.firstRange(of: "crc32\":\"")).upperBound
    let digits = text[value...].prefix(8)
    let zeroed = Array(bytes[..<8]) + Array(text.replacing(digits, with: "00000000").utf8)
    var register: UInt32 = ~0
    for byte in zeroed {
      register ^= UInt32(byte)
      for _ in 0..<8 { register = register >> 1 ^ (register & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    #expect(UInt32(digits, radix: 16) == ~register)
  }

  @Test func everyFlippedBitIsFound() throws {
    let bytes = try file().bytes()
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let error = diagnostic { () throws(Diagnostic) in try SafetensorsFile(bytes: damaged) }
      #expect(error != nil, "bit \(bit % 8) of byte \(bit / 8)")
    }
  }

  @Test func othersOfManyChangesAreFoundToo() throws {
    let bytes = try file().bytes()
    let random = CounterBasedRandom(seed: 3)
    for round in 0..<500 as Range<UInt64> {
      var damaged = bytes
      for change in 0..<3 as Range<UInt64> {
        let bits = random.bits(at: 3 * round + change)
        damaged[Int(bits.0 % UInt64(bytes.count))] ^= UInt8(truncatingIfNeeded: bits.1 | 1)
      }
      if damaged == bytes { continue }
      #expect(diagnostic { () throws(Diagnostic) in try SafetensorsFile(bytes: damaged) } != nil)
    }
    for count in 0..<bytes.count {
      let prefix = Array(bytes[..<count])
      #expect(diagnostic { () throws(Diagnostic) in try SafetensorsFile(bytes: prefix) } != nil)
    }
  }

  @Test func aFileWithoutOneIsRead() throws {
    var file = try file()
    file.hasChecksum = false
    let again = try SafetensorsFile(bytes: file.bytes())
    #expect(!again.hasChecksum)
    #expect(again.tensors == file.tensors)
  }

  @Test func itsNamesAreReserved() throws {
    for name in ["adjoint.checksum", "adjoint.crc32"] {
      let file = SafetensorsFile(metadata: [name: "x"])
      #expect(
        diagnostic { () throws(Diagnostic) in try file.bytes() }?.code == .invalidArgument)
    }
  }
}
