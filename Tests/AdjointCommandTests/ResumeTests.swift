import Adjoint
import Foundation
import Testing

/// Going on from a checkpoint: only where the bits will be those of an uninterrupted training.
@Suite struct ResumeTests {
  private let files: TrainingFiles
  private let checkpoint: String
  private let before: Data

  init() throws {
    files = try TrainingFiles()
    checkpoint = files.folder.path("w.safetensors")
    let run = try files.train("--epochs", "1", "--batch", "16", "--output", checkpoint)
    try #require(run.status == 0)
    before = try files.folder.data("w.safetensors")
  }

  private func resume(graph: String? = nil, data: String? = nil, _ options: [String]) throws
    -> CommandRun
  {
    try CommandRun(
      arguments: [
        "train", graph ?? files.graph, "--data", data ?? files.data, "--hold-out", "0.25",
        "--epochs", "2", "--resume", checkpoint, "--output", checkpoint,
      ] + options)
  }

  private func expectRefusal(_ run: CommandRun, _ part: String) throws {
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: \(checkpoint): the checkpoint is of another training; "))
    #expect(run.errors.contains("use the same graph, data and options [invalid-argument]\n"))
    #expect(run.errors.contains("\n  - adjoint.\(part)"), "\(run.errors)")
    #expect(try files.folder.data("w.safetensors") == before)
  }

  @Test func otherOptionsAreRefused() throws {
    let scaled = ["--scale", "16", "--batch", "16"]
    try expectRefusal(resume(scaled + ["--seed", "9"]), "seed: 0 in the checkpoint, 9 here")
    try expectRefusal(
      resume(["--scale", "16", "--batch", "20"]), "batch_size: 16 in the checkpoint, 20 here")
    try expectRefusal(resume(scaled + ["--optimizer", "sgd"]), "optimizer: adam(")
    try expectRefusal(resume(scaled + ["--learning-rate", "0.5"]), "optimizer: adam(")
    try expectRefusal(resume(["--scale", "8", "--batch", "16"]), "data_digest: ")
  }

  @Test func otherDataIsRefused() throws {
    // One pixel of one example differs.
    var rows = try String(contentsOfFile: files.data, encoding: .utf8)
    let first = try #require(rows.firstIndex(of: ","))
    rows.replaceSubrange(..<first, with: "15")
    let data = try files.folder.file("other.csv", rows)
    try expectRefusal(resume(data: data, ["--scale", "16", "--batch", "16"]), "data_digest: ")
  }

  @Test func anotherGraphIsRefused() throws {
    let text = try String(contentsOfFile: files.graph, encoding: .utf8)
    let changed = text.replacingOccurrences(of: "relu(", with: "silu(")
    #expect(changed != text)
    let graph = try files.folder.file("other.graph", changed)
    try expectRefusal(resume(graph: graph, ["--scale", "16", "--batch", "16"]), "step_digest: ")
  }

  @Test func anotherNumberOfThreadsGivesTheSameBits() throws {
    let whole = files.folder.path("whole")
    _ = try files.train("--epochs", "2", "--batch", "16", "--threads", "1", "--output", whole)
    let run = try resume(["--scale", "16", "--batch", "16", "--threads", "2"])
    #expect(run.status == 0)
    #expect(try files.folder.data("w.safetensors") == files.folder.data("whole"))
  }

  @Test func theOutputIsWrittenWhereAllEpochsWereDone() throws {
    let copy = files.folder.path("copy")
    let run = try files.train(
      "--epochs", "1", "--batch", "16", "--resume", checkpoint, "--output", copy)
    #expect(run.status == 0)
    #expect(run.output.contains("resumed after epoch 1\n"))
    #expect(try files.folder.data("copy") == before)
  }

  @Test func aDamagedCheckpointIsRefused() throws {
    for count in [0, 7, 100, before.count - 1] {
      let path = files.folder.path("cut")
      try before.prefix(count).write(to: URL(fileURLWithPath: path))
      let run = try files.train("--epochs", "2", "--batch", "16", "--resume", path)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: \(path): "))
      #expect(run.errors.hasSuffix("[corrupt-file]\n"))
    }
  }
}
