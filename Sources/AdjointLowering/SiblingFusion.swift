import AdjointKernels

/// Merges neighbouring nests over equal extents that share values into one nest with several outputs,
/// so that what they share is read once and launched once.
///
/// Element-wise nests go together, and with reductions that fold the same axes.
///
/// A nest moves up to an earlier one across at most a few loop nests that it does not depend on,
/// never across another kernel: moving further would keep its result alive for longer than the
/// merge is worth.
struct SiblingFusion {
  /// How many nests back a partner is looked for.
  private static let window = 4
  static let maximumOutputs = 8

  private let graph: KernelGraph
  private let isNeededOutside: [Bool]
  /// The number of steps that write each value; one written in parts stays as it is.
  private var writerCounts: [Int]
  private var merged: [KernelGraph.Step] = []
  private var wasMerged: [Bool] = []

  static func run(on graph: KernelGraph) -> KernelGraph {
    var fusion = SiblingFusion(graph)
    for step in graph.steps { fusion.visit(step) }
    var result = graph
    result.steps = fusion.withoutDeadOutputs()
    return result
  }

  private init(_ graph: KernelGraph) {
    self.graph = graph
    isNeededOutside = graph.isNeededOutside
    writerCounts = Array(repeating: 0, count: graph.values.count)
    for step in graph.steps { for value in step.writes { writerCounts[value] += 1 } }
  }

  private mutating func visit(_ step: KernelGraph.Step) {
    if case .nest(let nest) = step.work, isCandidate(nest) {
      let reads = Set(step.reads)
      for number in merged.indices.suffix(Self.window).reversed() {
        guard case .nest(let earlier) = merged[number].work else { break }
        if let both = merge(nest, into: earlier) {
          merged[number].work = .nest(both)
          merged[number].nodes = Set(merged[number].nodes + step.nodes).sorted()
          wasMerged[number] = true
          return
        }
        if merged[number].writes.contains(where: reads.contains) { break }
      }
    }
    merged.append(step)
    wasMerged.append(false)
  }

  private func isCandidate(_ nest: LoopNest) -> Bool {
    nest.outputs.allSatisfy { output in
      writerCounts[output.result] == 1
        && (output.combiner != nil || nest.storesAtItsPoint(output))
    }
  }

  private func merge(_ nest: LoopNest, into earlier: LoopNest) -> LoopNest? {
    guard earlier.extents == nest.extents, isCandidate(earlier),
      earlier.outputs.count + nest.outputs.count <= Self.maximumOutputs,
      // Steps in common are mostly loads, so more than this is too much in any case.
      earlier.program.steps.count + nest.program.steps.count
        <= NestBuilder.maximumSteps + 2 * NestBuilder.maximumInputs,
      Set((earlier.outputs + nest.outputs).filter { $0.combiner != nil }.map(nest.reducedAxes))
        .count <= 1
    else { return nil }
    var written: [Int: Int] = [:]
    for output in earlier.outputs { written[output.result] = output.step }
    let folded = Set(earlier.outputs.filter { $0.combiner != nil }.map(\.result))
    var sharesSomething = false
    for input in nest.inputs {
      if written[input.operand] != nil {
        // An element of another point, or a fold, is not complete yet.
        guard !folded.contains(input.operand), input.access.extents == nest.extents,
          input.access.map.isIdentity(rank: nest.rank)
        else { return nil }
        sharesSomething = true
      } else if !nest.repeats(input), earlier.inputs.contains(input) {
        sharesSomething = true
      }
    }
    guard sharesSomething else { return nil }
    var builder = NestBuilder()
    let first = builder.splice(earlier, through: nil)
    let second = builder.splice(nest, through: nil) { input in
      written[input.operand].map { first[$0] }
    }
    guard builder.steps.count <= NestBuilder.maximumSteps,
      builder.inputs.count <= NestBuilder.maximumInputs
    else { return nil }
    return builder.nest(
      extents: nest.extents,
      outputs: earlier.outputs.map { $0.renumbered(first) }
        + nest.outputs.map { $0.renumbered(second) })
  }

  /// The steps, with what only merged nests read no longer written.
  private func withoutDeadOutputs() -> [KernelGraph.Step] {
    var isNeeded = isNeededOutside
    for step in merged { for value in step.reads { isNeeded[value] = true } }
    return zip(merged, wasMerged).map { (step, wasMerged) in
      guard wasMerged, case .nest(let nest) = step.work else { return step }
      let outputs = nest.outputs.filter { isNeeded[$0.result] }
      // A nest that was merged has a reader somewhere, or an output outside.
      guard !outputs.isEmpty, outputs.count < nest.outputs.count else { return step }
      var builder = NestBuilder()
      let numbers = builder.splice(nest, through: nil)
      var pruned = step
      pruned.work = .nest(
        builder.nest(extents: nest.extents, outputs: outputs.map { $0.renumbered(numbers) }))
      return pruned
    }
  }
}

extension LoopNest.Output {
  /// The same output of a program whose steps have other numbers.
  func renumbered(_ numbers: [Int]) -> LoopNest.Output {
    var output = self
    output.step = numbers[step]
    return output
  }
}
