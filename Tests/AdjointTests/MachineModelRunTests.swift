import Adjoint
import AdjointCore
import AdjointGraph
import AdjointLowering
import TestSupport
import Testing

@Suite("Runs of plans for other machines")
struct MachineModelRunTests {
  /// Everything that two runs give.
  private func results(
    _ graph: Graph, for machine: MachineModel, threads: Int
  ) throws -> [Tensor] {
    let executable = try graph.compiled(
      CompilationOptions(pipeline: Pipeline([]), threads: threads, machine: machine))
    let context = try executable.makeContext(seed: 3)
    var results: [Tensor] = []
    for run in 0..<2 as Range<UInt64> {
      for (name, tensor) in try graph.randomSources(seed: 11 &+ run)
      where graph.inputs.contains(where: { $0.name == name }) {
        try context.set(name, to: tensor)
      }
      try context.run()
      for output in graph.outputs { results.append(try context.output(output.name)) }
    }
    for parameter in graph.parameters { results.append(try context.parameter(parameter.name)) }
    return results
  }

  private func expectEqual(_ graph: Graph) throws {
    let expected = try results(graph, for: .reference, threads: 1)
    for machine in OtherMachines.sharing(caches: MachineModel.reference.caches) {
      for threads in [1, 3] {
        let found = try results(graph, for: machine, threads: threads)
        #expect(
          found == expected,
          "\(graph.name) on \(threads) threads, planned for\n\(machine)")
      }
    }
  }

  @Test(
    "give the same bits for any number of cores, any costs, and more threads than cores",
    arguments: try GoldenFile.lowering())
  func golden(_ file: GoldenFile) throws {
    try expectEqual(file.run { _ in try file.expectedText() }.after)
  }

  @Test("give the same bits on random graphs", arguments: Array(700..<706 as Range<UInt64>))
  func random(seed: UInt64) throws {
    try expectEqual(RandomKernelGraph.graph(seed: seed, nodeCount: 30))
  }

  @Test("have more branches where hand-overs are cheap, and none for one core")
  func forks() throws {
    let builder = GraphBuilder("towers")
    for number in 0..<4 {
      let x = builder.input("x\(number)", .f32, [40, 40])
      builder.output("y\(number)", matmul(matmul(x, x), x))
    }
    let graph = try builder.build()
    func branches(_ cores: Int, handOver: Double) throws -> Int {
      var machine = MachineModel.reference
      machine.coreCount = cores
      machine.handOverNanoseconds = handOver
      let plan = try graph.lowered(LoweringOptions(machine: machine)).plan
      return plan.forks.reduce(0) { $0 + $1.branches.count }
    }
    #expect(try branches(1, handOver: 1) == 0)
    #expect(try branches(2, handOver: 25) == 4)
    #expect(try branches(64, handOver: 25) == 4)
    // A fork would take longer than it saves.
    #expect(try branches(64, handOver: 1e6) == 0)
  }
}
