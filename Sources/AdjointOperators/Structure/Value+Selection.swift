import AdjointCore
import AdjointGraph

extension Value {
  /// The elements at positions of the axes: `x[0..<10, 3]`, `x[.all, -1]`.
  ///
  /// An `Int` takes one position and drops its axis, a range keeps the axis; numbers below zero count from
  /// the back; axes without a selection stay whole. An axis that is known by name only can be taken whole
  /// alone. It is a slice, whose derivative puts the cotangent back in its place among zeros.
  ///
  /// Mistakes: `.invalidArgument` for more selections than axes and for positions that an axis does not have,
  /// `.unboundDimension` for a part of a named axis.
  public subscript(
    selections: any AxisSelecting..., file file: String = #fileID, line line: Int = #line
  ) -> Value {
    builder.placed("subscript", of: [self], file, line) { () throws(Diagnostic) in
      try AxisSelection.checkCount(of: selections.count, rank: rank)
      var ranges: [Slice.Range] = []
      var dropped: Set<Int> = []
      for (axis, selecting) in selections.enumerated() where !selecting.selection.takesAll {
        guard let extent = shape.dimensions[axis].extent else {
          throw Diagnostic(
            .unboundDimension,
            "axis \(axis) of \(type) is known by name only and cannot be cut; take .all of it, or bind "
              + "\(shape.dimensions[axis])")
        }
        let positions = try selecting.selection.positions(extent: extent, axis: axis)
        if positions.dropsAxis { dropped.insert(axis) }
        if positions.count == extent { continue }
        ranges.append(
          Slice.Range(
            axis: axis, start: positions.start, limit: positions.start + positions.count))
      }
      let part = ranges.isEmpty ? self : builder.apply(Slice(ranges), [self])
      let kept = (0..<rank).filter { !dropped.contains($0) }
      return part.reshaped(to: Shape(kept.map { part.shape.dimensions[$0] }))
    }
  }
}
