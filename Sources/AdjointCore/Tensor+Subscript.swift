extension Tensor {
  /// The elements at the selected positions of each axis, `tensor[0..<10, -1]`.
  ///
  /// Numbers below zero count from the back. An `Int` drops its axis, a range keeps it; axes without
  /// a selection stay whole. Of a tensor of shape `[20, 5, 4]` the example has shape `[10, 4]`.
  ///
  /// - Throws: `.invalidArgument` for a position that an axis has not, an upper bound before the lower
  ///   one, or more selections than axes, at the place of the call.
  public subscript(
    selections: any AxisSelecting..., file file: String = #fileID, line line: Int = #line
  ) -> Tensor {
    get throws(Diagnostic) {
      do throws(Diagnostic) {
        return try selecting(selections.map(\.selection))
      } catch {
        throw error.located(at: SourceLocation(file: file, line: line))
      }
    }
  }

  /// The elements at the selected positions; a refusal has no place yet.
  package func selecting(_ selections: [AxisSelection]) throws(Diagnostic) -> Tensor {
    try AxisSelection.checkCount(of: selections.count, rank: extents.count)
    var taken: [AxisSelection.Positions] = []
    for (axis, extent) in extents.enumerated() {
      let selection = axis < selections.count ? selections[axis] : .all
      taken.append(try selection.positions(extent: extent, axis: axis))
    }
    // Elements that stand together in the result and here are copied together: those of the axes
    // behind the last one that is cut, times the positions of that one.
    var outer = taken.count
    var run = 1
    while outer > 0 {
      outer -= 1
      run *= taken[outer].count
      if taken[outer].count != extents[outer] { break }
    }
    var strides = Array(repeating: 1, count: extents.count)
    for axis in extents.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    let kept = taken.filter { !$0.dropsAxis }.map(\.count)
    let first = zip(taken, strides).reduce(0) { $0 + $1.0.start * $1.1 }
    let counts = taken[..<outer].map(\.count)
    let starts =
      run == 0 || counts.contains(0) ? [] : Self.starts(counts, strides: strides, from: first)
    return Tensor(unchecked: storage.runs(of: run, at: starts), extents: kept)
  }

  /// Where each run begins, in row-major order of the positions of the outer axes.
  private static func starts(_ counts: [Int], strides: [Int], from first: Int) -> [Int] {
    var starts = [first]
    for (count, stride) in zip(counts, strides) {
      starts = starts.flatMap { start in (0..<count).map { start + $0 * stride } }
    }
    return starts
  }
}

extension Tensor.Storage {
  /// Runs of elements, one behind the other.
  fileprivate func runs(of length: Int, at starts: [Int]) -> Self {
    func runs<Element>(_ elements: [Element]) -> [Element] {
      var result: [Element] = []
      result.reserveCapacity(starts.count * length)
      for start in starts { result += elements[start..<(start + length)] }
      return result
    }
    return switch self {
    case .f32(let elements): .f32(runs(elements))
    case .f64(let elements): .f64(runs(elements))
    case .i32(let elements): .i32(runs(elements))
    case .i64(let elements): .i64(runs(elements))
    case .u8(let elements): .u8(runs(elements))
    case .bool(let elements): .bool(runs(elements))
    }
  }
}
