import Adjoint

extension Case {
  /// Builds, compiles, checks and times the case.
  ///
  /// - Throws: `.wrongResult` where a number is wrong; the case is not timed then.
  func measured(threads: Int?, _ sampling: Sampling) throws(Diagnostic) -> Measurement {
    do {
      let workload = try build()
      let executable = try workload.graph.compiled(
        CompilationOptions(threads: threads), on: .benchmarks)
      let context = try workload.checkedContext(of: executable)
      let samples = try sampling.microseconds { () throws(Diagnostic) in try context.run() }
      let allocations = try Allocations.perStep { () throws(Diagnostic) in try context.run() }
      let statistics = executable.statistics
      return Measurement(
        name: name, microseconds: Sampling.median(ofSorted: samples), minimum: samples[0],
        repeats: samples.count, plannedBytes: statistics.plannedByteCount,
        lowerBoundBytes: statistics.lowerBoundByteCount, kernels: statistics.kernelCount,
        gemms: statistics.contractionCount, allocationsPerStep: allocations)
    } catch {
      throw error.at(node: name)
    }
  }
}
