import Adjoint
import Foundation

/// One case in a new process: says when its first step has ended and how much memory that took.
enum ColdStart {
  /// Prints a line as soon as the first step has ended, and one after a few more.
  static func run(_ item: Case, inputs path: String, threads: Int?) throws(Diagnostic) {
    let workload = try item.build()
    let executable = try workload.graph.compiled(CompilationOptions(threads: threads))
    let context = try executable.makeContext()
    for (name, tensor) in try CaseFile.inputs(in: path) { try context.set(name, to: tensor) }
    try context.run()
    report()
    for _ in 0..<3 { try context.run() }
    report()
  }

  private static func report() {
    let line =
      "{\"residentBytes\": \(ResidentMemory.bytes()), \"peakBytes\": \(ResidentMemory.peakBytes())}\n"
    FileHandle.standardOutput.write(Data(line.utf8))
  }
}
