import AdjointCore
import AdjointKernels

extension LoopNest {
  /// A fold of whole rows cut in two: what each row folds for itself, and the fold of the rows.
  ///
  /// Before: `r += t[i, j]`. After: `p[i] += t[i, j]` and `r += p[i]`. Nil where the outermost loops do
  /// not make the draft's rows, or where an output keeps something of a row.
  func splitAtRows(
    of draft: RowGroupDraft, _ values: inout [KernelGraph.Value]
  ) -> (inner: LoopNest, outer: LoopNest)? {
    let counts = extents.indices.map { extents[...$0].reduce(1, *) }
    guard draft.rows > 1, let last = counts.firstIndex(of: draft.rows), last + 1 < rank,
      outputs.allSatisfy({ output in
        output.combiner != nil && output.access.map.axes.allSatisfy { $0.axis == nil }
      })
    else { return nil }
    let rowExtents = Array(extents[...last])
    var inner = self
    var builder = NestBuilder()
    var outerOutputs: [Output] = []
    for number in outputs.indices {
      let partial = values.count
      let type = outputs[number].access.scalarType
      values.append(
        KernelGraph.Value(type: TensorType(type, extents: rowExtents), source: .computed))
      let access = Access(type, extents: rowExtents, map: .identity(rank: rowExtents.count))
      inner.outputs[number].result = partial
      inner.outputs[number].access = access
      var outer = outputs[number]
      outer.step = builder.load(Input(operand: partial, access: access))
      outerOutputs.append(outer)
    }
    return (inner, builder.nest(extents: rowExtents, outputs: outerOutputs))
  }
}
