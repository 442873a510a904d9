import Adjoint
import AdjointTraining
import Foundation
import Testing

@Suite struct CheckpointTests {
  private static let optimizers: [Optimizer] = [.sgd(), .momentum(), .adam()]

  private func code(_ body: () throws -> Void) -> Diagnostic.Code? {
    do { try body() } catch let diagnostic as Diagnostic { return diagnostic.code } catch {}
    return nil
  }

  @Test(arguments: optimizers.indices)
  func resumingGivesTheBitsOfAnUninterruptedTraining(_ choice: Int) throws {
    let straight = try TrainerTests.trainer(Self.optimizers[choice])
    for _ in 0..<4 { try straight.runEpoch() }
    let first = try TrainerTests.trainer(Self.optimizers[choice])
    for _ in 0..<2 { try first.runEpoch() }
    // Through bytes, as a file would be.
    let bytes = try first.checkpoint().bytes()
    let second = try TrainerTests.trainer(Self.optimizers[choice])
    try second.resume(from: SafetensorsFile(bytes: bytes))
    #expect(second.epochLosses == first.epochLosses)
    for _ in 0..<2 { try second.runEpoch() }
    #expect(try second.checkpoint() == straight.checkpoint())
    #expect(second.epochLosses == straight.epochLosses)
  }

  @Test func holdsStateAndOptions() throws {
    let trainer = try TrainerTests.trainer(.momentum())
    try trainer.runEpoch()
    let checkpoint = try trainer.checkpoint()
    #expect(
      Set(checkpoint.tensors.keys)
        == ["w", "b", "optimizer.velocity.w", "optimizer.velocity.b"])
    #expect(checkpoint.metadata["adjoint.graph"] == "regression")
    #expect(checkpoint.metadata["adjoint.losses"] == String(trainer.epochLosses[0]))
  }

  @Test func refusesCheckpointsOfAnotherTraining() throws {
    let trainer = try TrainerTests.trainer(.adam())
    try trainer.runEpoch()
    let checkpoint = try trainer.checkpoint()
    for other in [
      try TrainerTests.trainer(.adam(), seed: 2), try TrainerTests.trainer(.adam(), batch: 4),
      try TrainerTests.trainer(.sgd()),
      try TrainerTests.trainer(.adam(), on: TrainerTests.examples(39)),
    ] {
      let before = try other.checkpoint()
      #expect(code { try other.resume(from: checkpoint) } == .invalidArgument)
      #expect(try other.checkpoint() == before)
    }
  }

  @Test func saysThatACheckpointOfAnotherStepHoldsWeights() throws {
    let trainer = try TrainerTests.trainer(.adam())
    try trainer.runEpoch()
    var old = try trainer.checkpoint()
    old.metadata["adjoint.step_digest"] = "0123456789abcdef"
    let error = #expect(throws: Diagnostic.self) { try trainer.resume(from: old) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.notes.last?.contains("still load as weights, with run --weights") == true)
    let graph = try TrainerTests.regression().binding(["B": 1])
    let context = try graph.compiled().makeContext()
    try context.setParameters(old.tensors)
    #expect(try context.parameter("w") == old.tensors["w"])
  }

  @Test func refusesFilesThatAreNoCheckpoint() throws {
    let trainer = try TrainerTests.trainer(.adam())
    try trainer.runEpoch()
    let before = try trainer.checkpoint()
    #expect(
      code { try trainer.resume(from: SafetensorsFile(tensors: before.tensors)) } == .corruptFile)
    var words = before
    words.metadata["adjoint.losses"] = "0.5 many"
    #expect(code { try trainer.resume(from: words) } == .corruptFile)
    var lacking = before
    lacking.tensors["optimizer.mean.w"] = nil
    #expect(code { try trainer.resume(from: lacking) } == .missingInput)
    var misshapen = before
    misshapen.tensors["w"] = try Tensor([1, 2, 3] as [Double])
    #expect(code { try trainer.resume(from: misshapen) } == .shapeMismatch)
    #expect(try trainer.checkpoint() == before)
  }

  @Test func damageToTheNamesOfTheChecksumIsFound() throws {
    let trainer = try TrainerTests.trainer(.adam())
    try trainer.runEpoch()
    let checkpoint = try trainer.checkpoint()
    for replacements in [["crc32"], ["checksum"], ["checksum", "crc32"]] {
      let bytes = try checkpoint.bytes()
      let damaged = Self.replacing(
        bytes, replacements.map { ("adjoint.\($0)", "adjoint.\($0.uppercased())") })
      #expect(damaged != bytes)
      #expect(
        code { try trainer.resume(from: SafetensorsFile(bytes: damaged)) } == .corruptFile,
        "\(replacements)")
    }
    #expect(try trainer.checkpoint() == checkpoint)
  }

  @Test func checkpointsFromBeforeThereWereChecksumsResume() throws {
    let trainer = try TrainerTests.trainer(.adam())
    try trainer.runEpoch()
    var old = try trainer.checkpoint()
    old.metadata["adjoint.step_digest"] = trainer.stepDigest.withoutChecksum
    // Of the first versions that wrote a checksum, and of those before.
    for hasChecksum in [true, false] {
      old.hasChecksum = hasChecksum
      let other = try TrainerTests.trainer(.adam())
      try other.resume(from: SafetensorsFile(bytes: old.bytes()))
      #expect(try other.checkpoint() == trainer.checkpoint())
    }
  }

  /// Bytes with some texts in the place of others as long.
  private static func replacing(_ bytes: [UInt8], _ texts: [(old: String, new: String)]) -> [UInt8]
  {
    var bytes = bytes
    for (old, new) in texts {
      for place in bytes.indices where bytes[place...].starts(with: old.utf8) {
        bytes.replaceSubrange(place..<place + old.utf8.count, with: new.utf8)
      }
    }
    return bytes
  }
}
