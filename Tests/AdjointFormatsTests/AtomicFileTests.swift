import AdjointCore
import AdjointFormats
import Foundation
import Testing

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func writesAndReplaces() throws {
    let path = folder("a.bin")
    try AtomicFile.write([1, 2, 3], to: path)
    #expect(try bytes(ofFile: path) == [1, 2, 3])
    try AtomicFile.write(text: "é", to: path)
    #expect(try bytes(ofFile: path) == [0xc3, 0xa9])
    try AtomicFile.write([], to: path)
    #expect(try bytes(ofFile: path) == [])
    #expect(try folder.names == ["a.bin"])
  }

  @Test func keepsThePermissionsOfThePreviousFile() throws {
    let path = folder("a.bin")
    try AtomicFile.write([1], to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try AtomicFile.write([2], to: path)
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(permissions as? Int == 0o640)
  }

  @Test func replacesTheTargetOfALink() throws {
    try AtomicFile.write([1], to: folder("target"))
    try FileManager.default.createSymbolicLink(
      atPath: folder("link"), withDestinationPath: "target")
    try AtomicFile.write([2], to: folder("link"))
    #expect(try bytes(ofFile: folder("target")) == [2])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder("link")) == "target")
  }

  @Test func writesWhatALinkPointsToBeforeItExists() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: folder("there"), withIntermediateDirectories: true)
    try files.createSymbolicLink(atPath: folder("link"), withDestinationPath: "there/second")
    try files.createSymbolicLink(atPath: folder("there/second"), withDestinationPath: "target")
    try AtomicFile.check(folder("link"))
    try AtomicFile.write([3], to: folder("link"))
    #expect(try bytes(ofFile: folder("there/target")) == [3])
    #expect(try files.destinationOfSymbolicLink(atPath: folder("link")) == "there/second")
    #expect(try files.destinationOfSymbolicLink(atPath: folder("there/second")) == "target")
    #expect(try folder.names == ["link", "there"])
    // An absolute link, and one through a folder that is a link.
    try files.createSymbolicLink(atPath: folder("absolute"), withDestinationPath: folder("new"))
    try AtomicFile.write([4], to: folder("absolute"))
    #expect(try bytes(ofFile: folder("new")) == [4])
    try files.createSymbolicLink(atPath: folder("elsewhere"), withDestinationPath: "there")
    try AtomicFile.write([5], to: folder("elsewhere/second"))
    #expect(try bytes(ofFile: folder("there/target")) == [5])
  }

  @Test func linksThatLeadNowhereAreRefused() throws {
    let files = FileManager.default
    try files.createSymbolicLink(atPath: folder("a"), withDestinationPath: "b")
    try files.createSymbolicLink(atPath: folder("b"), withDestinationPath: "a")
    try files.createSymbolicLink(atPath: folder("lost"), withDestinationPath: "missing/file")
    try files.createSymbolicLink(atPath: folder("folder"), withDestinationPath: ".")
    for (name, reason) in [
      ("a", "Too many levels"), ("lost", "No such file"), ("folder", "Is a directory"),
    ] {
      let errors = [
        diagnostic { () throws(Diagnostic) in try AtomicFile.write([1], to: folder(name)) },
        diagnostic { () throws(Diagnostic) in try AtomicFile.check(folder(name)) },
      ]
      for error in errors {
        #expect(error?.code == .inputOutput)
        #expect(error?.message.contains(reason) == true, "\(error?.description ?? "")")
      }
    }
    #expect(try folder.names == ["a", "b", "folder", "lost"])
  }

  @Test func refusesPathsThatCannotBeWritten() throws {
    let file = try folder.put([7], "file")
    for (path, reason) in [
      (folder("missing/a.bin"), "No such file"), (file + "/a.bin", "Not a directory"),
      (folder.path, "Is a directory"), (folder(String(repeating: "x", count: 300)), "too long"),
    ] {
      let error = diagnostic { () throws(Diagnostic) in try AtomicFile.write([1], to: path) }
      #expect(error?.code == .inputOutput)
      #expect(error?.message.contains(reason) == true, "\(error?.description ?? "")")
      #expect(error?.location?.file == path)
    }
    for path in ["", "a\u{0}b"] {
      let error = diagnostic { () throws(Diagnostic) in try AtomicFile.write([1], to: path) }
      #expect(error?.code == .inputOutput)
    }
    #expect(try folder.names == ["file"])
    #expect(try bytes(ofFile: file) == [7])
  }

  /// Permissions do not hold root back, so root tries a folder that nobody can write to.
  @Test(
    .enabled(
      if: geteuid() != 0 || FileManager.default.fileExists(atPath: "/sys/kernel"),
      "root can write to every folder here"))
  func readOnlyFolder() throws {
    var path = "/sys/kernel/adjoint-test.bin"
    if geteuid() != 0 {
      path = folder("kept")
      try AtomicFile.write([1], to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
    }
    let error = diagnostic { () throws(Diagnostic) in try AtomicFile.write([2], to: path) }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    #expect(error?.code == .inputOutput)
    #expect(
      error?.message.contains("Permission denied") == true
        || error?.message.contains("Read-only file system") == true)
    if geteuid() != 0 { #expect(try bytes(ofFile: path) == [1]) }
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
  func deviceIsWrittenToAndNotReplaced() throws {
    let error = diagnostic { () throws(Diagnostic) in try AtomicFile.write([1], to: "/dev/full") }
    #expect(error?.code == .inputOutput)
    #expect(error?.message.contains("No space left") == true)
    #expect(error?.message.contains("free space") == true)
    try AtomicFile.write([1], to: "/dev/null")
    for device in ["/dev/full", "/dev/null"] {
      let type = try FileManager.default.attributesOfItem(atPath: device)[.type]
      #expect(type as? FileAttributeType == .typeCharacterSpecial)
    }
  }

  /// The limit on file sizes stands for a full disk: the write stops half way in the same manner.
  @Test func previousFileStaysWhereTheNewOneDoesNotFit() throws {
    let path = folder("a.bin")
    try AtomicFile.write([1, 2, 3], to: path)
    var previous = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    #else
      let resource = RLIMIT_FSIZE
    #endif
    getrlimit(resource, &previous)
    let handler = signal(SIGXFSZ, SIG_IGN)
    let limit = 32 << 20
    var lowered = rlimit(rlim_cur: rlim_t(limit), rlim_max: previous.rlim_max)
    setrlimit(resource, &lowered)
    let error = diagnostic { () throws(Diagnostic) in
      try AtomicFile.write([UInt8](repeating: 5, count: limit + 4096), to: path)
    }
    setrlimit(resource, &previous)
    signal(SIGXFSZ, handler)
    #expect(error?.code == .inputOutput)
    #expect(error?.message.contains("File too large") == true)
    #expect(try folder.names == ["a.bin"])
    #expect(try bytes(ofFile: path) == [1, 2, 3])
  }

  @Test(.enabled(if: SmallDisk.isPossible, "only root may mount a small disk"))
  func fullDisk() throws {
    let disk = try #require(SmallDisk(at: folder("disk")))
    let path = disk.path + "/a.bin"
    try AtomicFile.write([1, 2, 3], to: path)
    let error = diagnostic { () throws(Diagnostic) in
      try AtomicFile.write([UInt8](repeating: 5, count: 200_000), to: path)
    }
    #expect(error?.code == .inputOutput)
    #expect(error?.message.contains("No space left") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["a.bin"])
    #expect(try bytes(ofFile: path) == [1, 2, 3])
  }
}

/// A file system in memory of 64 KiB, unmounted when the value goes.
private final class SmallDisk {
  let path: String

  static let isPossible: Bool = {
    guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
    return SmallDisk(at: folder("disk")) != nil
  }()

  init?(at path: String) {
    self.path = path
    let files = FileManager.default
    guard (try? files.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil,
      Self.run("mount", "-t", "tmpfs", "-o", "size=64k", "adjoint-test", path)
    else { return nil }
  }

  deinit { _ = Self.run("umount", path) }

  private static func run(_ arguments: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
