import AdjointCore
import AdjointKernels

/// Takes copies that only change the order of elements into the contractions around them, which read and
/// store through strides.
///
/// Before: `p = A·B`, `t[i, j, k, l] = p[i, k, j, l]`, `q = t·C`. After: A·B is stored in the order of t, or
/// t·C reads p in place; t is not written. Each element is the same sum in the same order.
///
/// A result is stored in the order of its copy where nothing but the copy reads it. Otherwise the copy's
/// readers read what it copies, where they are contractions and all of them can.
struct CopyElision {
  private var graph: KernelGraph
  /// For each value, the step that writes it; -1 where there is none or there are several.
  private var producers: [Int]
  /// For each value, the steps that read it.
  private var readers: [[Int]]
  private let isNeededOutside: [Bool]
  /// The parameters that get a next value.
  private let updatedParameters: Set<Int>
  private var isDropped: [Bool]

  /// A contraction as a step has it.
  private struct Call {
    var product: Contraction
    var operands: [Int]
    var results: [Int]
  }

  static func run(on graph: KernelGraph) -> KernelGraph {
    if graph.fusionReport.entries.isEmpty { return graph }
    var elision = CopyElision(graph)
    for step in graph.steps.indices { elision.visit(step) }
    return elision.graph.dropping(elision.isDropped)
  }

  private init(_ graph: KernelGraph) {
    self.graph = graph
    producers = graph.onlyWriters
    readers = graph.readers
    isNeededOutside = graph.isNeededOutside
    updatedParameters = Set(graph.updates.map(\.parameter))
    isDropped = Array(repeating: false, count: graph.steps.count)
  }

  private mutating func visit(_ number: Int) {
    guard case .nest(let nest) = graph.steps[number].work, let order = AxisPermutation(nest),
      producers[nest.outputs[0].result] == number
    else { return }
    let (source, copy) = (nest.inputs[0].operand, nest.outputs[0].result)
    guard !store(source, as: copy, number, order) else { return }
    let nodes = graph.steps[number].nodes
    guard let reason = readInPlace(source, insteadOf: copy, number, order) else { return }
    for reader in readers[copy] {
      graph.fusionReport.recordRejection(
        nodes: nodes, because: reason, by: graph.steps[reader].entry)
    }
  }

  /// Stores a product in the order of its copy, which is dropped; false where that cannot be.
  private mutating func store(
    _ source: Int, as copy: Int, _ number: Int, _ order: AxisPermutation
  ) -> Bool {
    let producer = producers[source]
    guard producer >= 0, let call = call(producer), !isNeededOutside[source],
      readers[source] == [number], let product = call.product.storing(after: order)
    else { return false }
    graph.steps[producer].work =
      .call(.contraction(product), operands: call.operands, results: [copy])
    producers[copy] = producer
    drop(number, into: [(producer, [.result])], copying: source)
    return true
  }

  /// Has a copy's readers read what it copies, or says why they do not.
  private mutating func readInPlace(
    _ source: Int, insteadOf copy: Int, _ number: Int, _ order: AxisPermutation
  ) -> FusionReport.Reason? {
    if isNeededOutside[copy] { return .isOutput(graph.source(of: copy)) }
    // Its next value could not be written over it while it is still to be read.
    if updatedParameters.contains(source) { return .overwrites(graph.source(of: source)) }
    let others = readers[copy].filter { !multiplies(copy, in: $0) }
    if !others.isEmpty {
      return .isRead(graph.source(of: copy), by: others.compactMap { graph.steps[$0].nodes.last })
    }
    var changed: [(step: Int, call: Call, sides: [FusionReport.Side])] = []
    for reader in readers[copy] {
      guard var call = call(reader) else { continue }
      var sides: [FusionReport.Side] = []
      for (operand, side) in [FusionReport.Side.left, .right].enumerated()
      where call.operands[operand] == copy {
        guard
          let product = operand == 0
            ? call.product.readingLeft(before: order) : call.product.readingRight(before: order)
        else { return .noStrides }
        call.product = product
        call.operands[operand] = source
        sides.append(side)
      }
      changed.append((reader, call, sides))
    }
    for (step, call, _) in changed {
      graph.steps[step].work =
        .call(.contraction(call.product), operands: call.operands, results: call.results)
    }
    readers[source] += changed.map(\.step)
    drop(number, into: changed.map { ($0.step, $0.sides) }, copying: source)
    return nil
  }

  private func call(_ step: Int) -> Call? {
    guard case .call(.contraction(let product), let operands, let results) = graph.steps[step].work
    else { return nil }
    return Call(product: product, operands: operands, results: results)
  }

  /// Whether a step is a contraction that reads a value as a matrix and nowhere else.
  private func multiplies(_ value: Int, in step: Int) -> Bool {
    guard let call = call(step), !call.operands.dropFirst(2).contains(value) else { return false }
    let inputs = call.product.epilogue?.inputs ?? []
    return inputs.allSatisfy { $0.operand < 0 || call.operands[$0.operand] != value }
  }

  /// Drops a copy and notes which contractions take it; what is saved counts once.
  private mutating func drop(
    _ number: Int, into steps: [(step: Int, sides: [FusionReport.Side])], copying source: Int
  ) {
    isDropped[number] = true
    readers[source].removeAll { $0 == number }
    let nodes = graph.steps[number].nodes
    graph.fusionReport.resolve(nodes)
    for (place, (step, sides)) in steps.enumerated() {
      graph.steps[step].nodes = Set(graph.steps[step].nodes + nodes).sorted()
      // The copy is neither read nor written.
      graph.fusionReport.recordFusion(
        .copy(sides), nodes: nodes, saving: place == 0 ? 2 *| graph.values[source].byteCount : 0,
        into: graph.steps[step].entry)
    }
  }
}
