import AdjointCore
import AdjointFormats
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
