import AdjointCore
import AdjointKernels

/// Takes element-wise nests into the contractions whose results they read.
///
/// Before: `z = A·B` and `h = relu(z + b)`. After: one step, in which each element of z goes through the
/// sum and the relu as it is computed; z is stored only if something else reads it.
///
/// A contraction takes one nest after the other, for as long as each reads its results at the point
/// itself; a nest goes into one contraction, the last of those it reads. No work is done twice.
struct EpilogueFusion {
  private var graph: KernelGraph
  /// For each value, the last step that writes it (−1 for none), and whether it is the only one.
  private var writers: [Int]
  private var hasOneWriter: [Bool]
  /// For each value, the steps that read it.
  private var readers: [[Int]]
  private let isNeededOutside: [Bool]
  /// For each value, the parameter that it becomes.
  private let updated: [Int: Int]
  private var isDropped: [Bool]

  static func run(on graph: KernelGraph) -> KernelGraph {
    guard !graph.fusionReport.entries.isEmpty else { return graph }
    var fusion = EpilogueFusion(graph)
    for step in graph.steps.indices { fusion.visit(step) }
    return fusion.graph.dropping(fusion.isDropped)
  }

  private init(_ graph: KernelGraph) {
    self.graph = graph
    writers = Array(repeating: -1, count: graph.values.count)
    hasOneWriter = Array(repeating: true, count: graph.values.count)
    readers = graph.readers
    for (number, step) in graph.steps.enumerated() {
      for value in step.writes {
        hasOneWriter[value] = writers[value] < 0
        writers[value] = number
      }
    }
    isNeededOutside = graph.isNeededOutside
    updated = graph.updatedParameters
    isDropped = Array(repeating: false, count: graph.steps.count)
  }

  private mutating func visit(_ number: Int) {
    guard case .nest(let nest) = graph.steps[number].work else { return }
    let producers = Set(
      nest.inputs.map(\.operand).filter { hasOneWriter[$0] }.map { writers[$0] }
    ).filter { $0 >= 0 && graph.steps[$0].entry != nil }
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

  private func source(of value: Int) -> FusionReport.Source { graph.source(of: value) }
}

extension EpilogueFusion {
  /// Takes a nest into a contraction, or says why not.
  private mutating func fuse(
    _ nest: LoopNest, _ number: Int, into producer: Int
  ) -> FusionReport.Reason? {
    guard
      case .call(.contraction(let product), let operands, let results) =
        graph.steps[producer].work
    else { return .iterationSpaceMismatch }
    guard nest.storesAtItsPoints, nest.outputs.allSatisfy({ hasOneWriter[$0.result] }) else {
      return nest.isReduction ? .isReduction : .nonPointwiseStore
    }
    for input in nest.inputs where results.contains(input.operand) {
      guard nest.isAtPoint(input.access) else {
        return .nonPointwiseLoad(source(of: input.operand), nest.manner(of: input.access))
      }
    }
    guard let own = nest.regrouped(over: product.extents) else { return .iterationSpaceMismatch }
    var place = producer
    for input in own.inputs where !results.contains(input.operand) && writers[input.operand] > place
    {
      // The contraction moves to the nest, if nothing in between reads its results.
      let isFree = results.allSatisfy { readers[$0].allSatisfy { $0 >= number } }
      guard isFree else { return .notYetAvailable(source(of: input.operand)) }
      place = number
    }
    var draft = EpilogueDraft(product, operands, results)
    let fused = Set(own.inputs.map(\.operand)).intersection(results)
    let kept = results.filter { result in
      isNeededOutside[result] || readers[result].contains { $0 != number }
    }
    guard draft.add(own, keeping: kept) else { return .tooLong }
    // Result 0 is never written over what the epilogue reads.
    let reads = Set(draft.inputs)
    let first = draft.results.first { value, type in
      type == product.scalarType && !(updated[value].map(reads.contains) ?? false)
    }
    guard let first else {
      let isTyped = draft.results.contains { $0.type == product.scalarType }
      let parameter = draft.results.compactMap { updated[$0.value] }.first
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
    let others = nest.inputs.map(\.operand).filter { !results.contains($0) }
    note(own, others: others, nodes: graph.steps[number].nodes, bytes, entry: step.entry)
    replace(producer, number, by: step, at: place)
    return nil
  }

  /// A parameter that a step would have to copy and that one of the others writes in place.
  private func parameterNotWritten(by step: KernelGraph.Step, instead old: [Int]) -> Int? {
    let reads = Set(step.reads)
    for value in step.writes {
      guard let parameter = updated[value], reads.contains(parameter),
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
    _ nest: LoopNest, others: [Int], nodes: [Int], _ bytes: Int, entry: Int?
  ) {
    var (rows, points): ([FusionReport.Source], [FusionReport.Source]) = ([], [])
    for input in nest.inputs where others.contains(input.operand) {
      let axes = input.access.map.axes.compactMap(\.axis)
      if nest.extents[1] > 1, axes == [2] {
        rows.append(source(of: input.operand))
      } else {
        points.append(source(of: input.operand))
      }
    }
    graph.fusionReport.recordFusion(
      .epilogue(rows: rows, points: points), nodes: nodes, saving: bytes, into: entry)
  }

  /// Puts the step at one of two places and drops the other.
  private mutating func replace(
    _ producer: Int, _ number: Int, by step: KernelGraph.Step, at place: Int
  ) {
    let touched = Set(graph.steps[producer].reads + graph.steps[number].reads)
    for value in touched { readers[value].removeAll { $0 == producer || $0 == number } }
    isDropped[producer] = true
    isDropped[number] = true
    isDropped[place] = false
    graph.steps[place] = step
    for value in step.reads { readers[value].append(place) }
    for value in step.writes { writers[value] = place }
    if place == number { graph.steps[producer].entry = nil }
  }
}

extension LoopNest {
  /// How an access is other than element by element.
  fileprivate func manner(of access: Access) -> FusionReport.Manner {
    let axes = access.map.axes.compactMap(\.axis)
    if axes != axes.sorted() { return .transpose }
    if extents.indices.contains(where: { extents[$0] > 1 && !axes.contains($0) }) {
      return .broadcast
    }
    return access.extents == axes.map { extents[$0] } ? .reshape : .slice
  }
}
