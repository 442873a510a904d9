import AdjointCore
import AdjointGraph
import AdjointOperators

extension Pass {
  /// Adds parts of a value only where they overlap, and puts what comes of it side by side, as in the adjoint of a value
  /// that was read along an axis from several places.
  ///
  ///     %a = pad(%x) {low = [0], high = [1]}         %f = slice(%x) {axes = [0], starts = [0], limits = [1]}
  ///     %b = pad(%y) {low = [1], high = [0]}     →   %m = add(slice(%x) {…, starts = [1], limits = [4]},
  ///     %c = add(%a, %b)                                      slice(%y) {…, starts = [0], limits = [3]})
  ///                                                  %l = slice(%y) {axes = [0], starts = [3], limits = [4]}
  ///                                                  %c = concatenate(%f, %m, %l) {axis = 0}
  ///
  /// No zeros are written, nor padded copies: each segment is computed in its place. What is added besides is cut as the
  /// parts are. Only the sign of a zero may change.
  public static let segmentedSums = Pass(
    "segmented-sums", "add parts only where they overlap, and put the segments side by side"
  ) { (graph) throws(Diagnostic) in
    try SumTrees.replacing(in: graph) { addends in addends.segmented() }
  }
}

extension [Value] {
  /// More parts than this are not cut: each may begin and end a segment.
  private static let mostParts = 8

  /// Their sum segment by segment, or nil where they are no parts of one axis.
  fileprivate func segmented() -> Value? {
    let padded = map { PaddedPart($0) }
    guard count <= Self.mostParts, padded.count(where: { $0 != nil }) > 1 else { return nil }
    let parts = zip(self, padded).map { $1 ?? PaddedPart(whole: $0) }
    guard let axis = parts.onlyAxis else { return nil }
    let high = self[0].shape.dimensions.map { $0.extent ?? 0 }
    return parts.segmented(along: axis, to: high[axis]).extended(
      from: high.map { _ in 0 }, to: high)
  }
}

extension [PaddedPart] {
  /// The axis along which some begin or end elsewhere than others; nil where there is none, or more than one.
  fileprivate var onlyAxis: Int? {
    let first = self[0]
    let axes = first.start.indices.filter { axis in
      contains {
        $0.start[axis] != first.start[axis] || $0.value.shape[axis] != first.value.shape[axis]
      }
    }
    guard let axis = axes.first, axes.count == 1,
      allSatisfy({ $0.value.shape[axis].extent != nil })
    else { return nil }
    return axis
  }

  /// The sums of those that there are between each place where one begins or ends and the next, with zeros where there
  /// is none, from one end of the axis to the other.
  fileprivate func segmented(along axis: Int, to extent: Int) -> PaddedPart {
    let cuts = Set([0, extent] + flatMap { [$0.start[axis], $0.end(axis)] }).sorted()
    let segments = zip(cuts, cuts.dropFirst()).map { from, to in
      let cut = compactMap { $0.cut(from: from, to: to, along: axis) }
      return cut.first.map { cut.dropFirst().reduce($0, +) }
        ?? self[0].value.zeros(to - from, along: axis)
    }
    var start = self[0].start
    start[axis] = 0
    return PaddedPart(
      start: start, value: segments[0].builder.apply(Concatenate(axis: axis), segments))
  }
}

extension PaddedPart {
  /// What there is of it between two places along an axis, where it does not begin or end; nil where it is not.
  fileprivate func cut(from: Int, to: Int, along axis: Int) -> Value? {
    guard start[axis] <= from, to <= end(axis) else { return nil }
    if start[axis] == from, end(axis) == to { return value }
    let range = Slice.Range(axis: axis, start: from - start[axis], limit: to - start[axis])
    return value.builder.apply(Slice([range]), [value])
  }
}
