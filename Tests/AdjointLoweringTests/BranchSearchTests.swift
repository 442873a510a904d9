import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import TestSupport
import Testing

@Suite("Branches")
struct BranchSearchTests {
  private let builder = GraphBuilder("towers")

  /// A tower of one layer on another; a layer of 64 rows takes some six microseconds.
  private func layer(_ name: String, _ x: Value) throws -> Value {
    let width = try #require(x.shape[1].extent)
    return tanh(matmul(x, builder.parameter(name, .f32, [width, width])))
  }

  private func plan(_ options: LoweringOptions = LoweringOptions()) throws -> Plan {
    try builder.build().lowered(options).plan
  }

  private func forks(_ plan: Plan) -> [[Range<PlanStepNumber>]] { plan.forks.map(\.branches) }

  /// The parameters that each branch of the only fork reads.
  private func parameters(_ plan: Plan) -> [Set<String>] {
    let names = Dictionary(uniqueKeysWithValues: plan.parameters.map { ($0.buffer, $0.name) })
    return plan.forks.flatMap(\.branches).map { branch in
      Set(plan.steps[branch].flatMap { $0.operands.compactMap { names[$0] } })
    }
  }

  @Test("are towers over one input, in whatever order they are written", arguments: [false, true])
  func towers(byLayers: Bool) throws {
    let x = builder.input("x", .f32, [64, 64])
    var (a, b) = (x, x)
    if byLayers {
      for number in 0..<3 { (a, b) = (try layer("a\(number)", a), try layer("b\(number)", b)) }
    } else {
      for number in 0..<3 { a = try layer("a\(number)", a) }
      for number in 0..<3 { b = try layer("b\(number)", b) }
    }
    builder.output("y", matmul(a, b))
    let plan = try self.plan()
    #expect(forks(plan) == [[0..<3, 3..<6]])
    #expect(parameters(plan) == [["a0", "a1", "a2"], ["b0", "b1", "b2"]])
    #expect(plan.launchCount == 7)
  }

  @Test("are no steps that threads share, nor any where too little is saved")
  func lengths() throws {
    let (short, long) = (
      builder.input("short", .f32, [4, 64]), builder.input("long", .f32, [512, 64])
    )
    for (name, x) in [("short", short), ("long", long)] {
      try builder.output(name + "0", layer(name + "0", x))
      try builder.output(name + "1", layer(name + "1", x))
    }
    #expect(forks(try plan()) == [])
    var options = LoweringOptions()
    options.leastForkGain = 1
    #expect(forks(try plan(options)).count == 1)
    options.leastForkGain = .max
    #expect(forks(try plan(options)) == [])
  }

  @Test("are apart from the update of what they read")
  func updates() throws {
    // The product reads w before it is written; what computes the next v reads neither.
    let x = builder.input("x", .f32, [64, 64])
    let w = builder.parameter("w", .f32, [64, 64])
    builder.output("y", tanh(matmul(x, w)))
    builder.update(w, to: sin(cos(sin(w * 0.5))))
    #expect(forks(try plan()) == [])
    let v = builder.parameter("v", .f32, [80, 64])
    builder.update(v, to: sin(cos(sin(v * 0.5))))
    let plan = try self.plan()
    #expect(plan.forks.count == 1)
    #expect(Set(parameters(plan)) == [["w"], ["v"]])
  }

  @Test("keep their values apart")
  func storage() throws {
    // One after another the towers would use the same bytes.
    let x = builder.input("x", .f32, [64, 64])
    for tower in ["a", "b"] {
      var y = x
      for number in 0..<4 { y = try layer("\(tower)\(number)", y) }
      builder.output(tower, y)
    }
    var options = LoweringOptions()
    let together = try plan(options)
    #expect(forks(together) == [[0..<4, 4..<8]])
    options.leastForkGain = .max
    let apart = try plan(options)
    // Each tower has its four layers' results, where two places did before; the last is the output.
    let matrix = 4 * 64 * 64
    #expect(together.arenaByteCount - apart.arenaByteCount == 5 * matrix)
  }

  // MARK: Random graphs

  /// The steps in an order in which branches take turns.
  private func mixed(_ plan: Plan, seed: UInt64) throws -> Plan {
    let random = CounterBasedRandom(seed: seed, stream: 7)
    var mixed = plan
    mixed.forks = []
    for (number, fork) in plan.forks.enumerated() {
      var left = fork.branches
      for step in fork.steps {
        let bits = random.bits(at: UInt64(number << 16 + step.rawValue)).0
        let open = left.indices.filter { !left[$0].isEmpty }
        let branch = open[Int(bits % UInt64(open.count))]
        mixed.steps[step] = plan.steps[left[branch].lowerBound]
        left[branch].removeFirst()
      }
    }
    mixed.lowerBoundByteCount = try VerifiedPlan.lowerBound(of: mixed)
    return mixed
  }

  @Test(
    "give the same bits in any order", arguments: Array(1...150 as ClosedRange<UInt64>))
  func anyOrder(seed: UInt64) throws {
    let graph = try RandomKernelGraph.graph(seed: seed, nodeCount: 10 + Int(seed % 40))
    var options = LoweringOptions()
    options.leastForkGain = 1
    let verified = try graph.lowered(options)
    let plan = verified.plan
    func results(_ verified: VerifiedPlan) throws -> [[String: Tensor]] {
      let plan = verified.plan
      var parameters: [String: Tensor] = [:]
      for port in plan.parameters {
        parameters[port.name] = try .random(plan.buffers[port.buffer].type, seed: seed &+ 1)
      }
      var inputs: [String: Tensor] = [:]
      for port in plan.inputs {
        inputs[port.name] = try .random(
          plan.buffers[port.buffer].type, seed: seed &+ 2, from: -2, to: 2)
      }
      var interpreter = try PlanInterpreter(verified, parameters: parameters)
      return [try interpreter.run(inputs), try interpreter.parameters()]
    }
    options.leastForkGain = .max
    let expected = try results(graph.lowered(options))
    #expect(try results(verified) == expected)
    for trial in 0..<4 as Range<UInt64> {
      let mixed = try self.mixed(plan, seed: seed &* 8 &+ trial)
      #expect(try results(VerifiedPlan(verifying: mixed)) == expected, "\(PlanPrinter.text(plan))")
    }
  }

  @Test("are found in most random graphs")
  func frequency() throws {
    var options = LoweringOptions()
    options.leastForkGain = 1
    let counts = try (1...50 as ClosedRange<UInt64>).map {
      try RandomKernelGraph.graph(seed: $0, nodeCount: 40).lowered(options).plan.forks.count
    }
    #expect(counts.count { $0 > 0 } > 25)
  }
}
