import AdjointCore

extension PlanVerifier {
  /// The bytes that a step of a branch reads or writes.
  private struct Touch {
    let buffer: BufferNumber
    let branch: Int
    let isWrite: Bool
  }

  /// That forks are ranges of steps, one behind the other.
  func checkForkRanges() throws(Diagnostic) {
    var end: PlanStepNumber = 0
    for fork in plan.forks {
      guard fork.branches.count > 1 else { throw failure("a fork has less than two branches") }
      guard fork.steps.lowerBound >= end else {
        throw failure("the fork at step \(fork.steps.lowerBound) begins before step \(end)")
      }
      end = fork.steps.lowerBound
      for branch in fork.branches {
        guard branch.lowerBound == end, !branch.isEmpty, branch.upperBound <= plan.steps.endIndex
        else {
          throw failure(
            "a fork has the branch \(branch), which is no range of steps from \(end) on")
        }
        end = branch.upperBound
      }
    }
  }

  /// That no branch writes bytes which another branch of its fork reads or writes.
  func checkForks() throws(Diagnostic) {
    for fork in plan.forks {
      var touches: [Touch] = []
      for (number, branch) in fork.branches.enumerated() {
        for step in plan.steps[branch] {
          for (buffers, isWrite) in [(step.operands, false), (step.results, true)] {
            touches += buffers.map { Touch(buffer: $0, branch: number, isWrite: isWrite) }
          }
        }
      }
      touches = touches.filter { plan.buffers[$0.buffer].byteCount > 0 }
        .sorted { plan.buffers[$0.buffer].offset < plan.buffers[$1.buffer].offset }
      for (place, touch) in touches.enumerated() {
        let buffer = plan.buffers[touch.buffer]
        let end = buffer.offset + buffer.byteCount
        for other in touches[(place + 1)...] {
          if plan.buffers[other.buffer].offset >= end { break }
          guard other.branch == touch.branch || !(other.isWrite || touch.isWrite) else {
            throw failure(
              "two branches of the fork at step \(fork.steps.lowerBound) share the bytes of "
                + "\(name(buffer: touch.buffer)) and \(name(buffer: other.buffer)), and one of them "
                + "writes these")
          }
        }
      }
    }
  }
}
