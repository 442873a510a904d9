import Adjoint
import Foundation
import Testing

@Suite struct TrainCommandTests {
  @Test func endsWithTheAccuracy() throws {
    let files = try TrainingFiles()
    let (weights, chart) = (files.folder.path("w.safetensors"), files.folder.path("loss.svg"))
    let run = try files.train(
      "--epochs", "10", "--show", "3", "--output", weights, "--plot", chart)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.hasPrefix("digits_mlp: 60 examples, 10 epochs of 2 steps, adam("))
    #expect(run.output.hasSuffix("\nheld-out accuracy: 100.0 %\n"))
    #expect(run.output.contains("predicted "))
    let graph = try Graph(contentsOf: files.graph)
    let file = try SafetensorsFile(contentsOf: weights)
    for port in graph.parameters { #expect(file.tensors[port.name]?.type == port.type) }
    #expect(try String(contentsOfFile: chart, encoding: .utf8).contains("training loss"))
  }

  @Test func drawsExamplesAsCharacters() throws {
    let run = try TrainingFiles().train("--epochs", "1", "--show", "2")
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    let caption = try #require(lines.firstIndex { $0.hasPrefix("predicted") })
    let picture = lines[caption - 8..<caption]
    #expect(picture.allSatisfy { $0.count <= 16 + 3 + 16 })
    #expect(picture.joined().allSatisfy { " .:-=+*#%@".contains($0) })
    #expect(lines[caption + 1].contains("label "))
  }

  @Test func resumesToTheSameBits() throws {
    let files = try TrainingFiles()
    let (straight, half) = (files.folder.path("straight"), files.folder.path("half"))
    let options = ["--batch", "16", "--seed", "5"]
    for optimizer in ["sgd", "momentum", "adam"] {
      let common = options + ["--optimizer", optimizer]
      func train(_ more: [String]) throws -> CommandRun {
        try CommandRun(
          arguments: [
            "train", files.graph, "--data", files.data, "--scale", "16", "--hold-out", "0.25",
          ]
            + common + more)
      }
      let whole = try train(["--epochs", "4", "--output", straight])
      _ = try train(["--epochs", "2", "--output", half])
      #expect(try files.folder.data("half") != files.folder.data("straight"))
      let resumed = try train(["--epochs", "4", "--resume", half, "--output", half])
      #expect(resumed.output.contains("resumed after epoch 2"))
      #expect(try files.folder.data("half") == files.folder.data("straight"))
      #expect(
        resumed.output.split(separator: "\n").last == whole.output.split(separator: "\n").last)
    }
  }

  @Test func reportsInJSON() throws {
    let files = try TrainingFiles()
    let report = try files.train("--epochs", "3", "--json").json
    #expect(report["epochs"] as? Int == 3)
    #expect((report["losses"] as? [Double])?.count == 3)
    let evaluation = try #require(report["evaluation"] as? [String: Any])
    #expect(evaluation["name"] as? String == "held-out")
    #expect(evaluation["examples"] as? Int == 20)
    #expect((0...1).contains(try #require(evaluation["accuracy"] as? Double)))
  }

  @Test func tellsEpochsOnStandardErrorWhenAsked() throws {
    let run = try TrainingFiles().train("--epochs", "2", "--verbose")
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("epoch 1/2  loss ") == true)
  }

  @Test func takesTestDataWithLabelsOfItsOwn() throws {
    let files = try TrainingFiles()
    let images = files.folder.path("x.npy")
    let labels = files.folder.path("labels.npy")
    try NPYFile(Tensor(repeating: 0.5, .f32, extents: [6, 8, 8])).write(to: images)
    try NPYFile(Tensor([Int32](repeating: 1, count: 6))).write(to: labels)
    let run = try CommandRun(
      "train", files.graph, "--data", images, "--labels", labels, "--test-data", images,
      "--test-labels", labels, "--epochs", "8", "--batch", "6", "--learning-rate", "0.01")
    #expect(run.output.hasSuffix("test accuracy: 100.0 %\n"))
  }

  @Test(arguments: [
    (["--epochs", "0"], "--epochs must be at least 1"), (["--hold-out", "1"], "between 0 and 1"),
    (["--epochs", "-1"], "at least 1, not -1"), (["--batch", "-8"], "at least 1, not -8"),
    (["--learning-rate", "nan"], "above 0"), (["--learning-rate", "-1"], "above 0, not -1.0"),
    (["--optimizer", "magic"], "sgd"),
    (["--scale", "0"], "other than 0"), (["--test-data", "x.csv"], "exclude each other"),
    (["--show", "1", "--json"], "exclude each other"),
  ])
  func refusesOptionsThatMeanNothing(_ options: [String], _ part: String) throws {
    let run = try CommandRun(
      arguments: ["train", "Graphs/digits-mlp.graph", "--data", "x.csv", "--hold-out", "0.2"]
        + options)
    #expect(run.status == 64)
    #expect(run.errors.contains(part))
  }
}
