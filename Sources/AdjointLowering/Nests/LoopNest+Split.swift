import AdjointCore
import AdjointKernels

extension LoopNest {
  /// The nest with the loop in which so many rows end cut in two; the nest itself where a loop ends there.
  ///
  /// Before: `loop[512, 128]` with `a[i, j]`. After, at 32 rows: `loop[32, 16, 128]` with `a[i, j, k]`. Nil
  /// where the loops cannot be cut there, or where an access does not go along all of the loop.
  func tiled(outerRows rows: Int) -> LoopNest? {
    var count = 1
    for (axis, extent) in zip(axes, extents) where count < rows {
      if count * extent > rows {
        guard rows.isMultiple(of: count), extent.isMultiple(of: rows / count) else { return nil }
        return tiled(axis, into: rows / count)
      }
      count *= extent
    }
    return count == rows ? self : nil
  }

  private func tiled(_ axis: AxisNumber, into parts: Int) -> LoopNest? {
    let accesses = inputs.map(\.access) + outputs.map(\.access)
    let goAlong = accesses.allSatisfy { access in
      let places = access.map.axes.indices.filter { access.map.axes[$0].axis == axis }
      return places.count < 2
        && places.allSatisfy {
          access.map.axes[$0] == AxisIndex(axis: axis) && access.extents[$0] == extents[axis]
        }
    }
    let isCounted = program.steps.contains { step in
      if case .index(let index) = step.instruction { index.axis == axis } else { false }
    }
    guard goAlong, !isCounted else { return nil }
    let lengths = [parts, extents[axis] / parts]
    var nest = mapAxes { index in
      guard let old = index.axis, old > axis else { return index }
      return AxisIndex(axis: old.advanced(by: 1), start: index.start, step: index.step)
    } access: { access in
      guard let place = access.map.axes.firstIndex(where: { $0.axis == axis }) else {
        return access
      }
      var access = access
      access.extents.replaceSubrange(place...place, with: lengths)
      access.map.axes.insert(AxisIndex(axis: axis.advanced(by: 1)), at: place + 1)
      return access
    }
    nest.extents.replaceSubrange(axis..<axis.advanced(by: 1), with: lengths)
    return nest
  }

  /// A reduction of whole rows cut in two: what each row reduces for itself, and the reduction of the rows.
  ///
  /// Before: `r[j] += t[i, k, j]`. After: `p[i, j] += t[i, k, j]` and `r[j] += p[i, j]`. Nil where the
  /// outermost loops do not make so many rows, where a row has nothing to reduce for itself, or where an
  /// output keeps the rows apart.
  func rfactored(rows: Int, _ values: inout [KernelGraph.Value]) -> (
    inner: LoopNest, outer: LoopNest
  )? {
    guard rows > 1, let rowAxes = rowAxes(rows), let kept = outputs.first?.access.extents,
      outputs.allSatisfy({ output in
        let axes = output.access.map.axes
        let reduced = reducedAxes(of: output)
        return output.combiner != nil && output.access.extents == kept
          && reduced.starts(with: 0..<AxisNumber(rowAxes)) && reduced.count > rowAxes
          && axes.allSatisfy { index in index.axis.map { index == AxisIndex(axis: $0) } ?? false }
      })
    else { return nil }
    let rowExtents = Array(extents.prefix(rowAxes))
    let partialExtents = rowExtents + kept
    var inner = self
    var builder = NestBuilder()
    var outerOutputs: [Output] = []
    for number in outputs.indices {
      let partial = ValueNumber(values.count)
      let type = outputs[number].access.scalarType
      values.append(
        KernelGraph.Value(type: TensorType(type, extents: partialExtents), source: .computed))
      inner.outputs[number].target = .value(partial)
      inner.outputs[number].access = Access(
        type, extents: partialExtents,
        map: IndexMap(IndexMap.identity(rank: rowAxes).axes + outputs[number].access.map.axes))
      var outer = outputs[number]
      outer.step = builder.load(
        Input(
          .value(partial),
          access: Access(
            type, extents: partialExtents, map: .identity(rank: partialExtents.count))))
      outer.access.map = IndexMap(
        kept.indices.map { AxisIndex(axis: AxisNumber(rowAxes + $0)) })
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
