extension Plan {
  /// Neighbouring steps that fall apart into branches: none writes what another one reads or writes, so
  /// threads may do them at the same time.
  package struct Fork: Hashable, Sendable {
    /// The steps of each branch, one branch after the other.
    package var branches: [Range<PlanStepNumber>]

    package init(branches: [Range<PlanStepNumber>]) { self.branches = branches }

    /// The steps of all branches.
    package var steps: Range<PlanStepNumber> {
      let first = branches.first?.lowerBound ?? 0
      return first..<max(first, branches.last?.upperBound ?? 0)
    }
  }
}

/// When steps may run: each at its own time, or at any time of the fork that it is in.
package struct StepTimes {
  private let first: PerPlanStep<PlanStepNumber>
  private let last: PerPlanStep<PlanStepNumber>
  /// The first step of the branch that a step is in.
  private let branch: PerPlanStep<PlanStepNumber>

  package init(stepCount: Int, forks: [Plan.Fork]) {
    var first = PerPlanStep(0..<PlanStepNumber(stepCount))
    var (last, branches) = (first, first)
    for fork in forks {
      for branch in fork.branches {
        for step in branch {
          first[step] = fork.steps.lowerBound
          last[step] = fork.steps.upperBound.advanced(by: -1)
          branches[step] = branch.lowerBound
        }
      }
    }
    self.first = first
    self.last = last
    branch = branches
  }

  /// The first moment at which what happens at a moment may happen.
  package func first(_ moment: Moment) -> Moment {
    if case .step(let step) = moment, first.indices.contains(step) {
      .step(first[step])
    } else {
      moment
    }
  }

  /// The last moment at which what happens at a moment may happen.
  package func last(_ moment: Moment) -> Moment {
    if case .step(let step) = moment, last.indices.contains(step) {
      .step(last[step])
    } else {
      moment
    }
  }

  /// The steps that may run at the same time as a step.
  package func stepsBeside(_ step: PlanStepNumber) -> [PlanStepNumber] {
    (first[step]...last[step]).filter { branch[$0] != branch[step] }
  }
}
