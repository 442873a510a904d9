import Adjoint
import Foundation
import Testing

/// Graph files and weights that are damaged or lie, as the user of the command meets them: one error
/// with its place, exit code 1 and nothing on the standard output.
@Suite struct HostileFileCommandTests {
  private func expectError(
    _ run: CommandRun, _ path: String, _ part: String, _ code: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == 1, sourceLocation: sourceLocation)
    #expect(!run.isSignal, sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    #expect(
      run.errors.hasPrefix("error: \(path):"), "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errors.contains(part), "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errors.hasSuffix("[\(code)]\n"), "\(run.errors)", sourceLocation: sourceLocation)
  }

  private static func graph(_ lines: String...) -> String {
    "adjoint 1\ngraph g {\n" + lines.map { "  \($0)\n" }.joined() + "}\n"
  }

  private static let cases: [(String, String, String)] = [
    (
      graph("input %x: f32[]", "%a = tanh(%b) : f32[]", "%b = tanh(%a) : f32[]", "output y = %b"),
      "a graph cannot have a cycle", "invalid-graph"
    ),
    (
      graph("input %x: f32[4611686018427387904, 4]", "output y = %x"), "use a smaller shape",
      "invalid-type"
    ),
    (
      graph("%c = constant() {value = 1.0, type = f32[1000000000]} : f32[1000000000]"),
      "1 elements do not fill a tensor of type f32[1000000000]", "shape-mismatch"
    ),
    (
      graph("input %x: f32[]", "%y = tanh(%x) {a = " + String(repeating: "[", count: 1_000_000)),
      "lists do not nest", "syntax"
    ),
    (graph("input %x: f32[]", "%y = tahn(%x) : f32[]"), "did you mean tanh?", "unknown-operator"),
    (graph("input %x: f32[]", "%y = tanh(%x) : f64[]"), "it gives f32[]", "scalar-type-mismatch"),
    (
      graph("input %x: f32[3]", "input %y: f32[4]", "%z = add(%x, %y) : f32[3]"),
      "f32[3] and f32[4]", "shape-mismatch"
    ),
    ("adjoint 3\ngraph g {\n}\n", "of version 3", "syntax"),
    (String(repeating: "a", count: 20_000_000), "this one has 20000000", "syntax"),
    ("adjoint 1\ngraph g {\n  \u{1b}[2J\n}\n", "has the control character U+1b", "syntax"),
  ]

  @Test(arguments: cases.indices) func graphFiles(_ number: Int) throws {
    let folder = try TemporaryFolder()
    let (text, part, code) = Self.cases[number]
    let path = try folder.file("g.graph", text)
    expectError(try CommandRun("check", path), path, part, code)
  }

  @Test func aTruncatedGraph() throws {
    let folder = try TemporaryFolder()
    let text = try String(
      contentsOf: CommandRun.root.appendingPathComponent("Graphs/trace.graph"), encoding: .utf8)
    let end = try #require(text.range(of: "output")).lowerBound
    let path = try folder.file("g.graph", String(text[..<end]))
    expectError(try CommandRun("check", path), path, "is it truncated?", "syntax")
  }

  /// A plan that needs more memory than there is is refused before any is asked for.
  @Test func aTensorBeyondAllMemory() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "g.graph", Self.graph("parameter %w: f32[10000000000000] = he", "output y = %w"))
    let run = try CommandRun("run", path)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: the plan needs 38146972.7 MiB, the limit is "))
    #expect(run.errors.contains("[memory-limit]"))
  }

  @Test(arguments: [
    (#"{"w":{"dtype":"F64","shape":[3,4],"data_offsets":[0,9600]}}"#, "of 96", "corrupt-file"),
    (#"{"w":{"dtype":"F99","shape":[3,4],"data_offsets":[0,96]}}"#, "F99", "scalar-type-mismatch"),
    (
      #"{"w":{"dtype":"F64","shape":[4611686018427387904,4],"data_offsets":[0,96]}}"#,
      "which is not what its shape", "corrupt-file"
    ),
    (
      #"{"w":{"dtype":"F64","shape":[4,3],"data_offsets":[0,96]}}"#,
      "w is f64[3, 4], and the value in the file is f64[4, 3]", "shape-mismatch"
    ),
    (
      #"{"v":{"dtype":"F64","shape":[3,4],"data_offsets":[0,96]}}"#,
      "no tensor for the parameter w: f64[3, 4]", "missing-input"
    ),
  ])
  func weights(_ header: String, _ part: String, _ code: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("w.safetensors")
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    bytes += Array(header.utf8) + [UInt8](repeating: 0, count: 96)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let run = try CommandRun(
      "run", "Graphs/softmax-regression.graph", "--weights", path, "--set", "x=1,2,3", "--set",
      "labels=1")
    expectError(run, path, part, code)
  }

  /// What is quoted of a file is short.
  @Test func namesOfAMillionLetters() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("w.safetensors")
    let name = String(repeating: "w", count: 1_000_000)
    for header in [
      #"{"\#(name)":{"dtype":"F64","shape":[3],"data_offsets":[0,24]}}"#,
      #"{"w":{"dtype":"\#(name)","shape":[3],"data_offsets":[0,24]}}"#,
    ] {
      let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
      try Data(length + Array(header.utf8)).write(to: URL(fileURLWithPath: path))
      let run = try CommandRun("run", "Graphs/softmax-regression.graph", "--weights", path)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: \(path): the "))
      #expect(run.errors.utf8.count < 600)
    }
  }

  @Test func aHeaderLongerThanItsFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("w.safetensors")
    try Data([UInt8](repeating: 0xff, count: 8) + Array("{}".utf8))
      .write(to: URL(fileURLWithPath: path))
    let run = try CommandRun("run", "Graphs/softmax-regression.graph", "--weights", path)
    expectError(run, path, "claims 18446744073709551615 bytes, of 2 that follow", "corrupt-file")
  }
}
