import AdjointCore
import AdjointKernels

extension KernelPass {
  /// Takes scalings and additions of whole tensors into the contractions before them.
  ///
  /// Before: `t = A·B` and `y = b·x + a·t`. After: `y = a·A·B + b·x`, written over x.
  ///
  /// So a parameter's gradient is accumulated into the parameter, or into its momentum, by the product
  /// itself, and the sum of several contributions into the first of them. It is done only where x is of
  /// no further use, for else it would have to be copied.
  package static let addendFusion = KernelPass(
    "addend-fusion", "scalings and sums go into the products before them"
  ) { graph, _ in AddendFusion.run(on: graph) }
}

private struct AddendFusion {
  private var graph: KernelGraph
  private var uses: KernelUses
  private var isDropped: [Bool]

  static func run(on graph: KernelGraph) -> KernelGraph {
    let graph = graph.numberingContractions()
    if graph.fusionReport.entries.isEmpty { return graph }
    var fusion = AddendFusion(graph)
    for step in graph.steps.indices { fusion.visit(StepNumber(step)) }
    return fusion.graph.dropping(fusion.isDropped)
  }

  private init(_ graph: KernelGraph) {
    self.graph = graph
    uses = KernelUses(graph)
    isDropped = Array(repeating: false, count: graph.steps.count)
  }

  /// Takes what it can from one nest into the contractions whose results the nest reads.
  private mutating func visit(_ number: StepNumber) {
    var isChanged = true
    while isChanged, !isDropped[number] {
      isChanged = false
      guard case .nest(let nest) = graph.steps[number].work, nest.storesAtItsPoints else { return }
      for input in nest.inputs.indices where !isChanged {
        isChanged = fuse(input, of: nest, number)
      }
    }
  }

  /// Takes the sum of an input, the result of a contraction, with another into the contraction.
  private mutating func fuse(_ input: Int, of nest: LoopNest, _ number: StepNumber) -> Bool {
    guard let product = nest.inputs[input].source.value,
      let producer = uses.onlyWriter(of: product),
      case .call(.contraction(var contraction), var operands, _) = graph.steps[producer].work,
      let sum = LinearSum(of: input, in: nest),
      sum.scale.magnitude == 1 || contraction.scalesSums,
      let addend = nest.inputs[sum.addend].source.value
    else { return false }
    let outputs = nest.outputs.filter { $0.step == sum.step }
    guard outputs.count < 2,
      graph.values[addend].byteCount == graph.values[product].byteCount,
      graph.values[addend].byteCount == nest.pointCount *| contraction.scalarType.byteCount
    else { return false }
    let (nodes, entry) = (graph.steps[number].nodes, graph.steps[producer].entry)
    let result = outputs.first?.target.value ?? ValueNumber(graph.values.count)
    let rest = self.rest(of: nest, after: sum, input, result)
    if let reason = obstacle(
      to: contraction, in: producer, of: product, adding: addend,
      for: outputs.first?.target.value, rest, number)
    {
      graph.fusionReport.recordRejection(nodes: nodes, because: reason, by: entry)
      return false
    }
    if outputs.isEmpty { addValue(like: product, node: nodes.last) }
    contraction.scale = sum.scale
    contraction.addendScale = sum.addendScale
    operands.append(addend)
    var fused = graph.steps[producer]
    fused.work = .call(.contraction(contraction), operands: operands, results: [result])
    fused.nodes = Set(fused.nodes + nodes).sorted()
    let parameter: String? =
      if case .port(let name) = source(of: addend) { name } else { nil }
    // The product is neither written nor read again.
    graph.fusionReport.recordFusion(
      .sum(
        scale: sum.scale, addendScale: sum.addendScale, addend: source(of: addend),
        parameter: parameter), nodes: nodes, saving: 2 *| graph.values[product].byteCount,
      into: entry)
    var left = graph.steps[number]
    left.work = .nest(rest)
    isDropped[number] = rest.outputs.isEmpty
    replace(number, by: isDropped[number] ? nil : left)
    replace(producer, by: fused)
    return true
  }

  private mutating func replace(_ number: StepNumber, by step: KernelGraph.Step?) {
    uses.replace(number, graph.steps[number], by: step)
    if let step { graph.steps[number] = step }
  }

  /// Why a sum with another value is not fused into a contraction; nil where it can be.
  private func obstacle(
    to contraction: Contraction, in producer: StepNumber, of product: ValueNumber,
    adding addend: ValueNumber, for result: ValueNumber?, _ rest: LoopNest, _ number: StepNumber
  ) -> FusionReport.Reason? {
    if contraction.addendScale != nil { return .hasAddend }
    let others = uses.readers(of: product, but: number)
    if !others.isEmpty { return .isRead(source(of: product), by: nodes(of: others)) }
    if uses.isNeededOutside(product) { return .isOutput(source(of: product)) }
    guard uses.isAvailable(addend, before: producer) else {
      return .notYetAvailable(source(of: addend))
    }
    if rest.readValues.contains(addend) {
      return .isRead(source(of: addend), by: graph.steps[number].nodes)
    }
    return obstacle(toOverwriting: addend, by: result, number)
  }

  /// What a nest has left to do after a sum, which it reads in the place of the product.
  private func rest(
    of nest: LoopNest, after sum: LinearSum, _ product: Int, _ result: ValueNumber
  ) -> LoopNest {
    var builder = NestBuilder()
    var numbers: PerInstruction<InstructionNumber> = []
    for (number, step) in nest.program.steps.numbered {
      switch step.instruction {
      case _ where number == sum.step:
        var input = nest.inputs[product]
        input.source = .value(result)
        numbers.append(builder.load(input))
      case .load(let input): numbers.append(builder.load(nest.inputs[input]))
      case .constant, .index, .unary, .binary, .compare, .select, .cast:
        numbers.append(builder.append(step.instruction.renumbered { numbers[$0] }, step.type))
      }
    }
    let outputs = nest.outputs.filter { $0.step != sum.step }.map { $0.renumbered(numbers) }
    return builder.nest(extents: nest.extents, outputs: outputs)
  }

  /// Why an addend may not be written over: something else reads it, or it has a place of its own and is
  /// not the parameter that the sum becomes.
  private func obstacle(
    toOverwriting addend: ValueNumber, by result: ValueNumber?, _ number: StepNumber
  ) -> FusionReport.Reason? {
    let updated = result.flatMap(uses.updatedParameter)
    if updated == addend { return nil }
    guard graph.values[addend].isComputed, updated == nil else {
      return .mayNotBeWritten(source(of: addend))
    }
    let others = uses.readers(of: addend, but: number)
    if !others.isEmpty { return .isRead(source(of: addend), by: nodes(of: others)) }
    return uses.isNeededOutside(addend) ? .isOutput(source(of: addend)) : nil
  }

  private func nodes(of steps: [StepNumber]) -> [Int] {
    steps.compactMap { graph.steps[$0].nodes.last }
  }

  private func source(of value: ValueNumber) -> FusionReport.Source { graph.source(of: value) }

  private mutating func addValue(like value: ValueNumber, node: Int?) {
    let added = graph.add(graph.values[value].type, .computed)
    graph.values[added].node = node
    uses.addValue()
  }
}
