import AdjointCore
import AdjointFormats
import Foundation
import Testing

/// Whether a result can be written is known before the work that gives it.
@Suite struct WritablePathTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func filesFoldersAndDevicesThatCanBeWritten() throws {
    let file = try folder.put([1], "file")
    try FileManager.default.createSymbolicLink(
      atPath: folder("link"), withDestinationPath: "file")
    for path in [file, folder("new"), folder("link"), "/dev/null"] {
      try AtomicFile.check(path)
    }
    #expect(try folder.names == ["file", "link"])
    #expect(try bytes(ofFile: file) == [1])
  }

  @Test func pathsThatCannotBeWritten() throws {
    let file = try folder.put([1], "file")
    for (path, reason) in [
      (folder("missing/a"), "No such file"), (file + "/a", "Not a directory"),
      (folder.path, "Is a directory"), ("", "empty"),
    ] {
      let error = diagnostic { () throws(Diagnostic) in try AtomicFile.check(path) }
      #expect(error?.code == .inputOutput)
      #expect(error?.message.contains(reason) == true, "\(error?.description ?? "")")
    }
  }
}
