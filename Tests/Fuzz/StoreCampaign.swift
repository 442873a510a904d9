import Adjoint
import AdjointCodegen
import AdjointFormats
import AdjointTraining
import Foundation
import TestSupport

/// Damaged checkpoints and entries of the kernel cache: refused, or what they were.
struct StoreCampaign: Campaign {
  static let name = "stores"

  private let trainer: Trainer
  private let checkpoint: SafetensorsFile
  private let bytes: [UInt8]
  private let folder: String

  init() throws {
    let builder = GraphBuilder("line")
    let x = builder.input("x", .f32, ["B", 2])
    let target = builder.input("y", .f32, ["B"])
    let weight = try builder.parameter("w", .f32, [2], .normal(mean: 0, deviation: 1))
    let residual = matmul(x, weight) - target
    builder.output("loss", (residual * residual).mean())
    let data = try Dataset(
      features: Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], extents: [4, 2]),
      labels: Tensor([1, 2, 3, 4] as [Float], extents: [4]))
    let graph = try builder.build()
    trainer = try Trainer(
      graph, TrainingInterface(of: graph, features: "x", labels: "y"), on: data,
      options: TrainingOptions(optimizer: .momentum(), batchSize: 2))
    try trainer.runEpoch()
    checkpoint = try trainer.checkpoint()
    bytes = try checkpoint.bytes()
    folder = NSTemporaryDirectory() + "/adjoint-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
  }

  func input(seed: UInt64) throws -> (bytes: [UInt8], suffix: String) {
    var mutation = Mutation(seed: seed)
    return seed % 16 == 0
      ? (mutation.damaged(Array(repeating: 7, count: 100)), "entry")
      : (mutation.damaged(bytes), "safetensors")
  }

  mutating func run(seed: UInt64, counts: inout Counts) throws {
    counts["inputs"] += 1
    if seed % 16 == 0 { return try damageEntry(seed, &counts) }
    let damaged = try input(seed: seed).bytes
    let trainer = trainer
    guard try isAccepted({ try trainer.resume(from: SafetensorsFile(bytes: damaged)) }) else {
      return
    }
    counts["accepted"] += 1
    let resumed = try trainer.checkpoint()
    defer { try? trainer.resume(from: checkpoint) }
    if resumed.tensors != checkpoint.tensors {
      throw Finding("a damaged checkpoint resumed with other numbers")
    }
  }

  private func damageEntry(_ seed: UInt64, _ counts: inout Counts) throws {
    let cache = ObjectCache(folder, notify: { _ in })
    let key = "key \(seed % 8)"
    let object = (0..<64).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(seed % 8)) }
    cache.store(object, for: key)
    guard cache.object(for: key) == object else { throw Finding("the cache lost an entry") }
    var mutation = Mutation(seed: seed)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      // `Data(contentsOf:)` keeps a page for every empty file that it reads, and locks are empty.
      let path = folder + "/" + name
      guard let bytes = try? FileBytes.read(path), !bytes.isEmpty else { continue }
      try Data(mutation.damaged(bytes)).write(to: URL(fileURLWithPath: path))
    }
    if let found = cache.object(for: key), found != object {
      throw Finding("the cache gave a damaged object")
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
    }
    counts["entries"] += 1
  }
}
