import Adjoint
import Foundation

/// How fast the machine is: the best of all times it was asked, since others may use it too.
final class MachineSpeed {
  private let threads: Int
  private var peak = 0.0
  private var bandwidths: [MemoryTraffic: Double] = [:]
  private var probe: (product: ExecutionContext, memory: MemorySearch)?

  init(threads: Int) { self.threads = threads }

  /// Floating-point operations a second in a matrix product, the best of three sizes, and bytes a second
  /// in a loop that touches about as much memory as the work does.
  func best(for work: Work) throws(Diagnostic) -> (operations: Double, bytes: Double) {
    for extent in [512, 1024, 2048] { peak = max(peak, try productSpeed(extent)) }
    let traffic = MemoryTraffic(work)
    let bandwidth = max(bandwidths[traffic] ?? 0, traffic.bytesPerSecond(threads: threads))
    bandwidths[traffic] = bandwidth
    return (peak, bandwidth)
  }

  /// How often a second, at this moment, a product and a search in more memory than a core's own caches
  /// have room for are done one after the other, which take about as long as each other.
  ///
  /// Where others use the machine too, it tells when they do: some take the multipliers, some the memory.
  func probesPerSecondNow() throws(Diagnostic) -> Double {
    let (product, memory) =
      if let probe { probe } else { (try product(512), MemorySearch(byteCount: 1 << 25)) }
    probe = (product, memory)
    let sampling = Sampling(repeats: 10, limit: .seconds(0.1))
    let samples = try sampling.microseconds { () throws(Diagnostic) in
      try product.run()
      memory.run()
    }
    return 1e6 / Sampling.median(ofSorted: samples)
  }

  private func productSpeed(_ extent: Int) throws(Diagnostic) -> Double {
    let context = try product(extent)
    let sampling = Sampling(repeats: 15, limit: .seconds(1))
    let samples = try sampling.microseconds { () throws(Diagnostic) in try context.run() }
    let operations = 2 * Double(extent * extent * extent)
    return operations / Sampling.median(ofSorted: samples) * 1e6
  }

  /// A product of square matrices, ready to run.
  private func product(_ extent: Int) throws(Diagnostic) -> ExecutionContext {
    let builder = GraphBuilder("product")
    let shape = Shape(extents: [extent, extent])
    let left = builder.input("left", .f32, shape)
    let right = builder.input("right", .f32, shape)
    builder.output("product", matmul(left, right))
    let executable = try builder.build().compiled(
      CompilationOptions(threads: threads), on: .benchmarks)
    let context = try executable.makeContext()
    for name in ["left", "right"] {
      let numbers = RandomNumbers.uniform(extent * extent, name)
      try context.set(name, to: Tensor(numbers, extents: [extent, extent]))
    }
    return context
  }
}
