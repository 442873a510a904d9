import Adjoint
import Foundation
import Testing

@Suite struct RunCommandTests {
  @Test func printsScalarsInFull() throws {
    let run = try CommandRun("run", "Graphs/trace.graph", "--set", "x1=2", "--set", "x2=5")
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let text = try #require(run.output.split(separator: "= ").last).trimmingCharacters(
      in: .whitespacesAndNewlines)
    let wanted = 10 + exp(10.0) - sin(5.0)
    #expect(abs(try #require(Double(text)) - wanted) <= 1e-12 * wanted)
  }

  @Test func infersADimensionAndWritesAnOutput() throws {
    let folder = try TemporaryFolder()
    let x = try Tensor((0..<128).map { Float($0 % 17) / 16 }, extents: [2, 64])
    try NPYFile(x).write(to: folder.path("x.npy"))
    let run = try CommandRun(
      "run", "Graphs/digits-mlp.graph", "--input", "x=\(folder.path("x.npy"))", "--only", "logits",
      "--output", "logits=\(folder.path("logits.npy"))", "--json")
    #expect(run.status == 0)
    let report = try run.json
    #expect(report["dimensions"] as? [String: Int] == ["B": 2])
    let logits = try NPYFile(contentsOf: folder.path("logits.npy")).tensor
    #expect(logits.extents == [2, 10])
    let printed = try #require((report["outputs"] as? [String: [String: Any]])?["logits"])
    #expect(printed["type"] as? String == "f32[2, 10]")
    let rows = try #require(printed["value"] as? [[Double]])
    #expect(rows.joined().map { Float($0) } == logits.floats)
  }

  @Test func takesWeightsAndTheSeed() throws {
    let arguments = [
      "run", "Graphs/digits-mlp.graph", "--only", "logits", "--dim", "B=1", "--set",
      "x=" + Array(repeating: "0.5", count: 64).joined(separator: ","),
    ]
    let first = try CommandRun(arguments: arguments + ["--seed", "3"])
    #expect(first.status == 0)
    #expect(try CommandRun(arguments: arguments + ["--seed", "3"]).output == first.output)
    #expect(try CommandRun(arguments: arguments + ["--seed", "4"]).output != first.output)
    let folder = try TemporaryFolder()
    let graph = try Graph(
      contentsOf: CommandRun.root.appendingPathComponent("Graphs/digits-mlp.graph").path)
    let context = try graph.compiled(CompilationOptions(dimensions: ["B": 1])).makeContext(seed: 3)
    try SafetensorsFile(tensors: context.parameterTensors()).write(to: folder.path("w.safetensors"))
    let weighted = try CommandRun(
      arguments: arguments + ["--weights", folder.path("w.safetensors")])
    #expect(weighted.output == first.output)
  }

  @Test func spellsNumbersThatAreNotFinite() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "special.graph",
      """
      adjoint 1
      graph special {
        input %x: f32[3]
        %y = log(%x) : f32[3]
        output y = %y
      }
      """)
    let run = try CommandRun("run", path, "--set", "x=0,-1,inf", "--json")
    let outputs = try #require(try run.json["outputs"] as? [String: [String: Any]])
    #expect(outputs["y"]?["value"] as? [String] == ["-inf", "nan", "inf"])
  }

  @Test(arguments: [
    (["--set", "x1=1"], "x2: f64[]", "[missing-input]"),
    (["--set", "x3=1"], "no input or parameter named x3; it has x1, x2", "[unknown-name]"),
    (["--set", "x1=1,2", "--set", "x2=1"], "x1: f64[] is given 2 numbers", "[shape-mismatch]"),
    (["--set", "x1=1", "--set", "x1=2"], "given twice", "[duplicate-name]"),
    (["--input", "x1=no.npy"], "no.npy: cannot read", "[input-output]"),
    (["--set", "x1=1", "--set", "x2=2", "--dim", "B=3"], "no dimension named B", "[unknown-name]"),
    (
      ["--set", "x1=1", "--set", "x2=2", "--only", "z"], "no output named z; it has y",
      "[unknown-name]"
    ),
    (["--weights", "Graphs/trace.graph"], "Graphs/trace.graph", "[corrupt-file]"),
  ])
  func refusesWhatDoesNotFit(_ options: [String], _ part: String, _ code: String) throws {
    let run = try CommandRun(arguments: ["run", "Graphs/trace.graph"] + options)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: "))
    #expect(run.errors.contains(part))
    #expect(run.errors.contains(code))
  }

  @Test func refusesAMisshapenInput() throws {
    let folder = try TemporaryFolder()
    try NPYFile(Tensor(repeating: 0, .f32, extents: [2, 63])).write(to: folder.path("x.npy"))
    let run = try CommandRun(
      "run", "Graphs/digits-mlp.graph", "--only", "logits", "--input", "x=\(folder.path("x.npy"))")
    #expect(run.status == 1)
    #expect(run.errors.contains("x.npy: x is f32[B, 64]"))
    #expect(run.errors.contains("f32[2, 63]"))
    #expect(run.errors.contains("[shape-mismatch]"))
  }

  @Test func refusesFractionsForWholeNumbers() throws {
    let run = try CommandRun(
      "run", "Graphs/softmax-regression.graph", "--set", "x=1,2,3", "--set", "labels=0.5")
    #expect(run.status == 1)
    #expect(run.errors.contains("labels: i32[B] cannot hold 0.5"))
    #expect(run.errors.contains("[scalar-type-mismatch]"))
  }

  @Test(arguments: [
    ["--set", "x1"], ["--set", "x1=one"], ["--set", "=1"], ["--set", "x1="], ["--dim", "B=x"],
    ["--threads", "0"], ["--seed", "-1"], ["--colour"], ["--only", "a,,b"], ["--only", "y,y"],
  ])
  func refusesMalformedOptions(_ options: [String]) throws {
    let run = try CommandRun(arguments: ["run", "Graphs/trace.graph"] + options)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: "))
  }
}
