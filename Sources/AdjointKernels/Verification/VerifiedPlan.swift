import AdjointCore

/// A plan of which it is proved that a run touches only what it may; what executors and interpreters run.
///
/// Proved are: every number is in range and every access in bounds; buffers lie aligned inside the
/// arena, which ends where the last of them does; each value is complete before it is read, and no two
/// outputs of a kernel write the same element; no two values that are live at once share bytes;
/// a step writes over an operand only where it reads it for the last time and its kernel allows that;
/// inputs and constants are never written, parameters once and after every other read; outputs hold
/// when the run ends; branches of a fork do not meet in any byte that one of them writes; and the lower
/// bound is the one these steps have.
package struct VerifiedPlan: Hashable, Sendable {
  package let plan: Plan

  /// - Throws: `.invalidPlan` that names the step and the buffers, whatever the numbers in the plan are.
  package init(verifying plan: Plan) throws(Diagnostic) {
    let peak = try Self.lowerBound(of: plan)
    guard plan.lowerBoundByteCount == peak else {
      throw Diagnostic(
        .invalidPlan,
        "the lower bound is given as \(plan.lowerBoundByteCount) bytes, but \(peak) are live at once; "
          + "the plan cannot be run, build it again")
    }
    self.plan = plan
  }

  /// The lower bound that a plan which is right but for it has to give.
  ///
  /// - Throws: `.invalidPlan` as `init(verifying:)`.
  package static func lowerBound(of plan: Plan) throws(Diagnostic) -> Int {
    try PlanVerifier.lowerBound(of: plan)
  }
}
