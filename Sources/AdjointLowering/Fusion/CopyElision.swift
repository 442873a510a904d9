import AdjointCore
import AdjointKernels

extension KernelPass {
  /// Takes copies that only change the order of elements into the contractions around them, which read and
  /// store through strides.
  ///
  /// Before: `p = A·B`, `t[i, j, k, l] = p[i, k, j, l]`, `q = t·C`. After: A·B is stored in the order of t, or
  /// t·C reads p in place; t is not written. Each element is the same sum in the same order.
  ///
  /// A result is stored in the order of its copy where nothing but the copy reads it. Otherwise the copy's
  /// readers read what it copies, where they are contractions and all of them can.
  package static let copyElision = KernelPass(
    "copy-elision", "products read and store in another order instead of copies"
  ) { graph, _ in CopyElision.run(on: graph) }
}

private struct CopyElision {
  private var graph: KernelGraph
  private var uses: KernelUses
  private var isDropped: [Bool]

  /// A contraction as a step has it.
  private struct Call {
    var product: Contraction
    var operands: [ValueNumber]
    var results: [ValueNumber]
  }

  static func run(on graph: KernelGraph) -> KernelGraph {
    let graph = graph.numberingContractions()
    if graph.fusionReport.entries.isEmpty { return graph }
    var elision = CopyElision(graph)
    for step in graph.steps.indices { elision.visit(StepNumber(step)) }
    return elision.graph.dropping(elision.isDropped)
  }

  private init(_ graph: KernelGraph) {
    self.graph = graph
    uses = KernelUses(graph)
    isDropped = Array(repeating: false, count: graph.steps.count)
  }

  private mutating func visit(_ number: StepNumber) {
    guard case .nest(let nest) = graph.steps[number].work, let order = AxisPermutation(nest),
      let source = nest.inputs[0].source.value, let copy = nest.outputs[0].target.value,
      uses.onlyWriter(of: copy) == number
    else { return }
    guard !store(source, as: copy, number, order) else { return }
    let nodes = graph.steps[number].nodes
    guard let reason = readInPlace(source, insteadOf: copy, number, order) else { return }
    for reader in uses.readers(of: copy) {
      graph.fusionReport.recordRejection(
        nodes: nodes, because: reason, by: graph.steps[reader].entry)
    }
  }

  /// Stores a product in the order of its copy, which is dropped; false where that cannot be.
  private mutating func store(
    _ source: ValueNumber, as copy: ValueNumber, _ number: StepNumber, _ order: AxisPermutation
  ) -> Bool {
    guard let producer = uses.onlyWriter(of: source), let call = call(producer),
      !uses.isNeededOutside(source), uses.readers(of: source) == [number],
      let product = call.product.storing(after: order)
    else { return false }
    drop(number)
    replace(producer, by: .init(product: product, operands: call.operands, results: [copy]))
    note(number, into: [(producer, [.result])], copying: source)
    return true
  }

  /// Has a copy's readers read what it copies, or says why they do not.
  private mutating func readInPlace(
    _ source: ValueNumber, insteadOf copy: ValueNumber, _ number: StepNumber,
    _ order: AxisPermutation
  ) -> FusionReport.Reason? {
    if uses.isNeededOutside(copy) { return .isOutput(graph.source(of: copy)) }
    // Its next value could not be written over it while it is still to be read.
    if uses.isOverwritten(source) { return .overwrites(graph.source(of: source)) }
    let others = uses.readers(of: copy).filter { !multiplies(copy, in: $0) }
    if !others.isEmpty {
      return .isRead(graph.source(of: copy), by: others.compactMap { graph.steps[$0].nodes.last })
    }
    var changed: [(step: StepNumber, call: Call, sides: [FusionReport.Side])] = []
    for reader in uses.readers(of: copy) {
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
    drop(number)
    for (step, call, _) in changed { replace(step, by: call) }
    note(number, into: changed.map { ($0.step, $0.sides) }, copying: source)
    return nil
  }

  private mutating func replace(_ number: StepNumber, by call: Call) {
    var step = graph.steps[number]
    step.work = .call(.contraction(call.product), operands: call.operands, results: call.results)
    uses.replace(number, graph.steps[number], by: step)
    graph.steps[number] = step
  }

  private mutating func drop(_ number: StepNumber) {
    isDropped[number] = true
    uses.replace(number, graph.steps[number], by: nil)
  }

  private func call(_ step: StepNumber) -> Call? {
    guard case .call(.contraction(let product), let operands, let results) = graph.steps[step].work
    else { return nil }
    return Call(product: product, operands: operands, results: results)
  }

  /// Whether a step is a contraction that reads a value as a matrix and nowhere else.
  private func multiplies(_ value: ValueNumber, in step: StepNumber) -> Bool {
    guard let call = call(step), !call.operands.dropFirst(2).contains(value) else { return false }
    let inputs = call.product.epilogue?.inputs ?? []
    return !inputs.compactMap(\.source.operand).contains { call.operands[$0] == value }
  }

  /// Notes which contractions take a copy; what is saved counts once.
  private mutating func note(
    _ number: StepNumber, into steps: [(step: StepNumber, sides: [FusionReport.Side])],
    copying source: ValueNumber
  ) {
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
