import AdjointCore
import AdjointKernels

extension KernelPass {
  /// Takes element-wise nests into the contractions whose results they read.
  ///
  /// Before: `z = A·B` and `h = relu(z + b)`. After: one step, in which each element of z goes through the
  /// sum and the relu as it is computed; z is stored only if something else reads it.
  ///
  /// A contraction takes one nest after the other, for as long as each reads its results at the point
  /// itself; a nest goes into one contraction, the last of those it reads. No work is done twice.
  package static let epilogueFusion = KernelPass(
    "epilogue-fusion", "element-wise work goes into the products before it"
  ) { graph, _ in EpilogueFusion.run(on: graph) }
}

private struct EpilogueFusion {
  private var graph: KernelGraph
  private var uses: KernelUses
  private var isDropped: [Bool]

  static func run(on graph: KernelGraph) -> KernelGraph {
    let graph = graph.numberingContractions()
    if graph.fusionReport.entries.isEmpty { return graph }
    var fusion = EpilogueFusion(graph)
    for step in graph.steps.indices { fusion.visit(StepNumber(step)) }
    return fusion.graph.dropping(fusion.isDropped)
  }

  private init(_ graph: KernelGraph) {
    self.graph = graph
    uses = KernelUses(graph)
    isDropped = Array(repeating: false, count: graph.steps.count)
  }

  private mutating func visit(_ number: StepNumber) {
    guard case .nest(let nest) = graph.steps[number].work else { return }
    let producers = Set(nest.readValues.compactMap(uses.onlyWriter))
      .filter { graph.steps[$0].entry != nil }
    guard let last = producers.max() else { return }
    let nodes = graph.steps[number].nodes
    for other in producers where other != last {
      graph.fusionReport.recordRejection(
        nodes: nodes, because: .otherContraction(graph.steps[last].nodes),
        by: graph.steps[other].entry)
    }
    if let reason = fuse(nest, number, into: last) {
      graph.fusionReport.recordRejection(nodes: nodes, because: reason, by: graph.steps[last].entry)
    }
  }

  private func source(of value: ValueNumber) -> FusionReport.Source { graph.source(of: value) }
}

extension EpilogueFusion {
  /// Takes a nest into a contraction, or says why not.
  private mutating func fuse(
    _ nest: LoopNest, _ number: StepNumber, into producer: StepNumber
  ) -> FusionReport.Reason? {
    guard
      case .call(.contraction(let product), let operands, let results) =
        graph.steps[producer].work
    else { return .iterationSpaceMismatch }
    guard nest.storesAtItsPoints, nest.writtenValues.allSatisfy(uses.isWrittenWhole) else {
      return nest.isReduction ? .isReduction : .nonPointwiseStore
    }
    for input in nest.inputs {
      guard let value = input.source.value, results.contains(value) else { continue }
      guard nest.isAtPoint(input.access) else {
        return .nonPointwiseLoad(source(of: value), nest.manner(of: input.access))
      }
    }
    guard let own = nest.regrouped(over: product.extents) else { return .iterationSpaceMismatch }
    var place = producer
    for value in own.readValues where !results.contains(value) && place < number {
      // The contraction stays, or moves to the nest.
      if uses.isAvailable(value, before: producer) { continue }
      guard uses.maySink(results, to: number) else { return .notYetAvailable(source(of: value)) }
      place = number
    }
    var draft = EpilogueDraft(product, operands, results)
    let fused = Set(own.readValues).intersection(results)
    let kept = results.filter { result in
      uses.isNeededOutside(result) || !uses.readers(of: result, but: number).isEmpty
    }
    guard draft.add(own, keeping: kept) else { return .tooLong }
    // Result 0 is never written over what the epilogue reads.
    let reads = Set(draft.inputs)
    let first = draft.results.first { value, type in
      type == product.scalarType && !(uses.updatedParameter(of: value).map(reads.contains) ?? false)
    }
    guard let first else {
      let isTyped = draft.results.contains { $0.type == product.scalarType }
      let parameter = draft.results.compactMap { uses.updatedParameter(of: $0.value) }.first
      return isTyped
        ? parameter.map { .overwrites(source(of: $0)) } : .noResultOf(product.scalarType)
    }
    var step = graph.steps[producer]
    step.work = draft.work(first: first.value)
    if let lost = parameterNotWritten(by: step, instead: [producer, number]) {
      return .overwrites(source(of: lost))
    }
    step.nodes = Set(step.nodes + graph.steps[number].nodes).sorted()
    let bytes = fused.reduce(0) { sum, value in
      sum +| (kept.contains(value) ? 1 : 2) *| graph.values[value].byteCount
    }
    let others = nest.readValues.filter { !results.contains($0) }
    note(own, others: others, nodes: graph.steps[number].nodes, bytes, entry: step.entry)
    replace(producer, number, by: step, at: place)
    return nil
  }

  /// A parameter that a step would have to copy and that one of the others writes in place.
  private func parameterNotWritten(
    by step: KernelGraph.Step, instead old: [StepNumber]
  ) -> ValueNumber? {
    let reads = Set(step.reads)
    for value in step.writes {
      guard let parameter = uses.updatedParameter(of: value), reads.contains(parameter),
        !step.mayAlias(result: value, operand: parameter),
        old.contains(where: {
          graph.steps[$0].writes.contains(value)
            && graph.steps[$0].mayAlias(result: value, operand: parameter)
        })
      else { continue }
      return parameter
    }
    return nil
  }

  private mutating func note(
    _ nest: LoopNest, others: [ValueNumber], nodes: [Int], _ bytes: Int, entry: Int?
  ) {
    var (rows, points): ([FusionReport.Source], [FusionReport.Source]) = ([], [])
    for input in nest.inputs {
      guard let value = input.source.value, others.contains(value) else { continue }
      let axes = input.access.map.axes.compactMap(\.axis)
      if nest.extents[1] > 1, axes == [2] {
        rows.append(source(of: value))
      } else {
        points.append(source(of: value))
      }
    }
    graph.fusionReport.recordFusion(
      .epilogue(rows: rows, points: points), nodes: nodes, saving: bytes, into: entry)
  }

  /// Puts the step at one of two places and drops the other.
  private mutating func replace(
    _ producer: StepNumber, _ number: StepNumber, by step: KernelGraph.Step, at place: StepNumber
  ) {
    let other = place == producer ? number : producer
    uses.replace(other, graph.steps[other], by: nil)
    uses.replace(place, graph.steps[place], by: step)
    isDropped[other] = true
    graph.steps[place] = step
    if place == number { graph.steps[producer].entry = nil }
  }
}

extension LoopNest {
  /// How an access is other than element by element.
  fileprivate func manner(of access: Access) -> FusionReport.Manner {
    let used = access.map.axes.compactMap(\.axis)
    if used != used.sorted() { return .transpose }
    if axes.contains(where: { extents[$0] > 1 && !used.contains($0) }) {
      return .broadcast
    }
    return access.extents == used.map { extents[$0] } ? .reshape : .slice
  }
}
