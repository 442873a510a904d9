import Adjoint
import Foundation

/// One case in a new process: says when its first step has ended and how much memory that took.
enum ColdStart {
  /// Prints a line as soon as the first step has ended, and one after a few more.
  static func run(_ item: Case, inputs path: String, threads: Int?) throws(Diagnostic) {
    let workload = try item.build()
    let start = ContinuousClock.now
    let executable = try workload.graph.compiled(
      CompilationOptions(threads: threads), on: .benchmarks)
    let compile = (ContinuousClock.now - start) / .seconds(1)
    let context = try executable.makeContext()
    for (name, tensor) in try CaseFile.inputs(in: path) { try context.set(name, to: tensor) }
    try context.run()
    report(compile: compile)
    for _ in 0..<3 { try context.run() }
    report(compile: compile)
  }

  /// - Parameter compile: The seconds from the graph to the executable.
  private static func report(compile: Double) {
    let line =
      "{\"residentBytes\": \(ResidentMemory.bytes()), \"peakBytes\": \(ResidentMemory.peakBytes()),"
      + " \"compile\": \(compile.formatted(fractionDigits: 6))}\n"
    FileHandle.standardOutput.write(Data(line.utf8))
  }
}
