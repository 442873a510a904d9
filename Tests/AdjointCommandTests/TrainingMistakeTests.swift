import Adjoint
import Foundation
import Testing

/// Data and places that cannot be: each gives one error, exit code 1, and no file.
@Suite struct TrainingMistakeTests {
  private func expectError(
    _ run: CommandRun, _ part: String, _ code: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == 1, sourceLocation: sourceLocation)
    #expect(!run.isSignal, sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    #expect(run.errors.hasPrefix("error: "), sourceLocation: sourceLocation)
    #expect(run.errors.contains(part), "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errors.contains("[\(code)]"), "\(run.errors)", sourceLocation: sourceLocation)
  }

  private func train(_ files: TrainingFiles, _ data: String, _ more: String...) throws -> CommandRun
  {
    try CommandRun(
      arguments: [
        "train", files.graph, "--data", data, "--epochs", "1", "--output",
        files.folder.path("w.safetensors"),
      ] + more)
  }

  @Test func dataThatDoesNotFit() throws {
    let files = try TrainingFiles()
    let row = Array(repeating: "1", count: 64).joined(separator: ",")
    let cases: [(String, String, String, String)] = [
      ("label.csv", row + ",10\n", "the label of example 1 is 10.0", "invalid-argument"),
      (
        "half.csv", row + ",0.5\n", "half.csv:1:129: labels: i32[B] cannot hold 0.5",
        "scalar-type-mismatch"
      ),
      ("short.csv", "1,2,3,0\n", "an example has 3 numbers", "shape-mismatch"),
      ("nan.csv", "nan," + row + "\n", "nan.csv:1:1", "not-finite"),
      ("ragged.csv", row + ",1\n" + row + "\n", "ragged.csv:2", "syntax"),
      ("empty.csv", "", "empty.csv", "syntax"),
      ("word.csv", row + ",1\n" + row + ",one\n", "word.csv:2", "syntax"),
    ]
    for (name, text, part, code) in cases {
      expectError(try train(files, files.folder.file(name, text)), part, code)
    }
    let nan = files.folder.path("nan.npy")
    var numbers = [Float](repeating: 0, count: 130)
    numbers[70] = .nan
    try NPYFile(Tensor(numbers, extents: [2, 65])).write(to: nan)
    expectError(try train(files, nan), "example 2 of the data", "not-finite")
    expectError(try train(files, files.folder.path("none.csv")), "cannot read", "input-output")
    #expect(!FileManager.default.fileExists(atPath: files.folder.path("w.safetensors")))
  }

  @Test func labelsOfAnotherLength() throws {
    let files = try TrainingFiles()
    let images = files.folder.path("x.npy")
    try NPYFile(Tensor(repeating: 0.5, .f32, extents: [6, 64])).write(to: images)
    let labels = try files.folder.file("labels.csv", "0\n1\n0\n")
    expectError(
      try train(files, images, "--labels", labels), "6 examples and 3 labels", "shape-mismatch")
  }

  @Test func placesThatCannotBeWritten() throws {
    let files = try TrainingFiles()
    for path in [
      "/proc/adjoint.safetensors", files.folder.path("no/such/w.safetensors"), "/dev/full",
    ] {
      let run = try files.train("--epochs", "1", "--output", path)
      expectError(run, path, "input-output")
    }
    let chart = try files.train("--epochs", "1", "--plot", files.folder.path("no/such/loss.svg"))
    expectError(chart, "loss.svg", "input-output")
  }

  /// Permissions do not bind the superuser, who tries a folder that nobody can write to.
  @Test(
    .enabled(
      if: geteuid() != 0 || FileManager.default.fileExists(atPath: "/sys/kernel"),
      "the superuser can write to every folder here"))
  func aReadOnlyFolder() throws {
    let files = try TrainingFiles()
    var folder = "/sys/kernel"
    if geteuid() != 0 {
      folder = files.folder.path("locked")
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
    }
    let run = try files.train("--epochs", "1", "--output", folder + "/w.safetensors")
    expectError(run, folder + "/w.safetensors: cannot write", "input-output")
  }

  /// Any number of epochs may be asked for.
  @Test func aLossThatIsNoLongerFinite() throws {
    let files = try TrainingFiles()
    let weights = files.folder.path("w.safetensors")
    let run = try files.train(
      "--optimizer", "sgd", "--learning-rate", "1e30", "--epochs", String(Int.max), "--batch", "4",
      "--output", weights)
    expectError(run, "lower the learning rate", "not-finite")
  }

  @Test func filesThatAreNoCheckpoint() throws {
    let files = try TrainingFiles()
    let weights = files.folder.path("weights")
    try SafetensorsFile(tensors: ["w1": Tensor([1, 2, 3] as [Float])]).write(to: weights)
    expectError(
      try files.train("--epochs", "2", "--resume", weights), "is no checkpoint", "corrupt-file")
    expectError(
      try files.train("--epochs", "2", "--resume", files.data), "data.csv", "corrupt-file")
  }
}
