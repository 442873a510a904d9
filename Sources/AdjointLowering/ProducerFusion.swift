import AdjointCore
import AdjointKernels

/// Computes element-wise producers inside the loop nests that read them, so that their results never
/// reach memory.
///
/// Steps are visited in order, so a producer's own producers are inside it already. Each reader
/// decides for itself; a producer that all readers took in is dropped. The work is linear in the
/// number of steps, for a program has at most `NestBuilder.maximumSteps`.
struct ProducerFusion {
  private let graph: KernelGraph
  private let inlines: Bool
  /// For each value, the only step that writes it; -1 where there is none or there are several.
  private var producers: [Int]
  /// For each value, the inputs of nests that have yet to read it, and how many there were.
  private var pendingReads: [Int]
  private let readCounts: [Int]
  /// For each value, whether something other than a loop nest needs it.
  private var isPinned: [Bool]
  private var bodies: [Body?]
  private var result: [KernelGraph.Step?]

  static func run(on graph: KernelGraph, inlines: Bool) -> KernelGraph {
    var fusion = ProducerFusion(graph, inlines: inlines)
    for step in graph.steps.indices { fusion.visit(step) }
    var fused = graph
    fused.steps = fusion.result.compactMap(\.self)
    return fused
  }

  private init(_ graph: KernelGraph, inlines: Bool) {
    self.graph = graph
    self.inlines = inlines
    producers = Array(repeating: -1, count: graph.values.count)
    var reads = Array(repeating: 0, count: graph.values.count)
    isPinned = graph.isNeededOutside
    var isWritten = Array(repeating: false, count: graph.values.count)
    for (number, step) in graph.steps.enumerated() {
      for value in step.writes {
        producers[value] = isWritten[value] ? -1 : number
        isWritten[value] = true
      }
      switch step.work {
      case .nest(let nest):
        for input in Set(nest.inputs) { reads[input.operand] += 1 }
      case .call:
        for value in step.reads { isPinned[value] = true }
      }
    }
    pendingReads = reads
    readCounts = reads
    bodies = Array(repeating: nil, count: graph.steps.count)
    result = Array(repeating: nil, count: graph.steps.count)
  }

  private mutating func visit(_ number: Int) {
    let step = graph.steps[number]
    guard case .nest(let nest) = step.work else {
      result[number] = step
      return
    }
    var nodes = step.nodes
    var builder = NestBuilder()
    var loads: [LoopNest.Input: Int] = [:]
    var numbers: [Int] = []
    for (place, own) in nest.program.steps.enumerated() {
      if case .load(let input) = own.instruction {
        let input = nest.inputs[input]
        // What the rest of this program may still add.
        let rest = (steps: nest.program.steps.count - place, inputs: nest.inputs.count - loads.count)
        let loaded =
          loads[input] ?? load(input, of: nest, into: &builder, leaving: rest, nodes: &nodes)
        loads[input] = loaded
        numbers.append(loaded)
      } else {
        numbers.append(builder.append(own.instruction.renumbered { numbers[$0] }, own.type))
      }
    }
    let outputs = nest.outputs.map { output in
      var output = output
      output.step = numbers[output.step]
      return output
    }
    let fused = builder.nest(extents: nest.extents, outputs: outputs)
    if nodes.count > 1 { nodes = Set(nodes).sorted() }
    result[number] = KernelGraph.Step(work: .nest(fused), nodes: nodes)
    if inlines, let value = nest.outputs.first?.result, producers[value] == number,
      readCounts[value] > 0
    {
      bodies[number] = Body(fused)
    }
  }

  /// The step that gives an input's element: a constant, the producer's program, or a load.
  private mutating func load(
    _ input: LoopNest.Input, of nest: LoopNest, into builder: inout NestBuilder,
    leaving rest: (steps: Int, inputs: Int), nodes: inout [Int]
  ) -> Int {
    if let literal = graph.values[input.operand].literal {
      return builder.append(.constant(literal), input.access.scalarType)
    }
    let value = input.operand
    let producer = producers[value]
    guard producer >= 0, let body = bodies[producer] else { return builder.load(input) }
    pendingReads[value] -= 1
    defer { if pendingReads[value] == 0 { bodies[producer] = nil } }
    guard isWorthwhile(body, input, in: nest), let source = body.nest(over: input.access.extents)
    else {
      isPinned[value] = true
      return builder.load(input)
    }
    let checkpoint = builder.checkpoint
    let isSameLoop =
      nest.extents == source.extents && input.access.map.isIdentity(rank: nest.rank)
    let numbers = builder.splice(source, through: isSameLoop ? nil : input.access.map)
    guard builder.steps.count + rest.steps <= NestBuilder.maximumSteps,
      builder.inputs.count + rest.inputs <= NestBuilder.maximumInputs + 1
    else {
      builder.rollBack(to: checkpoint)
      isPinned[value] = true
      return builder.load(input)
    }
    nodes += result[producer]?.nodes ?? []
    if pendingReads[value] == 0, !isPinned[value] { result[producer] = nil }
    return numbers[source.outputs[0].step]
  }

  /// Whether computing the producer's result again at each point beats loading it.
  private func isWorthwhile(_ body: Body, _ input: LoopNest.Input, in nest: LoopNest) -> Bool {
    let readers = readCounts[input.operand]
    if body.isCheap {
      // Something that reads nothing of its own size is always as quick to compute as to load.
      if body.streams == 0 { return true }
      if isPinned[input.operand] { return false }
      return readers == 1 || body.streams == 1 || (body.streams == 2 && readers <= 3)
    }
    return !isPinned[input.operand] && readers == 1 && !nest.repeats(input)
  }
}

extension ProducerFusion {
  /// The fused program of a step that may be computed inside its readers.
  fileprivate struct Body {
    private let nest: LoopNest
    /// Whether it is a few instructions that take about a cycle each.
    let isCheap: Bool
    /// The number of inputs that have an element for each point.
    let streams: Int

    init?(_ nest: LoopNest) {
      guard nest.outputs.count == 1, nest.isElementwise else { return nil }
      self.nest = nest
      isCheap = nest.program.steps.count <= 8 && nest.program.steps.allSatisfy(\.isCheap)
      streams = nest.inputs.count { !nest.repeats($0) }
    }

    /// The program over the extents under which its result is read, or nil where these do not go
    /// with its inputs.
    func nest(over extents: [Int]) -> LoopNest? {
      if nest.extents == extents { return nest }
      return nest.isFlat ? nest.flat(over: extents) : nil
    }
  }
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
