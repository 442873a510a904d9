import Adjoint
import Foundation
import TestSupport
import Testing

@Suite struct KilledTrainingTests {
  /// The time limit is for a training that writes nothing.
  @Test(.timeLimit(.minutes(5))) func aKilledTrainingLeavesAWholeCheckpoint() throws {
    let files = try TrainingFiles()
    let checkpoint = files.folder.path("w.safetensors")
    let graph = try Graph(contentsOf: files.graph)
    let common = ["train", files.graph, "--data", files.data, "--scale", "16"]
    // Where in its work a process is when it is killed is up to the machine; that it differs is asked for by delays
    // that are the same in each run.
    var random = SeededGenerator(seed: 14)
    var longest = 0
    for _ in 0..<20 {
      let logs = try TemporaryFolder()
      let resume =
        FileManager.default.fileExists(atPath: checkpoint) ? ["--resume", checkpoint] : []
      let process = try CommandRun.process(
        CommandRun.adjoint, common + ["--epochs", "1000000", "--output", checkpoint] + resume, logs)
      let before = inode(checkpoint)
      try process.run()
      // From the first checkpoint on there is one after the other, for far longer than anything here takes.
      while process.isRunning, inode(checkpoint) == before { usleep(500) }
      usleep(UInt32.random(in: 0...60_000, using: &random))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal)

      let file = try SafetensorsFile(contentsOf: checkpoint)
      for port in graph.parameters {
        for name in [port.name, "optimizer.mean.\(port.name)", "optimizer.square.\(port.name)"] {
          #expect(file.tensors[name]?.type == port.type)
        }
      }
      let losses = try #require(file.metadata["adjoint.losses"]).split(separator: " ")
      let steps = try #require(file.tensors["optimizer.step"]?.scalar)
      // The state is of one moment: 80 examples are two steps of 32 and one of 16 an epoch.
      #expect(steps == Double(3 * losses.count))
      // It went on from where the one before was killed, and wrote at least once.
      #expect(losses.count > longest)
      longest = losses.count
    }
    let last = try CommandRun(
      arguments: common + ["--epochs", "\(longest + 1)", "--resume", checkpoint])
    #expect(last.status == 0)
    #expect(last.output.contains("resumed after epoch \(longest)"))
  }

  /// The number of the file at a path, which changes when another takes its place; nil for none.
  private func inode(_ path: String) -> Int? {
    try? FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
  }
}
