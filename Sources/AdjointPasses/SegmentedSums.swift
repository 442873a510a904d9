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
  /// Each segment is computed in its place; zeros are written where there is no part, and a margin that all parts have
  /// along another axis is padded once. What is added besides is added still. Only the sign of a zero, and the order of
  /// the sum, may change.
  public static let segmentedSums = Pass(
    "segmented-sums", "add parts only where they overlap, and put the segments side by side"
  ) { (graph) throws(Diagnostic) in
    try SumTrees.replacing(in: graph) { addends in addends.segmented() }
  }
}

extension [Value] {
  /// More parts than this are not cut: each may begin and end a segment.
  private static let mostParts = 8

  /// Their sum with the parts among them added segment by segment, or nil where these are not parts of one axis.
  fileprivate func segmented() -> Value? {
    let (parts, rest) = paddedParts
    guard parts.count > 1, parts.count <= Self.mostParts, let axis = parts.onlyAxis else {
      return nil
    }
    let high = self[0].shape.dimensions.map { $0.extent ?? 0 }
    let cuts = parts.cuts(along: axis, to: high[axis])
    guard self[0].shape.hasLongRows(of: cuts.count - 1, along: axis) else { return nil }
    let sum = parts.segmented(at: cuts, along: axis)
    return (rest + [sum.extended(from: high.map { _ in 0 }, to: high)]).sum
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

  /// The places along an axis where one begins or ends, and the ends of the axis.
  fileprivate func cuts(along axis: Int, to extent: Int) -> [Int] {
    Set([0, extent] + flatMap { [$0.start[axis], $0.end(axis)] }).sorted()
  }

  /// The sums of those that there are between each cut and the next, with zeros where there is none.
  fileprivate func segmented(at cuts: [Int], along axis: Int) -> PaddedPart {
    let segments = zip(cuts, cuts.dropFirst()).map { from, to in
      let cut = compactMap { $0.cut(from: from, to: to, along: axis) }
      return cut.isEmpty ? self[0].value.zeros(to - from, along: axis) : cut.sum
    }
    var start = self[0].start
    start[axis] = 0
    return PaddedPart(
      start: start, value: segments[0].builder.apply(Concatenate(axis: axis), segments))
  }
}

extension Shape {
  /// The least numbers that lie together in a segment, in the mean: shorter ones are done faster all at once.
  private static let shortest = 4

  /// Whether segments of so many along an axis have numbers enough that lie together, if they are not one row.
  fileprivate func hasLongRows(of segments: Int, along axis: Int) -> Bool {
    if dimensions[..<axis].allSatisfy({ $0.extent == 1 }) { return true }
    let together = dimensions[axis...].reduce(1) { $0 *| ($1.extent ?? 1) }
    return together / segments >= Self.shortest
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
