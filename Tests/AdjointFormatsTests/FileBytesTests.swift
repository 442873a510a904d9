import AdjointCore
import AdjointFormats
import AdjointTables
import Foundation
import Testing

@Suite struct FileBytesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func readsWholeFiles() throws {
    #expect(try FileBytes.read(try folder.put([], "empty")) == [])
    let large = [UInt8]((0..<300_000).map { UInt8(truncatingIfNeeded: $0) })
    #expect(try FileBytes.read(try folder.put(large, "large")) == large)
  }

  @Test func theLimitHolds() throws {
    let path = try folder.put([1, 2, 3], "three")
    #expect(try FileBytes.read(path, maximumByteCount: 3) == [1, 2, 3])
    let error = diagnostic { () throws(Diagnostic) in
      try FileBytes.read(path, maximumByteCount: 2)
    }
    #expect(error?.code == .memoryLimit)
    #expect(error?.message.contains("more than 2 bytes") == true)
  }

  @Test func endlessFileIsRefused() {
    let error = diagnostic { () throws(Diagnostic) in
      try FileBytes.read("/dev/zero", maximumByteCount: 1 << 20)
    }
    #expect(error?.code == .memoryLimit)
  }

  @Test func foldersAndMissingFilesAreRefused() throws {
    for (path, reason) in [
      (folder.path, "Is a directory"), (folder("none"), "No such file"), ("", "empty"),
      ("a\u{0}b", "zero byte"),
    ] {
      let error = diagnostic { () throws(Diagnostic) in try FileBytes.read(path) }
      #expect(error?.code == .inputOutput)
      #expect(error?.message.contains(reason) == true)
    }
  }

  static let twoMembers = "H4sIAAAAAAACA8tIzcnJ11EAAJlW6hEHAAAAH4sIAAAAAAACAyvPL8pJ4QIAqGE43QYAAAA="

  @Test func gzipMembersAreJoined() throws {
    let packed = try bytes(base64: Self.twoMembers)
    #expect(Gzip.isGzip(packed))
    #expect(String(decoding: try Gzip.inflate(packed), as: UTF8.self) == "hello, world\n")
    #expect(String(decoding: try Gzip.inflate(packed + [0, 0]), as: UTF8.self) == "hello, world\n")
    #expect(
      try FileBytes.readInflated(try folder.put(packed, "a.gz")) == Array("hello, world\n".utf8))
    #expect(try FileBytes.readInflated(try folder.put([1, 2], "plain")) == [1, 2])
  }

  @Test func damagedGzipIsRefused() throws {
    let packed = try bytes(base64: Self.twoMembers)
    for count in 0..<packed.count {
      let prefix = Array(packed[..<count])
      let error = diagnostic { () throws(Diagnostic) in try Gzip.inflate(prefix) }
      // The first member is 27 bytes, and a whole file by itself.
      #expect(error?.code == (count == 27 ? nil : .corruptFile), "\(count)")
    }
    let trailing = diagnostic { () throws(Diagnostic) in try Gzip.inflate(packed + [1]) }
    #expect(trailing?.message.contains("after its end") == true)
    let refusals = refusalsUnderDamage(packed, seed: 11) { (bytes) throws(Diagnostic) in
      try Gzip.inflate(bytes)
    }
    #expect(refusals > packed.count * 5)
  }

  /// A gzip file of one stored byte after the other, so that its size is known: members of 100,000
  /// equal bytes in 132.
  private func bomb(_ byteCount: Int) throws -> [UInt8] {
    let member = try bytes(
      base64: "H4sIAAAAAAACA+3BMQEAAADCoPVPbQ0PoA" + String(repeating: "A", count: 127)
        + "IBXA32VEdSghgEA")
    return [[UInt8]](repeating: member, count: byteCount / 100_000).flatMap { $0 }
  }

  /// Whatever the format, a bomb is one error, and found before its bytes are in memory.
  @Test func bombsAreRefusedByEveryReader() throws {
    let name = "bomb"
    for suffix in [".csv.gz", ".npy.gz", ".idx.gz", ".gz"] {
      let path = try folder.put(try bomb(100_000_000), name + suffix)
      let error = diagnostic { () throws(Diagnostic) in try DataFile.load(path) }
      #expect(error != nil)
      #expect(error?.location?.file == path)
    }
  }

  /// Elements that lie across the parts in which a file is read, behind headers of any length.
  @Test(arguments: 0..<9) func elementsAcrossParts(_ offset: Int) throws {
    let count = 400_000
    let numbers = (0..<count).map { Double($0) + 0.5 }
    let file = SafetensorsFile(
      tensors: ["w": try Tensor(numbers), "v": try Tensor(numbers.map { Float($0) })],
      metadata: ["k": String(repeating: "x", count: offset)])
    let path = folder("w.safetensors")
    try file.write(to: path)
    #expect(try SafetensorsFile(contentsOf: path) == file)
    let bytes = try bytes(ofFile: path)
    #expect(try file.bytes() == bytes)
    // An offset that no element is aligned to.
    let header =
      "{\"w\":{\"dtype\":\"F64\",\"shape\":[\(count)],\"data_offsets\":[0,\(8 * count)]}}"
    let padded = Array((header + String(repeating: " ", count: offset)).utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: padded.count >> (8 * $0)) }
    let data = numbers.flatMap { number in
      (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt64($0))) }
    }
    let odd = try folder.put(length + padded + data, "odd.safetensors")
    #expect(try SafetensorsFile(contentsOf: odd).tensors["w"] == Tensor(numbers))
    let short = try folder.put(length + padded + data.dropLast(offset + 1), "short.safetensors")
    #expect(
      diagnostic { () throws(Diagnostic) in try SafetensorsFile(contentsOf: short) }?.code
        == .corruptFile)
  }

  @Test func gzipBombIsRefused() throws {
    // 100,000 zero bytes in 132.
    let member = try bytes(
      base64: "H4sIAAAAAAACA+3BMQEAAADCoPVPbQ0PoA" + String(repeating: "A", count: 127)
        + "IBXA32VEdSghgEA")
    #expect(try Gzip.inflate(member) == [UInt8](repeating: 0, count: 100_000))
    let small = diagnostic { () throws(Diagnostic) in
      try Gzip.inflate(member, maximumByteCount: 99_999)
    }
    #expect(small?.code == .memoryLimit)
    // 80 MB: allowed by the limit of the caller, refused for the ratio.
    let bomb = [[UInt8]](repeating: member, count: 800).flatMap { $0 }
    let error = diagnostic { () throws(Diagnostic) in try Gzip.inflate(bomb) }
    #expect(error?.code == .memoryLimit)
  }
}
