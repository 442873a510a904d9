import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

@Suite("Both modes of every operator against central differences and each other")
struct OperatorSweepTests {
  /// Size 1, and odd ones.
  static let shapes = [[1, 1], [1, 5], [3, 5], [7, 3]]
  /// No rows, and rows of nothing.
  static let emptyShapes = [[0, 3], [3, 0]]

  @Test(
    "over size 1 and odd ones",
    arguments: OperatorSweep.elementwise + OperatorSweep.structural + OperatorSweep.selecting)
  func sweep(_ sweepCase: SweepCase) throws {
    for shape in Self.shapes { try check(sweepCase, shape) }
  }

  /// Of nothing there is little to compare: this asks that it is accepted, and for the shapes of what comes out.
  @Test(
    "over nothing, derivatives have the shapes of their values",
    arguments: OperatorSweep.elementwise + OperatorSweep.structural)
  func sweepNothing(_ sweepCase: SweepCase) throws {
    for shape in Self.emptyShapes { try checkNothing(sweepCase, shape) }
  }

  @Test(
    "over no rows, derivatives have the shapes of their values", arguments: OperatorSweep.selecting)
  func sweepNoRows(_ sweepCase: SweepCase) throws { try checkNothing(sweepCase, [0, 3]) }

  private func checkNothing(_ sweepCase: SweepCase, _ shape: [Int]) throws {
    let inputs = sweepCase.inputs(shape)
    let result = try check(sweepCase, shape, seed: 1)
    #expect(result.extents.forward == result.extents.result, "\(sweepCase) on \(shape)")
    #expect(result.extents.reverse == inputs, "\(sweepCase) on \(shape)")
  }

  private func check(_ sweepCase: SweepCase, _ shape: [Int]) throws {
    for seed in 1...3 as ClosedRange<UInt64> { _ = try check(sweepCase, shape, seed: seed) }
  }

  private func check(
    _ sweepCase: SweepCase, _ shape: [Int], seed: UInt64
  ) throws -> DerivativeCheck.Result {
    let result = try DerivativeCheck.run(
      sweepCase.inputs(shape), from: sweepCase.low, to: sweepCase.high, seed: seed,
      sweepCase.function)
    // A cast to f32 on the way rounds, and loses digits that a difference of 1e-5 needs.
    let rounds = result.mnemonics.contains("cast")
    #expect(result.modes < (rounds ? 1e-6 : 1e-12), "\(sweepCase) on \(shape): the modes differ")
    #expect(
      result.differences < (rounds ? 0.05 : 1e-7), "\(sweepCase) on \(shape): central differences")
    #expect(result.passes < 1e-12, "\(sweepCase) on \(shape): the passes changed a value")
    return result
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
    #expect(Set(OperatorRegistry.standard.mnemonics).subtracting(seen) == [])
  }
}
