import Adjoint
import Foundation

extension ScalingRow {
  /// The figures of a chain in a process of its own, where no memory is left over from another.
  ///
  /// - Throws: `.inputOutput` where the process cannot be started or fails; its message is on stderr.
  static func measuredInNewProcess(
    nodes: Int, distinct: Bool, threads: Int?
  ) throws(Diagnostic) -> ScalingRow {
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments = ["--scaling", "--json", "--nodes", String(nodes)]
    if distinct { process.arguments?.append("--distinct") }
    if let threads { process.arguments? += ["--threads", String(threads)] }
    let output = Pipe()
    process.standardOutput = output
    do {
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      if process.terminationStatus == 0 {
        return try JSONDecoder().decode(ScalingRow.self, from: data)
      }
    } catch {
      throw Diagnostic(.inputOutput, "the chain of \(nodes) nodes could not be run: \(error)")
    }
    throw Diagnostic(
      .inputOutput,
      "the process for the chain of \(nodes) nodes ended with status \(process.terminationStatus)")
  }
}
