import AdjointCore
import AdjointKernels
import AdjointLowering

/// Texts of kernels and plans, as `Graph.kernelReport(after:_:)` and `Graph.planReport(_:)` write them.
public enum KernelText {
  /// The text of a file again, when what it says was read and verified; nil where it is no such text.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - file: The name of the file that it is from, for messages.
  /// - Throws: `.syntax` with the place of what is wrong; `.invalidPlan` for kernels that do not go together.
  public static func checked(
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
