import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointPasses

extension Graph {
  /// The names of the kernel passes, in the order in which compiling runs them.
  public static var kernelPassNames: [String] { LoweringPipeline.standard.passNames }

  /// The kernels of the graph after a kernel pass and all before it: values, and steps with the kernels and the
  /// nodes that they stand for.
  ///
  /// What follows the last kernel pass is in `planReport(_:)`.
  ///
  /// - Throws: as `compiled(_:)`; `.unknownName` for a pass that is none of `kernelPassNames`.
  public func kernelReport(
    after pass: String, _ options: CompilationOptions = CompilationOptions()
  ) throws(Diagnostic) -> String {
    let pipeline = try LoweringPipeline.standard.upTo(pass)
    let bound = try binding(options.dimensions)
    try bound.checkBound()
    return try options.pipeline(bound).kernelText(after: pipeline, on: options.machine)
  }
}

/// Texts of kernels and plans, as `Graph.kernelReport(after:_:)` and the plan's printer write them.
package enum KernelText {
  /// The text of a file again, when what it says was read and verified; nil where it is no such text.
  ///
  /// - Throws: `.syntax` with the place of what is wrong; `.invalidPlan` for kernels that do not go together.
  package static func checked(
    _ bytes: [UInt8], of file: String
  ) throws(Diagnostic) -> String? {
    let (isPlan, isKernels) = (
      bytes.starts(with: "plan ".utf8), bytes.starts(with: "kernel graph ".utf8)
    )
    guard isPlan || isKernels else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    if isPlan {
      let plan = try PlanParser.plan(from: text, file: file)
      do {
        return PlanPrinter.text(try VerifiedPlan(verifying: plan).plan, constants: .whole)
      } catch {
        throw error.located(at: SourceLocation(file: file))
      }
    }
    let (kernels, labels) = try KernelGraphParser.graph(from: text, file: file)
    do {
      try kernels.check()
    } catch {
      throw error.located(at: SourceLocation(file: file))
    }
    return KernelGraphPrinter.text(kernels) { labels[$0] }
  }
}
