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
