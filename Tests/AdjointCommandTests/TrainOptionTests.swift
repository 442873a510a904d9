import Adjoint
import Foundation
import Testing

/// Schedules, decay, clipping, frozen parameters, early stopping and other weights on the command line.
@Suite struct TrainOptionTests {
  @Test("tell what they did")
  func report() throws {
    let files = try TrainingFiles()
    let report = try files.train(
      "--epochs", "4", "--schedule", "cosine", "--warm-up", "1", "--weight-decay", "0.01",
      "--clip-norm", "1", "--metric", "top-2", "--early-stopping", "2", "--class-weights",
      "balanced", "--json")
    // Two of ten classes occur.
    #expect(report.status == 1)
    #expect(report.errors.contains("the classes 2, 3, 4, 5, 6, 7, 8, 9 do not occur"))
    let run = try files.train(
      "--epochs", "4", "--schedule", "cosine", "--warm-up", "1", "--weight-decay", "0.01",
      "--clip-norm", "1", "--metric", "top-2", "--early-stopping", "2", "--class-weights",
      "0=1,1=2.5", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json
    #expect((json["optimizer"] as? String)?.contains("weight decay 0.01") == true)
    let epochs = try #require(json["epochReports"] as? [[String: Any]])
    #expect(epochs.count == json["epochs"] as? Int)
    for epoch in epochs {
      let training = try #require(epoch["training"] as? [String: Double])
      let evaluation = try #require(epoch["evaluation"] as? [String: Double])
      #expect(Set(training.keys) == ["top-2"])
      #expect(Set(evaluation.keys) == ["top-2", "accuracy", "loss"])
    }
    #expect(json["bestEpoch"] is Int)
  }

  @Test("begin from weights, and leave frozen ones as they are")
  func fineTuning() throws {
    let files = try TrainingFiles()
    let (first, second) = (files.folder.path("first"), files.folder.path("second"))
    _ = try files.train("--epochs", "2", "--output", first)
    let run = try files.train(
      "--epochs", "2", "--initial-weights", first, "--freeze", "w1,b1", "--output", second)
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let (before, after) = (
      try SafetensorsFile(contentsOf: first), try SafetensorsFile(contentsOf: second)
    )
    #expect(
      after.tensors["w1"] == before.tensors["w1"] && after.tensors["b1"] == before.tensors["b1"])
    #expect(after.tensors["w2"] != before.tensors["w2"])
    #expect(after.tensors["optimizer.mean.w1"] == nil)
    // A part of the weights is said to be one, and other shapes are refused.
    let part = files.folder.path("part")
    try SafetensorsFile(tensors: before.tensors.filter { $0.key.hasSuffix("1") }).write(to: part)
    let partial = try files.train("--epochs", "1", "--initial-weights", part)
    #expect(partial.status == 0 && partial.errors == "\(part) has no weights for w2, b2\n")
    try SafetensorsFile(tensors: ["w1": Tensor([1, 2] as [Float])]).write(to: part)
    let misshapen = try files.train("--epochs", "1", "--initial-weights", part)
    #expect(misshapen.status == 1)
    #expect(misshapen.errors.contains("w1 is f32[2], the parameter is f32[64, 128]"))
  }

  @Test("a schedule is the same in a resumed training")
  func resumes() throws {
    let files = try TrainingFiles()
    let (straight, half) = (files.folder.path("straight"), files.folder.path("half"))
    let options = ["--schedule", "step:1:0.5", "--batch", "16", "--drop-last"]
    func train(_ more: [String]) throws -> CommandRun {
      try CommandRun(
        arguments: [
          "train", files.graph, "--data", files.data, "--scale", "16", "--hold-out", "0.25",
        ] + options + more)
    }
    _ = try train(["--epochs", "4", "--output", straight])
    _ = try train(["--epochs", "2", "--output", half])
    let resumed = try train(["--epochs", "4", "--resume", half, "--output", half])
    #expect(resumed.output.contains("4 epochs of 3 steps"))
    #expect(try files.folder.data("half") == files.folder.data("straight"))
    let other = try CommandRun(
      arguments: [
        "train", files.graph, "--data", files.data, "--scale", "16", "--hold-out", "0.25",
        "--batch", "16", "--drop-last", "--resume", half,
      ])
    #expect(other.status == 1)
    #expect(
      other.errors.contains(
        "adjoint.schedule: step decay(every 1.0 epochs, by 0.5) in the checkpoint"))
  }

  @Test("a schedule without a number is refused before its step")
  func schedule() throws {
    let run = try TrainingFiles().train("--epochs", "1", "--schedule", "step:0")
    #expect(run.status == 1)
    #expect(run.errors.contains("at step 1 of epoch 1, which is not a finite f32"))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test(
    "that are misspelt or mean nothing are refused",
    arguments: [
      (["--early-stoping", "3"], "Did you mean '--early-stopping'?"),
      (["--wieght-decay", "1"], "Did you mean '--weight-decay'?"),
      (["--weight-decay", "-1"], "from 0 on"), (["--clip-norm", "0"], "above 0"),
      (["--clip-norm", "1", "--clip-value", "1"], "exclude each other"),
      (["--schedule", "linear"], "--schedule"), (["--schedule", "cosine:x"], "--schedule"),
      (["--warm-up", "nan"], "--warm-up"), (["--early-stopping", "0"], "at least 1"),
      (["--stopping-metric", "accuracy"], "need --early-stopping"),
      (["--metric", "acuracy"], "--metric"), (["--class-weights", "0:1"], "--class-weights"),
      (["--resume", "a", "--initial-weights", "b"], "exclude each other"),
      (["--labels", "a.csv", "--label-column", "b"], "exclude each other"),
    ])
  func refused(_ options: [String], _ part: String) throws {
    let run = try CommandRun(
      arguments: ["train", "Graphs/digits-mlp.graph", "--data", "x.csv", "--hold-out", "0.2"]
        + options)
    #expect(run.status == 64)
    #expect(run.errors.contains(part), "\(run.errors)")
  }

  @Test("a frozen name, a class or a column that there is not is refused with those that there are")
  func names() throws {
    let files = try TrainingFiles()
    for (options, part) in [
      (["--freeze", "w3"], "has no parameter named w3; it has w1, b1, w2, b2"),
      (["--class-weights", "0=1"], "class 1 occurs in the training data without a weight"),
      (["--class-weights", "pear=1"], "names the class pear; the data has numbers for classes"),
      (["--label-column", "kind"], "has no column"),
    ] {
      let run = try CommandRun(
        arguments: ["train", files.graph, "--data", files.data, "--scale", "16", "--epochs", "1"]
          + options)
      #expect(run.status == 1)
      #expect(run.errors.contains(part), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}
