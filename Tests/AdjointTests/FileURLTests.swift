import Adjoint
import AdjointTables
import AdjointTraining
import Foundation
import Testing

@Suite("Files by URL")
struct FileURLTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("adjoint url \(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test("are written and read back")
  func roundTrips() throws {
    try withFolder { folder in
      let builder = GraphBuilder("g")
      builder.output("y", builder.input("x", .f32, [2]) + 1)
      let graph = try builder.build()
      let graphFile = folder.appendingPathComponent("ä graph.graph")
      try graph.write(to: graphFile)
      #expect(try Graph(contentsOf: graphFile).description == graph.description)
      #expect(FileManager.default.fileExists(atPath: graphFile.path))

      let tensor = try Tensor([[1, 2], [3, 4]], .i32)
      let npy = folder.appendingPathComponent("a.npy")
      try NPYFile(tensor).write(to: npy)
      #expect(try NPYFile(contentsOf: npy).tensor == tensor)
      #expect(try DataFile.load(npy) == tensor)

      let weights = folder.appendingPathComponent("w.safetensors")
      try SafetensorsFile(tensors: ["w": tensor]).write(to: weights)
      #expect(try SafetensorsFile(contentsOf: weights).tensors == ["w": tensor])

      let csv = folder.appendingPathComponent("a.csv")
      try "1,2\n3,4\n".write(to: csv, atomically: true, encoding: .utf8)
      #expect(try CSVFile(contentsOf: csv, as: .i32).tensor == tensor)
      let examples = try Dataset(contentsOf: csv, labelsInLastColumnAs: .i32)
      #expect(examples.features.floats == [1, 3])
      #expect(examples.labels?.storage == .i32([2, 4]))

      let idx = folder.appendingPathComponent("a.idx")
      try Data([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]).write(to: idx)
      #expect(try IDXFile.read(idx) == Tensor([7, 9], .u8))
      let relative = URL(fileURLWithPath: "a.idx", relativeTo: folder)
      #expect(try IDXFile.read(relative) == Tensor([7, 9], .u8))
    }
  }

  @Test("are refused where they are not those of files")
  func otherSchemes() throws {
    for text in ["https://example.com/a.npy", "file://elsewhere/a.npy", "a.npy", "data:,1"] {
      let url = try #require(URL(string: text))
      let error = #expect(throws: Diagnostic.self) { try NPYFile(contentsOf: url) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.hasPrefix("\(text) is not a file on this machine") == true)
    }
    let missing = URL(fileURLWithPath: "/no/such/file.npy")
    #expect(throws: Diagnostic.self) { try NPYFile(contentsOf: missing) }
  }

  @Test("have mistakes whose localized description says what is wrong")
  func localizedDescription() {
    let error: any Error = Diagnostic(
      .syntax, "a comma is missing", location: SourceLocation(file: "f", line: 2))
    #expect(error.localizedDescription == "f:2: a comma is missing [syntax]")
  }
}
