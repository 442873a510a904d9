import Adjoint
import AdjointCore
import AdjointGraph
import AdjointKernels
import TestSupport
import Testing

@Suite("Networks under models of other machines")
struct MachineNetworkTests {
  /// Runs every plan of a graph, as it was read from its text, in the interpreter: plans for other numbers of cores and
  /// other costs have to compute the same bits.
  ///
  /// - Returns: how many forks the plans have, machine by machine.
  private func forksOfEqualPlans(_ graph: Graph) throws -> [Int] {
    let sources = try graph.randomSources(seed: 5)
    func tensors(_ ports: [Graph.Port]) -> [String: Tensor] {
      sources.filter { name, _ in ports.contains { $0.name == name } }
    }
    var forks: [Int] = []
    for machines in OtherMachines.families {
      var seen: [VerifiedPlan: MachineModel] = [:]
      var expected: [[String: Tensor]] = []
      for machine in machines {
        let plan = try LoweredGraph(graph, CompilationOptions(machine: machine)).plan.plan
        forks.append(plan.forks.count)
        let text = PlanPrinter.text(plan, constants: .whole)
        let read = try VerifiedPlan(verifying: PlanParser.plan(from: text, file: "plan.txt"))
        #expect(PlanPrinter.text(read.plan, constants: .whole) == text)
        try #require(read.plan.isDone(within: 1_000_000))
        guard seen.updateValue(machine, forKey: read) == nil else { continue }
        var interpreter = try PlanInterpreter(read, parameters: tensors(graph.parameters))
        var found: [[String: Tensor]] = []
        for _ in 0..<2 { found.append(try interpreter.run(tensors(graph.inputs))) }
        found.append(try interpreter.parameters())
        if expected.isEmpty { expected = found }
        #expect(found == expected, "\(graph.name), planned for\n\(machine)")
      }
      // Something was computed, and it is no NaN, which would hide what is added to it.
      let numbers = expected.flatMap { $0.values.flatMap(\.doubles) }
      #expect(!numbers.isEmpty && numbers.allSatisfy(\.isFinite))
    }
    return forks
  }

  @Test("give the same bits step by step on any machine", arguments: MachineNetwork.allCases)
  func networks(_ network: MachineNetwork) throws {
    let forks = try forksOfEqualPlans(network.graph())
    // The first machines of each half have one core.
    let half = forks.count / 2
    #expect([0, half].allSatisfy { forks[$0..<$0 + 3] == [0, 0, 0] })
    if network == .towers { #expect(forks[3..<half].contains { $0 > 0 }) }
  }

  @Test(
    "of the example files give the same bits step by step",
    arguments: ["digits-mlp", "residual-blocks", "softmax-regression"])
  func files(_ name: String) throws {
    let graph = try Graph(contentsOf: ExampleGraphTests.path("\(name).graph"))
      .trainingStep(minimizing: "loss", with: .sgd(learningRate: 0.1)).binding(["B": 8])
    _ = try forksOfEqualPlans(graph)
  }

  @Test(
    "compute what the graph says on more threads than there are cores",
    arguments: MachineNetwork.allCases)
  func moreThreadsThanCores(_ network: MachineNetwork) throws {
    let graph = try network.graph()
    let sources = try graph.randomSources(seed: 9)
    func results(threads: Int) throws -> [String: Tensor] {
      let machine = try #require(
        OtherMachines.families[0].first {
          $0.coreCount == threads && $0.handOverNanoseconds == 2
        })
      let executable = try graph.compiled(CompilationOptions(threads: threads, machine: machine))
      let context = try executable.makeContext()
      try context.set(sources)
      try context.run()
      var results = try context.parameterTensors()
      for port in executable.outputs { results[port.name] = try context.output(port.name) }
      // Threads that come late must not find anything else than those that are there.
      for _ in 0..<20 {
        try context.set(sources)
        try context.run()
        for port in executable.outputs {
          #expect(try context.output(port.name) == results[port.name])
        }
      }
      return results
    }
    let threads = 64
    #expect(threads > AvailableMachine.processorCount)
    let found = try results(threads: threads)
    #expect(try results(threads: 1) == found)
    let optimized = try LoweredGraph(graph, CompilationOptions()).optimized
    let expected = try GraphInterpreter.evaluate(optimized, sources)
    for (name, tensor) in expected.outputs.merging(expected.updates, uniquingKeysWith: { $1 }) {
      let scale = tensor.doubles.reduce(0) { max($0, $1.magnitude) }
      let actual = try #require(found[name]).doubles
      #expect(actual.count == tensor.count)
      #expect(zip(actual, tensor.doubles).allSatisfy { ($0 - $1).magnitude <= 1e-5 * (1 + scale) })
    }
  }
}
