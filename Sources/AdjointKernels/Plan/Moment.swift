/// When something happens in a run.
package enum Moment: Hashable, Comparable, Sendable {
  /// Before the first step: when inputs and parameters have their values.
  case before
  /// During a step.
  case step(PlanStepNumber)
  /// After the last step: when outputs and parameters are read.
  case after

  /// Its place among the moments of a run of so many steps, from 0 on.
  package func place(in stepCount: Int) -> Int {
    switch self {
    case .before: 0
    case .step(let step): step.rawValue + 1
    case .after: stepCount + 1
    }
  }
}
