import AdjointCore
import AdjointKernels

/// How the loops of a nest are ordered, which of them is done in vectors, and how its work is cut
/// into items for threads.
///
/// Kept loops come first, reduced loops after them; in each group the column loop is last. The rows of a
/// fusion group come before all others; what is around the nest does them one by one. All of it
/// depends on the nest and the vector width alone, so that results do not depend on threads.
struct NestLayout: Hashable, Sendable {
  /// What an item of work is.
  enum Split: Hashable, Sendable {
    /// All of it.
    case none
    /// So many iterations of the outermost kept loop.
    case kept(grain: Int)
    /// One of so many parts of the outermost reduced loop; the parts are put together at the end.
    case reduced(parts: Int)
  }

  struct Loop: Hashable, Sendable {
    var axis: AxisNumber
    /// Iterations: points, or whole vectors for the column loop.
    var trips: Int
    /// The points after the last whole vector.
    var rest = 0
    var isColumn = false
  }

  let loops: [Loop]
  /// The number of kept loops.
  let keptCount: Int
  let column: AxisNumber?
  /// The points of a vector.
  let lanes: Int
  let split: Split
  /// Where the reduced loops are done around the column loop, the vectors of the column that they take at a time,
  /// each with accumulators in memory; 0 where they are done within it.
  let stretch: Int
  /// The rows that are taken into the accumulators in memory at a time.
  let tileRows: Int
  /// The nanoseconds of a run on one thread, whatever was measured.
  let nanoseconds: Int

  init(_ nest: StridedNest, for machine: MachineModel.FixedPart) {
    let reduced = nest.reducedAxes
    let column = Self.columnAxis(of: nest)
    let weight = nest.weight
    nanoseconds = machine.nanoseconds(of: nest.cost)
    let extent = column.map { nest.extents[$0] } ?? 1
    lanes =
      column == nil
      ? 1
      : Self.lanes(
        nest, extent: extent, vectors: Self.vectors(nest, weight: weight, nanoseconds),
        vectorByteCount: machine.vectorByteCount)
    self.column = column
    var loops: [Loop] = []
    var keptCount = 0
    for reductions in [false, true] {
      let axes = nest.extents.indices.filter { reduced.contains($0) == reductions }
      for axis in axes.filter({ $0 != column }) + axes.filter({ $0 == column }) {
        let isColumn = axis == column
        loops.append(
          Loop(
            axis: axis, trips: nest.extents[axis] / (isColumn ? lanes : 1),
            rest: isColumn ? nest.extents[axis] % lanes : 0, isColumn: isColumn))
      }
      if !reductions { keptCount = loops.count }
    }
    self.loops = loops
    self.keptCount = keptCount
    // Where there is much to do at a point or something to write, one row after another is as fast as memory is.
    tileRows = weight <= 10 && nest.outputs.allSatisfy { $0.combiner != nil } ? 8 : 1
    stretch = Self.stretch(nest, loops, keptCount: keptCount, lanes: lanes)
    split =
      nest.rowAxes > 0
      ? .none
      : Self.split(
        loops, keptCount: keptCount, stretch: stretch, nanoseconds,
        mostParts: Self.mostParts(nest, reduced, nanoseconds, on: machine))
  }

  /// The items of work.
  var itemCount: Int {
    switch split {
    case .none: 1
    case .kept(let grain):
      loops.first.map { max(1, ($0.trips + ($0.rest > 0 ? 1 : 0) + grain - 1) / grain) } ?? 1
    case .reduced(let parts): parts
    }
  }

  // MARK: Choices

  /// The axis along which most accesses are contiguous, the innermost of several; not a row.
  private static func columnAxis(of nest: StridedNest) -> AxisNumber? {
    var best: (axis: AxisNumber, score: Int)?
    for axis in nest.extents.indices.dropFirst(nest.rowAxes) {
      var score = 0
      for input in nest.inputs {
        score += input.strides[axis] == 1 ? 4 : input.strides[axis] == 0 ? 1 : 0
      }
      for output in nest.outputs {
        let stride = output.access.strides[axis]
        score += stride == 1 ? (output.combiner == nil ? 6 : 1) : stride == 0 ? 1 : 0
      }
      if score >= best?.score ?? 0 { best = (axis, score) }
    }
    guard let best, nest.extents[best.axis] <= shortExtent else { return best?.axis }
    return longAxis(of: nest) ?? best.axis
  }

  /// The most points of an axis that fills no vector, as of coordinates in space.
  private static let shortExtent = 4
  /// The fewest points of an axis that is worth more than one of those.
  private static let longExtent = 32

  /// A long axis along which accesses are at most a few elements apart, and what is stored at each point is next to each
  /// other; the innermost of several.
  private static func longAxis(of nest: StridedNest) -> AxisNumber? {
    nest.extents.indices.dropFirst(nest.rowAxes).last { axis in
      nest.extents[axis] >= longExtent
        && nest.inputs.allSatisfy { (0...shortExtent).contains($0.strides[axis]) }
        && nest.outputs.allSatisfy { output in
          let stride = output.access.strides[axis]
          return output.combiner == nil ? stride == 1 : (0...shortExtent).contains(stride)
        }
    }
  }

  /// The native vectors that are done at once, which hides the latency of one.
  ///
  /// A few steps leave registers for several. A mathematical function is a chain of dependent
  /// instructions: where there are one or two of them, a processor finds those of the next vectors by
  /// itself. Where there are more, these are too far away for it, and several vectors at once are worth
  /// the registers that they spill: as many as keep two multiplications of a latency of four going,
  /// or half of that, with half of the code, where a run is too short to be worth the rest.
  private static func vectors(_ nest: StridedNest, weight: Int, _ nanoseconds: Int) -> Int {
    if weight <= 10 { return 4 }
    let functions = nest.steps.compactMap { step in
      VectorFunction.Name(step.instruction)?.isShort(step.type)
    }
    if functions.count > 2, !functions.contains(false) {
      return nanoseconds >= KernelBatch.longRun ? 8 : 4
    }
    return weight <= 60 ? 2 : 1
  }

  private static func lanes(
    _ nest: StridedNest, extent: Int, vectors: Int, vectorByteCount: Int
  ) -> Int {
    let isWide = nest.steps.contains { $0.type == .f64 }
    let native = vectorByteCount / (isWide ? 8 : 4)
    let wanted = native * vectors
    var lanes = 2
    while lanes < wanted, lanes < extent { lanes *= 2 }
    // A reduction over short lines is bound by the latency of its sums: with all of a line at once there are
    // as many chains as there can be.
    let line = (0...3).map { native << $0 }.first { $0 >= extent } ?? 0
    if vectors == 4, !nest.reducedAxes.isEmpty, extent % lanes != 0, 4 * extent >= 3 * line,
      line > 0
    {
      return line
    }
    // A little more than whole native vectors is better done as whole ones and a rest.
    while lanes > native, extent % lanes != 0, extent < 2 * lanes { lanes /= 2 }
    return lanes
  }

  /// The bytes of the accumulators of an output for a stretch of the column.
  private static let stretchByteCount = 1 << 12
  /// The bytes down a column from which on rows are done one after another: what is nearer is read as fast either way.
  private static let farByteCount = 1 << 12

  /// The vectors of the column that are done at a time with the reduced loops around them; 0 for none.
  private static func stretch(
    _ nest: StridedNest, _ loops: [Loop], keptCount: Int, lanes: Int
  ) -> Int {
    guard keptCount > 0, keptCount < loops.count, loops[keptCount - 1].isColumn,
      loops[keptCount - 1].trips > 1
    else { return 0 }
    let column = loops[keptCount - 1].axis
    let reduced = loops[keptCount...].map(\.axis)
    let sizes = nest.outputs.filter { $0.combiner != nil }.map { $0.access.scalarType.byteCount }
    guard !nest.outputs.contains(where: { $0.combiner != nil && $0.access.scalarType == .bool }),
      let size = sizes.max()
    else { return 0 }
    // What is read down the column, from the first row to the last.
    let far = nest.inputs.contains { input in
      input.strides[column] == 1
        && reduced.reduce(0) { $0 +| (nest.extents[$1] - 1) *| abs(input.strides[$1]) }
        *| input.scalarType.byteCount >= farByteCount
    }
    return far ? max(1, stretchByteCount / (lanes * size)) : 0
  }

  /// The most parts of a sum.
  ///
  /// With any number of cores a sum takes longer by what one part does alone and by the time in which the parts are
  /// put together, which is least where both are equal. What all parts leave has to stay in a core's cache.
  private static func mostParts(
    _ nest: StridedNest, _ reduced: Set<AxisNumber>, _ nanoseconds: Int,
    on machine: MachineModel.FixedPart
  ) -> Int {
    let kept = nest.extents.indices.reduce(max(1, nest.outputs.count)) {
      reduced.contains($1) ? $0 : $0 *| nest.extents[$1]
    }
    let together = max(kept, leastTogether)
    let balanced = Int((Double(nanoseconds) / Double(together)).squareRoot())
    return min(balanced, machine.ownByteCount / (8 *| together))
  }

  /// The nanoseconds in which a part is put to others; an element takes about one.
  private static let leastTogether = 16

  private static func split(
    _ loops: [Loop], keptCount: Int, stretch: Int, _ nanoseconds: Int, mostParts: Int
  ) -> Split {
    let item = MachineModel.FixedPart.itemNanoseconds
    guard nanoseconds > 2 * item, let first = loops.first else { return .none }
    if keptCount > 0 {
      let trips = first.trips + (first.rest > 0 ? 1 : 0)
      if trips >= 4 || keptCount == loops.count {
        // An item has some of a row, so that what it reads goes on.
        let least = stretch > 0 && first.isColumn ? max(1, (stretch + 3) / 4) : 1
        return trips > 1 ? .kept(grain: max(least, trips *| item / nanoseconds)) : .none
      }
    }
    guard keptCount < loops.count else { return .none }
    let parts = min(nanoseconds / item, loops[keptCount].trips / 4, mostParts)
    return parts > 1 ? .reduced(parts: parts) : .none
  }
}
