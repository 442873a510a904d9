import Adjoint
import Foundation
import Testing

/// `--inputs`: one file for many inputs.
@Suite struct InputFileCommandTests {
  private static let graph = """
    adjoint 1
    graph mix {
      input %image: f32[B, 2]
      input %count: i32[B]
      parameter %scale: f32[2] = constant(1.0)
      %n = cast(%count) {to = f32} : f32[B]
      %counts = broadcast(%n) {shape = [B, 2], axes = [0]} : f32[B, 2]
      %scales = broadcast(%scale) {shape = [B, 2], axes = [1]} : f32[B, 2]
      %a = multiply(%image, %counts) : f32[B, 2]
      %y = multiply(%a, %scales) : f32[B, 2]
      %loss = reduce_sum(%y) {axes = [0, 1]} : f32[]
      output y = %y
      output loss = %loss
    }
    """

  /// A folder with the graph.
  private func files() throws -> (TemporaryFolder, graph: String) {
    let folder = try TemporaryFolder()
    return (folder, try folder.file("mix.graph", Self.graph))
  }

  private func write(
    _ tensors: [String: Tensor], _ name: String, _ folder: TemporaryFolder
  ) throws -> String {
    let path = folder.path(name)
    if name.hasSuffix("npz") {
      try NPZFile(tensors: tensors).write(to: path)
    } else {
      try SafetensorsFile(tensors: tensors).write(to: path)
    }
    return path
  }

  private static func tensors() throws -> [String: Tensor] {
    // Other types than the graph's where they hold the same numbers.
    try [
      "image": Tensor([1.0, 2, 3, 4, 5, 6], extents: [3, 2]), "count": Tensor([Int64(1), 2, -1]),
      "scale": Tensor([10, 100] as [Float]),
    ]
  }

  @Test(arguments: ["in.npz", "in.safetensors"])
  func givesEveryInput(_ name: String) throws {
    let (folder, graph) = try files()
    let path = try write(Self.tensors(), name, folder)
    let run = try CommandRun("run", graph, "--inputs", path, "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json
    #expect(report["dimensions"] as? [String: Int] == ["B": 3])
    let outputs = try #require(report["outputs"] as? [String: [String: Any]])
    let rows = try #require(outputs["y"]?["value"] as? [[Double]])
    #expect(rows == [[10, 200], [60, 800], [-50, -600]])
    let gradient = try CommandRun("gradient", graph, "--of", "loss", "--inputs", path, "--json")
    let gradients = try #require(try gradient.json["gradients"] as? [String: [String: Any]])
    #expect(gradients["scale"]?["value"] as? [Double] == [2, 4])
    let trace = try CommandRun(
      "trace", graph, "--of", "loss", "--tangent", "scale", "--inputs", path)
    #expect(trace.status == 0)
    #expect(trace.output.contains("tangents along scale, adjoints of loss"))
  }

  @Test func otherOptionsGiveTheRest() throws {
    let (folder, graph) = try files()
    var tensors = try Self.tensors()
    tensors["count"] = nil
    tensors["scale"] = nil
    let path = try write(tensors, "in.npz", folder)
    let weights = try write(["scale": Tensor([2, 3] as [Float])], "w.safetensors", folder)
    let run = try CommandRun(
      "run", graph, "--inputs", path, "--set", "count=1,1,1", "--weights", weights, "--only",
      "loss",
      "--json")
    let outputs = try #require(try run.json["outputs"] as? [String: [String: Any]])
    #expect(outputs["loss"]?["value"] as? Double == 54.0)
  }

  @Test func namesThatDoNotMatchAreOneError() throws {
    let (folder, graph) = try files()
    var tensors = try Self.tensors()
    tensors["imag"] = tensors.removeValue(forKey: "image")
    tensors["counts"] = tensors.removeValue(forKey: "count")
    let path = try write(tensors, "in.npz", folder)
    let run = try CommandRun("run", graph, "--inputs", path)
    #expect(run.status == 1)
    #expect(
      run.errors == """
        error: \(path): the graph mix has no input or parameter of these names; it has image, count, \
        scale [unknown-name]
          - counts; did you mean count?
          - imag; did you mean image?

        """)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let (folder, graph) = try files()
    func expect(
      _ part: String, _ code: String, _ change: (inout [String: Tensor]) throws -> Void,
      _ options: String...
    ) throws {
      var tensors = try Self.tensors()
      try change(&tensors)
      let path = try write(tensors, "in.safetensors", folder)
      let run = try CommandRun(arguments: ["run", graph, "--inputs", path] + options)
      #expect(run.status == 1)
      #expect(run.output.isEmpty)
      #expect(run.errors.hasPrefix("error: "))
      #expect(run.errors.contains(part), "\(run.errors)")
      #expect(run.errors.contains("[\(code)]"), "\(run.errors)")
    }
    try expect("count: i32[B]", "missing-input", { $0["count"] = nil })
    try expect("count is i32[B]", "shape-mismatch", { $0["count"] = try Tensor([[1.0]]) })
    try expect(
      "cannot hold 0.5", "scalar-type-mismatch", { $0["count"] = try Tensor([0.5, 1, 2]) })
    try expect("given twice", "duplicate-name", { _ in }, "--set", "count=1,2,3")
    let array = folder.path("x.npy")
    try NPYFile(Tensor([1.0])).write(to: array)
    let run = try CommandRun("run", graph, "--inputs", array)
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("error: \(array): the format is not known"))
    #expect(try CommandRun("run", graph, "--inputs", "no.npz").errors.contains("[input-output]"))
  }
}
