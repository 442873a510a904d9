import AdjointCore
import AdjointKernels

/// Takes scalings and additions of whole tensors into the contractions before them.
///
/// Before: `t = A·B` and `y = b·x + a·t`. After: `y = a·A·B + b·x`, written over x.
///
/// So a parameter's gradient is accumulated into the parameter, or into its momentum, by the product
/// itself, and the sum of several contributions into the first of them. It is done only where x is of
/// no further use, for else it would have to be copied.
struct ContractionFolding {
  private var graph: KernelGraph
  /// For each value, the step that writes it; -1 where there is none or there are several.
  private var producers: [Int]
  private var readerCounts: [Int]
  private var isNeededOutside: [Bool]
  /// For each value, the parameter that it becomes.
  private let updated: [Int: Int]
  private var isDropped: [Bool]

  static func run(on graph: KernelGraph) -> KernelGraph {
    var folding = ContractionFolding(graph)
    for step in graph.steps.indices { folding.visit(step) }
    var folded = folding.graph
    folded.steps = folded.steps.indices.filter { !folding.isDropped[$0] }.map { folded.steps[$0] }
    return folded
  }

  private init(_ graph: KernelGraph) {
    self.graph = graph
    producers = Array(repeating: -1, count: graph.values.count)
    readerCounts = Array(repeating: 0, count: graph.values.count)
    var isWritten = Array(repeating: false, count: graph.values.count)
    for (number, step) in graph.steps.enumerated() {
      for value in step.reads { readerCounts[value] += 1 }
      for value in step.writes {
        producers[value] = isWritten[value] ? -1 : number
        isWritten[value] = true
      }
    }
    isNeededOutside = graph.isNeededOutside
    var updated: [Int: Int] = [:]
    for update in graph.updates { updated[update.value] = update.parameter }
    self.updated = updated
    isDropped = Array(repeating: false, count: graph.steps.count)
  }

  /// Takes what it can from one nest into the contractions whose results the nest reads.
  private mutating func visit(_ number: Int) {
    var isChanged = true
    while isChanged, !isDropped[number] {
      isChanged = false
      guard case .nest(let nest) = graph.steps[number].work, nest.isElementwise else { return }
      for input in nest.inputs.indices where !isChanged {
        isChanged = fold(input, of: nest, number)
      }
    }
  }

  /// Takes the sum of an input, the result of a contraction, with another into the contraction.
  private mutating func fold(_ input: Int, of nest: LoopNest, _ number: Int) -> Bool {
    let product = nest.inputs[input].operand
    let producer = producers[product]
    guard producer >= 0, readerCounts[product] == 1, !isNeededOutside[product],
      case .call(.contraction(var contraction), var operands, _) = graph.steps[producer].work,
      contraction.addendScale == nil, let sum = LinearSum(of: input, in: nest)
    else { return false }
    let addend = nest.inputs[sum.addend].operand
    let outputs = nest.outputs.filter { $0.step == sum.step }
    guard outputs.count < 2, producers[addend] < producer,
      graph.values[addend].byteCount == graph.values[product].byteCount,
      graph.values[addend].byteCount == nest.pointCount * contraction.scalarType.byteCount
    else { return false }
    let result = outputs.first?.result ?? graph.values.count
    let rest = self.rest(of: nest, after: sum, input, result)
    guard !rest.inputs.contains(where: { $0.operand == addend }),
      mayOverwrite(addend, by: outputs.first?.result)
    else { return false }
    if outputs.isEmpty { addValue(like: product) }
    contraction.scale = sum.scale
    contraction.addendScale = sum.addendScale
    operands.append(addend)
    graph.steps[producer].work =
      .call(.contraction(contraction), operands: operands, results: [result])
    graph.steps[producer].nodes = Set(graph.steps[producer].nodes + graph.steps[number].nodes)
      .sorted()
    producers[result] = producer
    graph.steps[number].work = .nest(rest)
    if rest.outputs.isEmpty {
      isDropped[number] = true
    } else {
      readerCounts[result] += 1
    }
    return true
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

  /// Whether the addend may be written over: nothing else reads it, or it is the parameter that the
  /// sum becomes.
  private func mayOverwrite(_ addend: Int, by result: Int?) -> Bool {
    if let result, let parameter = updated[result] { return parameter == addend }
    return graph.values[addend].isComputed && readerCounts[addend] == 1 && !isNeededOutside[addend]
  }

  private mutating func addValue(like value: Int) {
    _ = graph.add(graph.values[value].type, .computed)
    producers.append(-1)
    readerCounts.append(0)
    isNeededOutside.append(false)
  }
}
