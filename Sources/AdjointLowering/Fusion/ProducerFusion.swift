import AdjointCore
import AdjointKernels

extension KernelPass {
  /// Computes element-wise producers inside the loop nests that read them, so that their results never
  /// reach memory.
  ///
  /// Steps are visited in order, so a producer's own producers are inside it already. Each reader
  /// decides for itself; a producer that all readers took in is dropped. The work is linear in the
  /// number of steps, for a program has at most `NestBuilder.maximumSteps`.
  package static let producerFusion = KernelPass(
    "producer-fusion", "element-wise work is done where its results are read"
  ) { graph, _ in ProducerFusion.run(on: graph) }
}

private struct ProducerFusion {
  private let graph: KernelGraph
  private let uses: KernelUses
  /// For each value, the inputs of nests that have yet to read it, and how many there were.
  private var pendingReads: [Int]
  private let readCounts: [Int]
  /// For each value, whether something other than the inside of a reader needs it.
  private var isPinned: [Bool]
  /// For each step that may go into its readers, its program while some of them are still to come.
  private var bodies: [Body?]
  private var result: [KernelGraph.Step?]

  static func run(on graph: KernelGraph) -> KernelGraph {
    var fusion = ProducerFusion(graph)
    for step in graph.steps.indices { fusion.visit(StepNumber(step)) }
    var fused = graph
    fused.steps = fusion.result.compactMap(\.self)
    return fused
  }

  private init(_ graph: KernelGraph) {
    self.graph = graph
    uses = KernelUses(graph)
    var reads = Array(repeating: 0, count: graph.values.count)
    isPinned = Array(repeating: false, count: graph.values.count)
    for output in graph.outputs { isPinned[output.value] = true }
    for update in graph.updates { isPinned[update.value] = true }
    for step in graph.steps {
      switch step.work {
      case .nest(let nest):
        for (place, input) in nest.inputs.enumerated() where !nest.inputs[..<place].contains(input)
        {
          if let value = input.source.value { reads[value] += 1 }
        }
      case .rows, .call:
        for value in step.reads { isPinned[value] = true }
      }
    }
    pendingReads = reads
    readCounts = reads
    bodies = Array(repeating: nil, count: graph.steps.count)
    result = Array(repeating: nil, count: graph.steps.count)
  }

  private mutating func visit(_ number: StepNumber) {
    guard case .nest(let nest) = graph.steps[number].work else {
      result[number] = graph.steps[number]
      return
    }
    var nodes: [Int] = []
    var builder = NestBuilder()
    var loads: [Int: InstructionNumber] = [:]
    var numbers: PerInstruction<InstructionNumber> = []
    for (place, own) in nest.program.steps.enumerated() {
      guard case .load(let load) = own.instruction else {
        numbers.append(builder.append(own.instruction.renumbered { numbers[$0] }, own.type))
        continue
      }
      // The same element may be listed twice.
      let input = nest.inputs[..<load].firstIndex(of: nest.inputs[load]) ?? load
      if let loaded = loads[input] {
        numbers.append(loaded)
        continue
      }
      let step = self.load(
        nest.inputs[input], of: nest, into: &builder,
        // What the rest of this program may still add.
        leaving: (nest.program.steps.count - place, nest.inputs.count - loads.count), nodes: &nodes)
      loads[input] = step
      numbers.append(step)
    }
    nodes += graph.steps[number].nodes
    let outputs = nest.outputs.map { $0.renumbered(numbers) }
    let value = nest.outputs.first?.target.value
    if let value, uses.onlyWriter(of: value) == number, readCounts[value] > 0,
      let body = Body(builder, nest, outputs, nodes: nodes)
    {
      bodies[number] = body
    } else {
      result[number] = KernelGraph.Step(
        work: .nest(builder.nest(extents: nest.extents, outputs: outputs)),
        nodes: ascending(nodes))
    }
  }

  /// The step that gives an input's element: the producer's program, or a load.
  private mutating func load(
    _ input: LoopNest.Input, of nest: LoopNest, into builder: inout NestBuilder,
    leaving rest: (steps: Int, inputs: Int), nodes: inout [Int]
  ) -> InstructionNumber {
    guard let value = input.source.value, let producer = uses.onlyWriter(of: value),
      let body = bodies[producer]
    else { return builder.load(input) }
    pendingReads[value] -= 1
    let isLast = pendingReads[value] == 0
    if isLast { bodies[producer] = nil }
    let inlined =
      isWorthwhile(body, input, of: value, in: nest)
      ? inline(body, input, of: nest, into: &builder, leaving: rest) : nil
    if inlined == nil { isPinned[value] = true } else { nodes += body.nodes }
    if isLast, isPinned[value] { result[producer] = body.step }
    return inlined ?? builder.load(input)
  }

  /// The step of a body's result at the point that the input reads, or nil where it does not fit.
  private func inline(
    _ body: Body, _ input: LoopNest.Input, of nest: LoopNest, into builder: inout NestBuilder,
    leaving rest: (steps: Int, inputs: Int)
  ) -> InstructionNumber? {
    let isSameLoop =
      body.extents == nest.extents && nest.isAtPoint(input.access)
    let checkpoint = builder.checkpoint
    let step: InstructionNumber
    if isSameLoop, builder.steps.isEmpty {
      // Nothing to join it with: the program grows where it is.
      builder = body.builder
      step = body.output.step
    } else if body.extents.elementsEqual(input.access.extents) {
      let numbers = builder.splice(body.builder, through: isSameLoop ? nil : input.access.map)
      step = numbers[body.output.step]
    } else {
      guard let flat = body.flat(over: PerAxis(input.access.extents)) else { return nil }
      step = builder.splice(flat, through: input.access.map)[flat.outputs[0].step]
    }
    // The input itself, which is among the rest, is not loaded any more.
    guard builder.steps.count + rest.steps - 1 <= NestBuilder.maximumSteps,
      builder.inputs.count + rest.inputs - 1 <= NestBuilder.maximumInputs
    else {
      builder.rollBack(to: checkpoint)
      return nil
    }
    return step
  }

  /// Whether computing the producer's result again at each point beats loading it.
  private func isWorthwhile(
    _ body: Body, _ input: LoopNest.Input, of value: ValueNumber, in nest: LoopNest
  ) -> Bool {
    let readers = readCounts[value]
    if body.isCheap {
      // Something that reads nothing of its own size is always as quick to compute as to load.
      if body.streams == 0 { return true }
      if isPinned[value] { return false }
      return readers == 1 || body.streams == 1 || (body.streams == 2 && readers <= 3)
    }
    return !isPinned[value] && readers == 1 && !nest.repeats(input)
  }
}

extension ProducerFusion {
  /// The fused program of a step that may be computed inside its readers.
  fileprivate struct Body {
    let builder: NestBuilder
    let extents: PerAxis<Int>
    let output: LoopNest.Output
    /// With repetitions, in any order.
    let nodes: [Int]
    /// Whether it is a few instructions that take about a cycle each.
    let isCheap: Bool
    /// The number of inputs that have an element for each point.
    let streams: Int

    init?(_ builder: NestBuilder, _ nest: LoopNest, _ outputs: [LoopNest.Output], nodes: [Int]) {
      guard outputs.count == 1, nest.storesAtItsPoints else { return nil }
      self.builder = builder
      self.nodes = nodes
      extents = nest.extents
      output = outputs[0]
      isCheap = builder.steps.count <= 8 && builder.steps.allSatisfy(\.isCheap)
      streams = builder.inputs.count { !nest.repeats($0) }
    }

    private var nest: LoopNest { builder.nest(extents: extents, outputs: [output]) }

    /// The step on its own.
    var step: KernelGraph.Step {
      KernelGraph.Step(work: .nest(nest), nodes: ascending(nodes))
    }

    /// The program over other extents, under which its result is read, or nil where these do not go
    /// with its inputs.
    func flat(over newExtents: PerAxis<Int>) -> LoopNest? {
      let nest = nest
      return nest.isFlat ? nest.flat(over: newExtents) : nil
    }
  }
}

/// Numbers in ascending order, each once.
private func ascending(_ numbers: [Int]) -> [Int] {
  numbers.count > 1 ? Set(numbers).sorted() : numbers
}

extension ScalarProgram.Step {
  fileprivate var isCheap: Bool {
    switch instruction {
    case .load, .constant, .index, .compare, .select, .cast: true
    case .unary(let function, _):
      switch function {
      case .negate, .abs, .sign, .floor, .ceil, .round, .not: true
      case .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .reciprocal, .sin, .cos, .tan, .tanh,
        .sigmoid, .softplus, .erf:
        false
      }
    case .binary(let function, _, _):
      switch function {
      case .add, .subtract, .multiply, .maximum, .minimum, .and, .or: true
      case .divide, .power: false
      }
    }
  }
}
