import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import TestSupport
import Testing

/// Runs plans of a graph, made under every choice of options, against the graph itself.
enum PlanComparison {
  /// All on, all off, and mixtures of both.
  static let optionChoices: [LoweringOptions] = {
    var choices: [LoweringOptions] = []
    for bits in [127, 63, 31, 111, 15, 7, 0, 32, 65, 2, 4, 16, 33, 35, 6, 8, 11, 82, 20, 23, 64] {
      var options = LoweringOptions()
      options.writesInPlace = bits & 4 != 0
      let optional: [(bit: Int, passes: [KernelPass])] = [
        (1, [.producerFusion]), (2, [.siblingFusion]), (8, [.addendFusion]),
        (16, [.epilogueFusion]), (32, [.sharedMatrixVectorFusion, .rowFusion]),
        (64, [.copyElision]),
      ]
      for (bit, passes) in optional where bits & bit == 0 {
        for pass in passes { options.pipeline = options.pipeline.without(pass) }
      }
      choices.append(options)
    }
    return choices
  }()

  /// Some of the choices for a seed, each with thresholds of its own: sums that are cut or not, branches
  /// wherever there are any or none, rows that fit the cache or do not.
  static func sampledChoices(seed: UInt64) -> [LoweringOptions] {
    var generator = SeededGenerator(seed: seed)
    return RandomSets.sample(3, of: optionChoices, seed: seed).map { choice in
      var options = choice
      if Bool.random(using: &generator) {
        options.pipeline = options.pipeline.without(.splitInner)
      }
      options.leastForkGain = [0, 4_000, Int.max].randomElement(using: &generator) ?? 0
      options.machine.caches =
        [1, 1 << 8, 1 << 20].randomElement(using: &generator)
        .map { [MachineModel.Cache(byteCount: $0)] } ?? []
      return options
    }
  }

  /// Expects the same bits from the graph and from each of its plans, in several runs that hand the
  /// parameters on.
  static func expectEqual(
    _ graph: Graph, runs: Int = 2, seed: UInt64 = 1,
    under choices: [LoweringOptions] = optionChoices
  ) throws {
    for options in choices {
      let verified = try graph.lowered(options)
      let plan = verified.plan
      var parameters: [String: Tensor] = [:]
      for (number, port) in graph.parameters.enumerated() {
        parameters[port.name] = try Tensor.random(port.type, seed: seed &+ 100 &+ UInt64(number))
      }
      var interpreter = try PlanInterpreter(verified, parameters: parameters)
      for run in 0..<runs {
        let inputs = try randomInputs(of: graph, seed: seed &+ UInt64(run))
        let expected = try GraphInterpreter.evaluate(
          graph, inputs.merging(parameters) { input, _ in input })
        let outputs = try interpreter.run(inputs)
        #expect(outputs == expected.outputs, "\(options)\n\(PlanPrinter.text(plan))")
        parameters.merge(expected.updates) { _, new in new }
        #expect(
          try interpreter.parameters() == parameters, "\(options)\n\(PlanPrinter.text(plan))")
      }
    }
  }

  private static func randomInputs(of graph: Graph, seed: UInt64) throws -> [String: Tensor] {
    var inputs: [String: Tensor] = [:]
    for (number, port) in graph.inputs.enumerated() {
      let bound = port.type.scalarType.isInteger ? 3.0 : 2.0
      inputs[port.name] = try Tensor.random(
        port.type, seed: seed &* 31 &+ UInt64(number), from: -bound, to: bound)
    }
    return inputs
  }
}
