import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import TestSupport
import Testing

@Suite("Broken plans")
struct PlanMutationTests {
  /// The outputs and the parameters after one run on seeded numbers.
  private func results(_ plan: Plan, seed: UInt64) throws -> [[String: Tensor]] {
    var sources: [[String: Tensor]] = []
    for ports in [plan.inputs, plan.parameters] {
      var tensors: [String: Tensor] = [:]
      for (number, port) in ports.enumerated() {
        tensors[port.name] = try Tensor.random(
          plan.buffers[port.buffer].type, seed: seed &+ UInt64(number), from: -2, to: 2)
      }
      sources.append(tensors)
    }
    var interpreter = try PlanInterpreter(plan, parameters: sources[1])
    return [try interpreter.run(sources[0]), try interpreter.parameters()]
  }

  @Test(
    "are refused, or are not broken: shifted buffers, exchanged steps",
    arguments: Array(1...25 as ClosedRange<UInt64>))
  func mutations(seed: UInt64) throws {
    let plan = try RandomKernelGraph.graph(seed: seed, nodeCount: 25).lowered()
    let expected = try results(plan, seed: seed)
    let random = CounterBasedRandom(seed: seed, stream: 5)
    var accepted = 0
    for trial in 0..<60 as Range<UInt64> {
      let (bits, more) = random.bits(at: trial)
      var broken = plan
      if bits & 1 == 0 || plan.steps.count < 2 {
        let buffer = Int(more % UInt64(plan.buffers.count))
        let places = plan.arenaByteCount / Plan.alignment
        broken.buffers[buffer].offset = Int(bits >> 8 % UInt64(places)) % places * Plan.alignment
      } else {
        let (a, b) = (Int(more % UInt64(plan.steps.count)), Int(bits >> 8) % plan.steps.count)
        broken.steps.swapAt(a, b)
      }
      do {
        try PlanVerifier.verify(broken)
      } catch {
        #expect(error.code == .invalidPlan)
        continue
      }
      accepted += 1
      #expect(try results(broken, seed: seed) == expected)
    }
    #expect(accepted < 60)
  }

  @Test("of thousands of buffers are refused for one that is out of place")
  func oneOfMany() throws {
    // Products are not fused, so each has a buffer of its own.
    let builder = GraphBuilder("chain")
    var value = try builder.input("x", .f32, [4, 4])
    for _ in 0..<2_000 { value = try matmul(value, value) }
    try builder.output("y", value)
    let plan = try builder.build().lowered()
    let temporaries = plan.buffers.indices.filter {
      plan.buffers[$0].role == .temporary && plan.buffers[$0].byteCount > 0
    }
    #expect(temporaries.count > 1_000)
    // The first bytes belong to an input throughout.
    #expect(plan.buffers[0].byteCount > 0)
    for number in stride(from: 0, to: temporaries.count, by: 97) {
      var broken = plan
      broken.buffers[temporaries[number]].offset = 0
      #expect(throws: Diagnostic.self) { try PlanVerifier.verify(broken) }
    }
  }
}
