import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

/// Where steps find what they read, in a plan whose steps are all the same kernel.
@Suite struct LocalityTests {
  /// A plan with buffers of so many numbers at offsets, and steps from buffers to buffers.
  private func plan(
    _ buffers: [(count: Int, offset: Int, role: Plan.Buffer.Role)],
    _ steps: [(operands: [Int], results: [Int])]
  ) -> Plan {
    var plan = Plan()
    plan.buffers = buffers.map {
      Plan.Buffer(
        type: TensorType(.f32, Shape(extents: [$0.count])), offset: $0.offset, role: $0.role)
    }
    plan.steps = steps.enumerated().map { number, step in
      Plan.Step(kernel: 0, operands: step.operands, results: step.results, label: "\(number)")
    }
    return plan
  }

  /// Of each step whether it reads mostly what several threads wrote, where they share certain steps.
  private func spread(_ plan: Plan, shared: Set<String>) -> [Bool] {
    plan.localities { step, _ in shared.contains(step.label) }.map(\.isSpread)
  }

  @Test func isSpreadWhereThreadsSharedWhatIsRead() {
    let chain = plan(
      [(16, 0, .input), (16, 64, .temporary), (16, 128, .temporary), (16, 192, .temporary)],
      [([0], [1]), ([1], [2]), ([2], [3])])
    #expect(spread(chain, shared: []) == [false, false, false])
    #expect(spread(chain, shared: ["0"]) == [false, true, false])
    #expect(spread(chain, shared: ["1"]) == [false, false, true])
    #expect(spread(chain, shared: ["0", "1", "2"]) == [false, true, true])
  }

  @Test func isSpreadWhereMostBytesAre() {
    let sum = plan(
      [(64, 0, .input), (32, 256, .temporary), (16, 384, .temporary), (64, 448, .temporary)],
      [([0], [1]), ([0], [2]), ([1, 2], [3])])
    #expect(spread(sum, shared: ["0"]) == [false, false, true])
    #expect(spread(sum, shared: ["1"]) == [false, false, false])
  }

  @Test func countsWhatTheRunBeforeLeft() {
    let update = plan(
      [(16, 0, .parameter), (16, 64, .temporary), (16, 0, .inPlace(of: 0))],
      [([0], [1]), ([0, 1], [2])])
    #expect(spread(update, shared: []) == [false, false])
    #expect(spread(update, shared: ["1"]) == [true, false])
  }

  @Test func followsBytesAndNotBuffers() {
    // The third buffer lies where the first was, the fourth shows the third.
    let reuse = plan(
      [(16, 0, .temporary), (16, 64, .temporary), (16, 0, .temporary), (16, 0, .view(of: 2))],
      [([], [0]), ([0], [1]), ([1], [2]), ([3], [1])])
    #expect(spread(reuse, shared: ["0"]) == [false, true, false, false])
    #expect(spread(reuse, shared: ["2"]) == [false, false, false, true])
  }

  @Test func letsAStepBeSharedBecauseOfWhatItReads() {
    let chain = plan(
      [(16, 0, .input), (16, 64, .temporary), (16, 128, .temporary), (16, 192, .temporary)],
      [([0], [1]), ([1], [2]), ([2], [3])])
    let found = chain.localities { step, locality in step.label == "0" || locality.isSpread }
    #expect(found.map(\.isSpread) == [false, true, true])
  }

  @Test func isSettledWhereNothingWritesTheLargestOperand() {
    let product = plan(
      [(64, 0, .parameter), (16, 256, .input), (16, 320, .temporary), (64, 0, .inPlace(of: 0))],
      [([0, 1], [2]), ([0, 2], [3])])
    var read = product
    read.steps.removeLast()
    read.buffers.removeLast()
    let (settled, written) = (
      read.localities { _, _ in false }, product.localities { _, _ in false }
    )
    #expect(settled.map(\.isSettled) == [true])
    #expect(written.map(\.isSettled) == [false, false])
  }
}
