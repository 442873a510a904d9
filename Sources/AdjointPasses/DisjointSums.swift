import AdjointCore
import AdjointGraph
import AdjointOperators

extension Pass {
  /// Puts parts that do not overlap side by side instead of adding them, as in the adjoint of a value that was cut up.
  ///
  ///     %a = pad(%x) {low = [0], high = [3]}
  ///     %b = pad(%y) {low = [2], high = [0]}     →     %c = concatenate(%x, %y) {axis = 0}
  ///     %c = add(%a, %b)
  ///
  /// What is added besides, or overlaps, is added still; only the order of such a sum may change. A gap between parts
  /// is filled with zeros.
  public static let disjointSums = Pass(
    "disjoint-sums", "put parts that do not overlap side by side instead of adding them"
  ) { (graph) throws(Diagnostic) in
    try SumTrees.replacing(in: graph) { addends in addends.sideBySide() }
  }
}

extension [Value] {
  /// Their sum with the parts among them side by side, or nil where no two are apart.
  fileprivate func sideBySide() -> Value? {
    let whole = self[0].shape
    let (parts, rest) = paddedParts
    guard parts.count > 1, let joined = parts.joined() else { return nil }
    let high = whole.dimensions.map { $0.extent ?? 0 }
    let value = joined.extended(from: high.map { _ in 0 }, to: high)
    return (rest + [value]).sum
  }
}

extension [PaddedPart] {
  /// One part that is their sum, or nil where there is no axis along which some are apart.
  fileprivate func joined() -> PaddedPart? {
    guard count > 1 else { return first }
    for axis in self[0].start.indices where self[0].value.shape[axis].extent != nil {
      let groups = groups(along: axis)
      guard groups.count > 1 else { continue }
      return groups.map { $0.joined() ?? $0.added() }.concatenated(along: axis)
    }
    return nil
  }

  /// The parts that overlap along an axis together, in the order of the axis.
  private func groups(along axis: Int) -> [[PaddedPart]] {
    var groups: [[PaddedPart]] = []
    var end = Int.min
    for part in sorted(by: { $0.start[axis] < $1.start[axis] }) {
      if part.start[axis] < end {
        groups[groups.count - 1].append(part)
      } else {
        groups.append([part])
      }
      end = Swift.max(end, part.end(axis))
    }
    return groups
  }

  /// Where the first of them begins and the last ends along each axis.
  private var bounds: (low: [Int], high: [Int]) {
    let axes = self[0].start.indices
    return (
      axes.map { axis in reduce(Int.max) { Swift.min($0, $1.start[axis]) } },
      axes.map { axis in reduce(0) { Swift.max($0, $1.end(axis)) } }
    )
  }

  /// Their sum where they overlap.
  private func added() -> PaddedPart {
    let (low, high) = bounds
    let values = map { $0.extended(from: low, to: high) }
    return PaddedPart(start: low, value: values.sum)
  }

  /// One behind the other along an axis on which they are apart and in order, with zeros between them.
  private func concatenated(along axis: Int) -> PaddedPart {
    let (low, high) = bounds
    var pieces: [Value] = []
    var end = low[axis]
    for part in self {
      var (from, to) = (low, high)
      (from[axis], to[axis]) = (part.start[axis], part.end(axis))
      let piece = part.extended(from: from, to: to)
      if part.start[axis] > end {
        pieces.append(piece.zeros(part.start[axis] - end, along: axis))
      }
      pieces.append(piece)
      end = part.end(axis)
    }
    return PaddedPart(
      start: low, value: pieces[0].builder.apply(Concatenate(axis: axis), pieces))
  }
}
