import AdjointCore
import AdjointKernels

extension LoopNest {
  /// The nest with the loop in which so many rows end cut in two; the nest itself where a loop ends there.
  ///
  /// Before: `loop[512, 128]` with `a[i, j]`. After, at 32 rows: `loop[32, 16, 128]` with `a[i, j, k]`. Nil
  /// where the loops cannot be cut there, or where an access does not go along all of the loop.
  func cut(atRows rows: Int) -> LoopNest? {
    var count = 1
    for (axis, extent) in extents.enumerated() where count < rows {
      if count * extent > rows {
        guard rows.isMultiple(of: count), extent.isMultiple(of: rows / count) else { return nil }
        return cut(axis, into: rows / count)
      }
      count *= extent
    }
    return count == rows ? self : nil
  }

  private func cut(_ axis: Int, into parts: Int) -> LoopNest? {
    let lengths = [parts, extents[axis] / parts]
    func moved(_ index: AxisIndex) -> AxisIndex {
      guard let old = index.axis, old > axis else { return index }
      return AxisIndex(axis: old + 1, start: index.start, step: index.step)
    }
    func cut(_ access: Access) -> Access? {
      var (indices, extents): ([AxisIndex], [Int]) = ([], [])
      for (index, extent) in zip(access.map.axes, access.extents) {
        guard index.axis == axis else {
          indices.append(moved(index))
          extents.append(extent)
          continue
        }
        guard index == AxisIndex(axis: axis), extent == self.extents[axis] else { return nil }
        indices += [AxisIndex(axis: axis), AxisIndex(axis: axis + 1)]
        extents += lengths
      }
      return Access(access.scalarType, extents: extents, map: IndexMap(indices))
    }
    var nest = self
    nest.extents.replaceSubrange(axis...axis, with: lengths)
    for number in inputs.indices {
      guard let access = cut(inputs[number].access) else { return nil }
      nest.inputs[number].access = access
    }
    for number in outputs.indices {
      guard let access = cut(outputs[number].access) else { return nil }
      nest.outputs[number].access = access
    }
    var moves = ScalarProgram()
    for step in program.steps {
      if case .index(let index) = step.instruction {
        if index.axis == axis { return nil }
        moves.append(.index(moved(index)), step.type)
      } else {
        moves.append(step.instruction, step.type)
      }
    }
    nest.program = moves
    return nest
  }

  /// A fold of whole rows cut in two: what each row folds for itself, and the fold of the rows.
  ///
  /// Before: `r[j] += t[i, k, j]`. After: `p[i, j] += t[i, k, j]` and `r[j] += p[i, j]`. Nil where the
  /// outermost loops do not make so many rows, where a row has nothing to fold for itself, or where an
  /// output keeps the rows apart.
  func split(atRows rows: Int, _ values: inout [KernelGraph.Value]) -> (
    inner: LoopNest, outer: LoopNest
  )? {
    guard rows > 1, let rowAxes = rowAxes(rows), let kept = outputs.first?.access.extents,
      outputs.allSatisfy({ output in
        let axes = output.access.map.axes
        let folded = reducedAxes(of: output)
        return output.combiner != nil && output.access.extents == kept
          && folded.starts(with: 0..<rowAxes) && folded.count > rowAxes
          && axes.allSatisfy { index in index.axis.map { index == AxisIndex(axis: $0) } ?? false }
      })
    else { return nil }
    let rowExtents = Array(extents[..<rowAxes])
    let partialExtents = rowExtents + kept
    var inner = self
    var builder = NestBuilder()
    var outerOutputs: [Output] = []
    for number in outputs.indices {
      let partial = values.count
      let type = outputs[number].access.scalarType
      values.append(
        KernelGraph.Value(type: TensorType(type, extents: partialExtents), source: .computed))
      inner.outputs[number].result = partial
      inner.outputs[number].access = Access(
        type, extents: partialExtents,
        map: IndexMap((0..<rowAxes).map { AxisIndex(axis: $0) } + outputs[number].access.map.axes))
      var outer = outputs[number]
      outer.step = builder.load(
        Input(
          operand: partial,
          access: Access(
            type, extents: partialExtents, map: .identity(rank: partialExtents.count))))
      outer.access.map = IndexMap(
        kept.indices.map { AxisIndex(axis: rowAxes + $0) })
      outerOutputs.append(outer)
    }
    return (inner, builder.nest(extents: partialExtents, outputs: outerOutputs))
  }

  /// How many of the outermost loops make so many rows.
  func rowAxes(_ rows: Int) -> Int? {
    var count = 1
    for (axis, extent) in extents.enumerated() {
      if count == rows { return axis }
      count *= extent
    }
    return count == rows ? rank : nil
  }
}
