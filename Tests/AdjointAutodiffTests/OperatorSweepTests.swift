import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

@Suite("Both modes of every operator against central differences and each other")
struct OperatorSweepTests {
  /// Sizes 0 and 1, and odd ones.
  static let shapes = [[0, 3], [3, 0], [1, 1], [1, 5], [3, 5], [7, 3]]

  @Test(
    "over sizes 0, 1 and odd", arguments: OperatorSweep.elementwise + OperatorSweep.structural)
  func sweep(_ sweepCase: SweepCase) throws {
    for shape in Self.shapes { try check(sweepCase, shape) }
  }

  @Test("over rows of sizes 1 and odd, and no rows", arguments: OperatorSweep.selecting)
  func sweepRows(_ sweepCase: SweepCase) throws {
    for shape in Self.shapes where shape[1] > 0 { try check(sweepCase, shape) }
  }

  private func check(_ sweepCase: SweepCase, _ shape: [Int]) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let result = try DerivativeCheck.run(
        sweepCase.inputs(shape), from: sweepCase.low, to: sweepCase.high, seed: seed,
        sweepCase.function)
      // A cast to f32 on the way rounds, and loses digits that a difference of 1e-5 needs.
      let rounds = result.mnemonics.contains("cast")
      #expect(
        result.modes < (rounds ? 1e-6 : 1e-12), "\(sweepCase) on \(shape): the modes differ")
      #expect(
        result.differences < (rounds ? 0.05 : 1e-7), "\(sweepCase) on \(shape): central differences"
      )
      #expect(result.passes < 1e-12, "\(sweepCase) on \(shape): the passes changed a value")
    }
  }

  @Test("leaves no operator out")
  func coverage() throws {
    var seen: Set<String> = []
    for sweepCase in OperatorSweep.elementwise + OperatorSweep.structural
      + OperatorSweep.selecting
    {
      seen.formUnion(
        try DerivativeCheck.run(
          sweepCase.inputs([3, 5]), from: sweepCase.low, to: sweepCase.high, sweepCase.function
        ).mnemonics)
    }
    // Its result does not depend on the operand's elements.
    seen.insert("extent")
    #expect(Set(OperatorRegistry.standard.mnemonics).subtracting(seen) == [])
  }
}
