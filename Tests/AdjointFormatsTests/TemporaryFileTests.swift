import AdjointCore
import AdjointFormats
import Foundation
import Testing

/// What writers that were killed leave behind is removed by the next writer of the same file.
@Suite struct TemporaryFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The names of the temporary files.
  private var temporaries: [String] {
    get throws { try folder.names.filter { $0.hasPrefix(".adjoint-") && $0.hasSuffix(".tmp") } }
  }

  /// Files as a killed writer of a path leaves them: without the lock.
  private func abandon(_ count: Int, to path: String) throws {
    for number in 0..<count {
      // The name of a temporary file that is being written, for the next one.
      try AtomicFile.write(to: path) { (output) throws(Diagnostic) in
        try output.write([1])
        let name = try? temporaries.first { !$0.contains("copy") }
        let copy = name.map { $0.replacing(".tmp", with: "copy\(number).tmp") }
        #expect(copy.flatMap { try? folder.put([7], $0) } != nil)
      }
    }
  }

  @Test func abandonedOnesOfTheSameFileAreRemoved() throws {
    let path = folder("a.bin")
    try abandon(1, to: path)
    #expect(try temporaries.count == 1)
    try AtomicFile.write([2], to: path)
    #expect(try folder.names == ["a.bin"])
    #expect(try bytes(ofFile: path) == [2])
  }

  @Test func thoseOfOtherFilesStay() throws {
    try abandon(1, to: folder("a.bin"))
    let left = try temporaries
    try AtomicFile.write([2], to: folder("b.bin"))
    #expect(try temporaries == left)
    // Through a link it is the same file.
    try FileManager.default.createSymbolicLink(
      atPath: folder("link"), withDestinationPath: "a.bin")
    try AtomicFile.write([2], to: folder("link"))
    #expect(try temporaries.isEmpty)
  }

  @Test func oneInUseStays() throws {
    let path = folder("a.bin")
    try AtomicFile.write(to: path) { (output) throws(Diagnostic) in
      try output.write([1])
      #expect((try? temporaries.count) == 1)
      // Another writer of the same file comes and goes.
      try AtomicFile.write([2, 2], to: path)
      #expect((try? temporaries.count) == 1)
      #expect((try? bytes(ofFile: path)) == [2, 2])
      try output.write([3])
    }
    #expect(try bytes(ofFile: path) == [1, 3])
    #expect(try folder.names == ["a.bin"])
  }

  @Test func aFailureLeavesNothing() throws {
    let path = folder("a.bin")
    try AtomicFile.write([1], to: path)
    let error = diagnostic { () throws(Diagnostic) in
      try AtomicFile.write(to: path) { (output) throws(Diagnostic) in
        try output.write([2])
        throw Diagnostic(.invalidArgument, "stop")
      }
    }
    #expect(error?.code == .invalidArgument)
    #expect(try folder.names == ["a.bin"])
    #expect(try bytes(ofFile: path) == [1])
  }

  /// Whoever takes part, each file that is read is whole, and nothing is left in the end.
  @Test func writersOfOneFileDoNotDisturbEachOther() async throws {
    let path = folder("a.bin")
    try abandon(1, to: path)
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<8 as Range<UInt8> {
        group.addTask {
          for _ in 0..<20 {
            let error = diagnostic { () throws(Diagnostic) in
              try AtomicFile.write([UInt8](repeating: writer, count: 5000), to: path)
            }
            #expect(error == nil)
            guard let found = try? bytes(ofFile: path) else { continue }
            #expect(found.count == 5000 && Set(found).count == 1)
          }
        }
      }
    }
    #expect(try folder.names == ["a.bin"])
  }

  @Test func pipesAndLinksWithSuchANameAreLeftAlone() throws {
    let path = folder("a.bin")
    try abandon(1, to: path)
    let name = try #require(try temporaries.first)
    try FileManager.default.removeItem(atPath: folder(name))
    try AtomicFile.write([9], to: folder("precious"))
    try FileManager.default.createSymbolicLink(
      atPath: folder(name), withDestinationPath: "precious")
    #expect(mkfifo(folder(name.replacing("copy", with: "pipe")), 0o600) == 0)
    try AtomicFile.write([2], to: path)
    #expect(try bytes(ofFile: folder("precious")) == [9])
    #expect(try bytes(ofFile: path) == [2])
  }
}
