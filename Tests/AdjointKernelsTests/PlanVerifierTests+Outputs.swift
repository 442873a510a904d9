import AdjointCore
import AdjointKernels
import Testing

// Several outputs of one kernel in one result.
extension PlanVerifierTests {
  static let outputs: [Mutation] = [
    Mutation("a store twice", "write the same elements of result 0") {
      $0.edit(1) { (nest: inout LoopNest) in nest.outputs.append(nest.outputs[0]) }
    },
    Mutation("stores of two values", "write the same elements of result 0") {
      $0.edit(1) { (nest: inout LoopNest) in
        nest.outputs.append(nest.outputs[0])
        nest.outputs[1].step = 0
      }
    },
    Mutation("a reduction beside a store", "write the same elements of result 0") {
      $0.edit(3) { (nest: inout LoopNest) in
        nest.outputs.append(nest.outputs[0])
        nest.outputs[1].combiner = .sum
      }
    },
    Mutation("two reductions", "write the same elements of result 0") {
      $0.edit(2) { (nest: inout LoopNest) in
        nest.outputs.append(nest.outputs[0])
        nest.outputs[1].combiner = .maximum
      }
    },
    Mutation("pieces that overlap", "write the same elements of result 0") {
      $0.storePieces(at: 3)
      $0.steps.remove(at: 4)
    },
    Mutation("a piece that another step writes", "write it twice") { $0.storePieces(at: 4) },
  ]

  @Test("accepts pieces that lie apart")
  func acceptsPieces() throws {
    var plan = try PlanSample.plan()
    plan.storePieces(at: 4)
    plan.steps.remove(at: 4)
    _ = try VerifiedPlan(verifying: plan)
  }

  @Test("knows the lower bound that a plan has to give")
  func lowerBound() throws {
    var plan = try PlanSample.plan()
    plan.lowerBoundByteCount = -1
    #expect(try VerifiedPlan.lowerBound(of: plan) == PlanSample.plan().lowerBoundByteCount)
    plan.steps.swapAt(1, 2)
    #expect(throws: Diagnostic.self) { try VerifiedPlan.lowerBound(of: plan) }
  }
}

extension Plan {
  /// Has the copy of step 3 store what it reads in a second place too.
  fileprivate mutating func storePieces(at start: Int) {
    edit(3) { (nest: inout LoopNest) in
      nest.outputs.append(nest.outputs[0])
      nest.outputs[1].access.map.axes[0].start = start
    }
  }
}
