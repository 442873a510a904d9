import AdjointCore

/// Loop nests that are done row by row, one after another on each row, so that what passes between
/// them stays in the cache: a softmax, a layer norm.
///
/// It means what its stages mean when each runs after the one before. The outermost loops of a stage
/// are together the rows. At a row, a stage touches only that row's elements of whatever another
/// stage writes; so rows may be done in any order, and by different threads.
package struct FusionGroup: Hashable, Sendable {
  /// One of the nests.
  ///
  /// Its inputs name operands of the kernel, and results and locals that earlier stages wrote; its outputs
  /// name results and locals.
  package struct Stage: Hashable, Sendable {
    package var nest: LoopNest
    /// How many of the outermost loops are the rows.
    package var rowAxes: Int

    package init(nest: LoopNest, rowAxes: Int) {
      self.nest = nest
      self.rowAxes = rowAxes
    }
  }

  /// A value that no one sees outside.
  package struct Local: Hashable, Sendable {
    package var scalarType: ScalarType
    /// Its elements, those of all rows.
    package var elementCount: Int

    package init(scalarType: ScalarType, elementCount: Int) {
      self.scalarType = scalarType
      self.elementCount = elementCount
    }

    package var byteCount: Int { elementCount * scalarType.byteCount }
  }

  package var rows: Int
  package var operandCount: Int
  package var resultCount: Int
  package var locals: [Local]
  /// In the order in which they run.
  package var stages: [Stage]

  package init(
    rows: Int, operandCount: Int, resultCount: Int, locals: [Local], stages: [Stage]
  ) {
    self.rows = rows
    self.operandCount = operandCount
    self.resultCount = resultCount
    self.locals = locals
    self.stages = stages
  }

  /// The results and the locals, which follow each other where stages write them.
  package var valueCount: Int { resultCount + locals.count }

  /// The place of a result or a local among both; nil for anything else, and for one that is not there.
  package func place(of slot: Slot) -> Int? {
    switch slot {
    case .result(let number): number >= 0 && number < resultCount ? number : nil
    case .local(let number): locals.indices.contains(number) ? resultCount +| number : nil
    case .operand, .product, .value: nil
    }
  }
}

extension FusionGroup.Stage {
  /// Whether an access reaches, at each of so many rows, only that row's part of its buffer: the
  /// buffer is cut into as many equal parts, one after another.
  package func staysInRow(_ access: Access, rows: Int) -> Bool {
    let count = access.elementCount
    if nest.extents.contains(0) || count == 0 { return true }
    guard rows > 0, count.isMultiple(of: rows) else { return false }
    let part = count / rows
    let (offset, strides) = access.linear(rank: nest.rank)
    var pitch = part
    let rowEnd = AxisNumber(rowAxes)
    for axis in (0..<rowEnd).reversed() where nest.extents[axis] > 1 {
      guard strides[axis] == pitch else { return false }
      pitch *= nest.extents[axis]
    }
    var (first, last) = (offset, offset)
    for axis in rowEnd..<nest.axes.upperBound {
      let way = strides[axis] * (nest.extents[axis] - 1)
      first += min(way, 0)
      last += max(way, 0)
    }
    return first >= 0 && last < part
  }

  /// The bytes that it touches at a row.
  package var rowByteCount: Int {
    let accesses = nest.inputs.map(\.access) + nest.outputs.map(\.access)
    return accesses.reduce(0) { sum, access in
      let axes = Set(access.map.axes.compactMap(\.axis)).filter { $0 >= AxisNumber(rowAxes) }
      return sum +| axes.reduce(access.scalarType.byteCount) { $0 *| nest.extents[$1] }
    }
  }

  /// Whether an output writes every element of its buffer.
  package func isComplete(_ output: LoopNest.Output) -> Bool {
    let count = output.access.elementCount
    guard output.combiner != nil else { return nest.pointCount == count }
    let used = Set(output.access.map.axes.compactMap(\.axis))
    return used.reduce(1) { $0 *| nest.extents[$1] } == count
  }
}

extension [FusionGroup.Stage] {
  /// Whether a result may have an operand's place in memory: at each row the operand's elements are
  /// read by stages before the one that writes over them, or by that one at the same point.
  package func mayAlias(_ target: Slot, _ source: Slot, rows: Int) -> Bool {
    for (number, stage) in enumerated() {
      let reads = stage.nest.inputs.filter { $0.source == source }
      let writes = stage.nest.outputs.filter { $0.target == target }
      guard let write = writes.first else {
        guard reads.allSatisfy({ stage.staysInRow($0.access, rows: rows) }) else { return false }
        continue
      }
      guard writes.count == 1, write.combiner == nil,
        reads.allSatisfy({ $0.access == write.access })
      else { return false }
      return !self[(number + 1)...].contains { later in
        later.nest.inputs.contains { $0.source == source }
      }
    }
    return false
  }
}
