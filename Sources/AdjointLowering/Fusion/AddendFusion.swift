import AdjointCore
import AdjointKernels

/// Takes scalings and additions of whole tensors into the contractions before them.
///
/// Before: `t = A·B` and `y = b·x + a·t`. After: `y = a·A·B + b·x`, written over x.
///
/// So a parameter's gradient is accumulated into the parameter, or into its momentum, by the product
/// itself, and the sum of several contributions into the first of them. It is done only where x is of
/// no further use, for else it would have to be copied.
struct AddendFusion {
  private var graph: KernelGraph
  /// For each value, the step that writes it; -1 where there is none or there are several.
  private var producers: [Int]
  /// For each value, the steps that read it.
  private var readers: [[Int]]
  private var isNeededOutside: [Bool]
  /// For each value, the parameter that it becomes.
  private let updated: [Int: Int]
  private var isDropped: [Bool]

  static func run(on graph: KernelGraph) -> KernelGraph {
    if graph.fusionReport.entries.isEmpty { return graph }
    var fusion = AddendFusion(graph)
    for step in graph.steps.indices { fusion.visit(step) }
    return fusion.graph.dropping(fusion.isDropped)
  }

  private init(_ graph: KernelGraph) {
    self.graph = graph
    producers = graph.onlyWriters
    readers = graph.readers
    isNeededOutside = graph.isNeededOutside
    updated = graph.updatedParameters
    isDropped = Array(repeating: false, count: graph.steps.count)
  }

  /// Takes what it can from one nest into the contractions whose results the nest reads.
  private mutating func visit(_ number: Int) {
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
  private mutating func fuse(_ input: Int, of nest: LoopNest, _ number: Int) -> Bool {
    let product = nest.inputs[input].operand
    let producer = producers[product]
    guard producer >= 0,
      case .call(.contraction(var contraction), var operands, _) = graph.steps[producer].work,
      let sum = LinearSum(of: input, in: nest),
      sum.scale.magnitude == 1 || contraction.scalesSums
    else { return false }
    let addend = nest.inputs[sum.addend].operand
    let outputs = nest.outputs.filter { $0.step == sum.step }
    guard outputs.count < 2,
      graph.values[addend].byteCount == graph.values[product].byteCount,
      graph.values[addend].byteCount == nest.pointCount *| contraction.scalarType.byteCount
    else { return false }
    let (nodes, entry) = (graph.steps[number].nodes, graph.steps[producer].entry)
    let result = outputs.first?.result ?? graph.values.count
    let rest = self.rest(of: nest, after: sum, input, result)
    if let reason = obstacle(
      to: contraction, of: product, adding: addend, for: outputs.first?.result, rest, number)
    {
      graph.fusionReport.recordRejection(nodes: nodes, because: reason, by: entry)
      return false
    }
    if outputs.isEmpty { addValue(like: product, node: nodes.last) }
    contraction.scale = sum.scale
    contraction.addendScale = sum.addendScale
    operands.append(addend)
    graph.steps[producer].work =
      .call(.contraction(contraction), operands: operands, results: [result])
    graph.steps[producer].nodes = Set(graph.steps[producer].nodes + nodes).sorted()
    let parameter: String? =
      if case .port(let name) = source(of: addend) { name } else { nil }
    // The product is neither written nor read again.
    graph.fusionReport.recordFusion(
      .sum(
        scale: sum.scale, addendScale: sum.addendScale, addend: source(of: addend),
        parameter: parameter), nodes: nodes, saving: 2 *| graph.values[product].byteCount,
      into: entry)
    producers[result] = producer
    graph.steps[number].work = .nest(rest)
    readers[addend].removeAll { $0 == number }
    readers[addend].append(producer)
    if rest.outputs.isEmpty {
      isDropped[number] = true
    } else {
      readers[result].append(number)
    }
    return true
  }

  /// Why a sum with another value is not fused into a contraction; nil where it can be.
  private func obstacle(
    to contraction: Contraction, of product: Int, adding addend: Int, for result: Int?,
    _ rest: LoopNest, _ number: Int
  ) -> FusionReport.Reason? {
    if contraction.addendScale != nil { return .hasAddend }
    let others = readers[product].filter { $0 != number }
    if !others.isEmpty { return .isRead(source(of: product), by: nodes(of: others)) }
    if isNeededOutside[product] { return .isOutput(source(of: product)) }
    guard producers[addend] < producers[product] else {
      return .notYetAvailable(source(of: addend))
    }
    if rest.inputs.contains(where: { $0.operand == addend }) {
      return .isRead(source(of: addend), by: graph.steps[number].nodes)
    }
    return obstacle(toOverwriting: addend, by: result, number)
  }

  /// What a nest has left to do after a sum, which it reads in the place of the product.
  private func rest(
    of nest: LoopNest, after sum: LinearSum, _ product: Int, _ result: Int
  ) -> LoopNest {
    var builder = NestBuilder()
    var numbers: [Int] = []
    for (number, step) in nest.program.steps.enumerated() {
      switch step.instruction {
      case _ where number == sum.step:
        var input = nest.inputs[product]
        input.operand = result
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
    toOverwriting addend: Int, by result: Int?, _ number: Int
  ) -> FusionReport.Reason? {
    if let result, let parameter = updated[result], parameter == addend { return nil }
    guard graph.values[addend].isComputed, result.flatMap({ updated[$0] }) == nil else {
      return .mayNotBeWritten(source(of: addend))
    }
    let others = readers[addend].filter { $0 != number }
    if !others.isEmpty { return .isRead(source(of: addend), by: nodes(of: others)) }
    return isNeededOutside[addend] ? .isOutput(source(of: addend)) : nil
  }

  private func nodes(of steps: [Int]) -> [Int] { steps.compactMap { graph.steps[$0].nodes.last } }

  private func source(of value: Int) -> FusionReport.Source { graph.source(of: value) }

  private mutating func addValue(like value: Int, node: Int?) {
    let added = graph.add(graph.values[value].type, .computed)
    graph.values[added].node = node
    producers.append(-1)
    readers.append([])
    isNeededOutside.append(false)
  }
}
