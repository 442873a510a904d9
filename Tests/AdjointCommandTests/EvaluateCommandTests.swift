import Adjoint
import Foundation
import Testing

@Suite struct EvaluateCommandTests {
  /// Three kinds of fruit that two numbers tell apart, with names, below a header.
  private func table(_ folder: TemporaryFolder, _ name: String = "fruit.csv", rows: Int = 60) throws
    -> String
  {
    let kinds = ["pear", "apple", "fig"]
    var text = "weight,note,size,kind\n"
    for row in 0..<rows {
      let kind = (row * 7) % 3
      let (a, b) = (kind == 1 ? 2.0 : 0, kind == 2 ? 2.0 : 0)
      text += "\(a + Double(row % 5) / 20),x,\(b - Double(row % 4) / 20),\(kinds[kind])\n"
    }
    return try folder.file(name, text)
  }

  private func graph(_ folder: TemporaryFolder) throws -> String {
    let builder = GraphBuilder("fruit")
    let x = builder.input("x", .f32, ["B", 2])
    let labels = builder.input("labels", .i32, ["B"])
    let w = builder.parameter("w", .f32, [2, 3], .glorot)
    let b = builder.parameter("b", .f32, [3])
    let logits = linear(x, weight: w, bias: b)
    builder.output("logits", logits)
    builder.output("loss", crossEntropy(logits: logits, indices: labels))
    let path = folder.path("fruit.graph")
    try builder.build().write(to: path)
    return path
  }

  private static let columns = ["--columns", "weight,size", "--label-column", "kind"]

  @Test("names of classes go from the table through the weights to the predictions")
  func names() throws {
    let folder = try TemporaryFolder()
    let (graph, data, weights) = (
      try graph(folder), try table(folder), folder.path("fruit.safetensors")
    )
    let trained = try CommandRun(
      arguments: [
        "train", graph, "--data", data, "--hold-out", "0.2", "--epochs", "40", "--optimizer", "sgd",
        "--output", weights, "--show", "2",
      ] + Self.columns)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.output.hasSuffix("\nheld-out accuracy: 100.0 %\n"))
    #expect(["pear", "apple", "fig"].contains { trained.output.contains("predicted \($0)") })
    // Other data, in which only two classes occur, have the same numbers.
    let other = try folder.file(
      "other.csv", "kind\tsize\tweight\npear\t0\t0\nfig\t2\t0\npear\t0.1\t0\n")
    let predictions = folder.path("predictions.csv")
    let run = try CommandRun(
      arguments: [
        "evaluate", graph, "--weights", weights, "--data", other, "--output", predictions,
        "--metric", "accuracy", "--metric", "top-2", "--metric", "loss",
      ] + Self.columns)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.prefix(3) == ["fruit: 3 examples", "accuracy: 100.0 %", "top-2: 100.0 %"])
    #expect(lines.count == 4 && lines[3].hasPrefix("loss: "))
    let text = try String(contentsOfFile: predictions, encoding: .utf8)
    #expect(text == "predicted,label\npear,pear\nfig,fig\npear,pear\n")
    let report = try CommandRun(
      arguments: ["evaluate", graph, "--weights", weights, "--data", other, "--json"] + Self.columns
    ).json
    #expect(report["classes"] as? [String] == ["apple", "fig", "pear"])
    #expect((report["metrics"] as? [String: Double])?["accuracy"] == 1)
    // A name that the training did not have.
    let unknown = try folder.file("unknown.csv", "weight,size,kind\n1,2,plum\n")
    let refused = try CommandRun(
      arguments: ["evaluate", graph, "--weights", weights, "--data", unknown] + Self.columns)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("unknown.csv:2:5: the training has no class named plum"))
    #expect(refused.errors.contains("it has apple, fig, pear"))
  }

  @Test("judges the weights that train wrote as train did")
  func sameAccuracy() throws {
    let files = try TrainingFiles()
    let weights = files.folder.path("w.safetensors")
    _ = try files.train("--epochs", "2", "--output", weights)
    let report = try CommandRun(
      "evaluate", files.graph, "--weights", weights, "--data", files.data, "--scale", "16", "--json"
    ).json
    #expect(report["examples"] as? Int == 80)
    #expect((0...1).contains(try #require((report["metrics"] as? [String: Double])?["accuracy"])))
    // A class that the graph does not have, in the last row.
    let wrong = try folderFile(files, label: 10)
    let refused = try CommandRun(
      "evaluate", files.graph, "--weights", weights, "--data", wrong, "--scale", "16")
    #expect(refused.status == 1)
    #expect(
      refused.errors.contains(
        "the label of example 1 is 10.0, and the graph has the classes 0 to 9"))
  }

  private func folderFile(_ files: TrainingFiles, label: Int) throws -> String {
    let row = Array(repeating: "1", count: 64).joined(separator: ",")
    return try files.folder.file("wrong.csv", "\(row),\(label)\n")
  }

  @Test("refuses weights of another shape, and metrics that there are no outputs for")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let (graph, data) = (try graph(folder), try table(folder))
    let weights = folder.path("w.safetensors")
    try SafetensorsFile(tensors: [
      "w": Tensor(repeating: 0, .f32, extents: [3, 2]),
      "b": Tensor(repeating: 0, .f32, extents: [3]),
    ]).write(to: weights)
    let common = ["evaluate", graph, "--weights", weights, "--data", data] + Self.columns
    let misshapen = try CommandRun(arguments: common)
    #expect(misshapen.status == 1)
    #expect(misshapen.errors.contains("w is f32[3, 2], the parameter is f32[2, 3]"))
    let metric = try CommandRun(arguments: common + ["--metric", "mean-absolute-error"])
    #expect(metric.status == 1 && metric.errors.contains("name the predictions"))
    for wrong in [["--metric", "acuracy"], ["--metrics", "loss"], ["--missing", "guess"]] {
      let run = try CommandRun(arguments: common + wrong)
      #expect(run.status == 64)
      #expect(run.errors.contains("--m"))
    }
  }
}
