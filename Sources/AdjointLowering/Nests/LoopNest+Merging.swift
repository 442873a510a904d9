import AdjointKernels

extension LoopNest {
  static let mostMergedOutputs = 8

  /// One nest that does what this one does and what a later one over equal extents does, where they
  /// share a value and nothing is read before it is complete.
  ///
  /// Each output of both is a reduction or stored at its point; the reductions are over the same axes.
  func merged(with nest: LoopNest) -> LoopNest? {
    let earlier = self
    guard earlier.extents == nest.extents,
      earlier.outputs.count + nest.outputs.count <= Self.mostMergedOutputs,
      // Steps in common are mostly loads, so more than this is too much in any case.
      earlier.program.steps.count + nest.program.steps.count
        <= NestBuilder.maximumSteps + 2 * NestBuilder.maximumInputs,
      Set((earlier.outputs + nest.outputs).filter { $0.combiner != nil }.map(nest.reducedAxes))
        .count <= 1
    else { return nil }
    var written: [Slot: InstructionNumber] = [:]
    for output in earlier.outputs { written[output.target] = output.step }
    let reduced = Set(earlier.outputs.filter { $0.combiner != nil }.map(\.target))
    var sharesSomething = false
    for input in nest.inputs {
      if written[input.source] != nil {
        // An element of another point, or a reduction, is not complete yet.
        guard !reduced.contains(input.source), nest.isAtPoint(input.access) else { return nil }
        sharesSomething = true
      } else if !nest.repeats(input), earlier.inputs.contains(input) {
        sharesSomething = true
      }
    }
    guard sharesSomething else { return nil }
    var builder = NestBuilder()
    let first = builder.splice(earlier, through: nil)
    let second = builder.splice(nest, through: nil) { input in
      written[input.source].map { first[$0] }
    }
    guard builder.steps.count <= NestBuilder.maximumSteps,
      builder.inputs.count <= NestBuilder.maximumInputs
    else { return nil }
    return builder.nest(
      extents: nest.extents,
      outputs: earlier.outputs.map { $0.renumbered(first) }
        + nest.outputs.map { $0.renumbered(second) })
  }

  /// The nest without the outputs that nothing needs; as it is where nothing needs any.
  func keepingOutputs(where isNeeded: (_ value: ValueNumber) -> Bool) -> LoopNest {
    let kept = outputs.filter { $0.target.value.map(isNeeded) ?? true }
    guard !kept.isEmpty, kept.count < outputs.count else { return self }
    var builder = NestBuilder()
    let numbers = builder.splice(self, through: nil)
    return builder.nest(extents: extents, outputs: kept.map { $0.renumbered(numbers) })
  }
}

extension LoopNest.Output {
  /// The same output of a program whose steps have other numbers.
  func renumbered(_ numbers: PerInstruction<InstructionNumber>) -> LoopNest.Output {
    var output = self
    output.step = numbers[step]
    return output
  }
}
