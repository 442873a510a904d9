import AdjointCore

/// A loop nest whose accesses are offsets and strides: the form in which loops are merged,
/// reordered and cut into tiles.
package struct StridedNest: Sendable {
  /// How the nest reaches one buffer, in elements.
  package struct Access: Hashable, Sendable {
    package var isResult: Bool
    /// The number of the kernel's operand or result.
    package var buffer: Int
    package var scalarType: ScalarType
    /// The elements of the whole buffer.
    package var elementCount: Int
    package var offset: Int
    package var strides: PerAxis<Int>

    /// Whether both reach the same places of equally wide buffers, as a result that is written over
    /// an operand does.
    package func coincides(with other: Access) -> Bool {
      offset == other.offset && strides == other.strides
        && scalarType.byteCount == other.scalarType.byteCount
    }
  }

  package struct Output: Hashable, Sendable {
    package var access: Access
    package var step: InstructionNumber
    package var combiner: Combiner?
  }

  package var extents: PerAxis<Int>
  package var inputs: [Access]
  package var steps: PerInstruction<ScalarProgram.Step>
  package var outputs: [Output]
  /// How many of the outermost loops are written around the nest: the rows of a group.
  package var rowAxes = 0

  /// The nest of a kernel, of an epilogue, whose product is in result 0, or of a group with so many results,
  /// whose locals follow these.
  package init(_ nest: LoopNest, resultCount: Int = 0) {
    extents = nest.extents
    inputs = nest.inputs.map {
      Access($0.access, nest.extents, $0.source, resultCount: resultCount)
    }
    steps = nest.program.steps
    outputs = nest.outputs.map {
      Output(
        access: Access($0.access, nest.extents, $0.target, resultCount: resultCount),
        step: $0.step, combiner: $0.combiner)
    }
  }

  /// Whether an axis is one of the outermost that are written around the nest.
  package func isRow(_ axis: AxisNumber) -> Bool { axis < AxisNumber(rowAxes) }

  package var isEmpty: Bool { extents.contains(0) }
  package var accesses: [Access] { inputs + outputs.map(\.access) }

  /// The axes that the outputs with a combiner reduce; in a piece it is the same for all of them.
  package var reducedAxes: Set<AxisNumber> {
    outputs.first { $0.combiner != nil }.map { Set(reducedAxes(of: $0)) } ?? []
  }

  /// The axes that an output reduces.
  package func reducedAxes(of output: Output) -> [AxisNumber] {
    output.combiner == nil ? [] : extents.indices.filter { output.access.strides[$0] == 0 }
  }
}

extension StridedNest.Access {
  fileprivate init(_ access: Access, _ loop: PerAxis<Int>, _ slot: Slot, resultCount: Int) {
    let (isResult, buffer): (Bool, Int) =
      switch slot {
      case .operand(let number): (false, number)
      case .result(let number): (true, number)
      case .local(let number): (true, resultCount + number)
      case .product: (true, 0)
      // No kernel that was verified has one.
      case .value(let number): (false, number.rawValue)
      }
    let linear = access.linear(rank: loop.count)
    // No step is made along a loop of one iteration, so one that a size cannot be computed with is none.
    let strides = PerAxis(
      zip(loop, linear.strides).map { extent, stride in
        extent > 1 || stride.magnitude <= TensorType.maximumByteCount ? stride : 0
      })
    self.init(
      isResult: isResult, buffer: buffer, scalarType: access.scalarType,
      elementCount: access.elementCount, offset: linear.offset, strides: strides)
  }
}

// MARK: - Axes

extension StridedNest {
  /// Keeps the given axes, in the given order; the others have extent 1 and an index along them is
  /// its start.
  mutating func keepAxes(_ kept: [AxisNumber]) {
    var number: [AxisNumber: AxisNumber] = [:]
    for (new, old) in PerAxis(kept).numbered { number[old] = new }
    rowAxes = kept.count(where: isRow)
    extents = PerAxis(kept.map { extents[$0] })
    for input in inputs.indices {
      inputs[input].strides = PerAxis(kept.map { inputs[input].strides[$0] })
    }
    for output in outputs.indices {
      outputs[output].access.strides = PerAxis(
        kept.map { outputs[output].access.strides[$0] })
    }
    for step in steps.indices {
      guard case .index(let index) = steps[step].instruction, let axis = index.axis else {
        continue
      }
      steps[step].instruction = .index(
        AxisIndex(axis: number[axis], start: index.start, step: index.step))
    }
  }

  mutating func dropUnitAxes() {
    keepAxes(extents.indices.filter { extents[$0] != 1 })
  }

  /// Puts the axes with the longest strides outermost, after the rows.
  mutating func sortAxes() {
    let weights = PerAxis(
      extents.indices.map { axis in
        accesses.reduce(0.0) { $0 + Double($1.strides[axis].magnitude) }
      })
    let rows = extents.indices.prefix(rowAxes)
    keepAxes(
      rows
        + extents.indices.dropFirst(rowAxes).sorted {
          weights[$0] > weights[$1] || (weights[$0] == weights[$1] && $0 < $1)
        })
  }

  /// Makes one loop of two neighbours wherever no access can tell the difference.
  mutating func mergeAxes(reduced: Set<AxisNumber>) {
    var indexed: Set<AxisNumber> = []
    for case .index(let index) in steps.map(\.instruction) {
      if let axis = index.axis { indexed.insert(axis) }
    }
    let all = accesses
    var kept: [AxisNumber] = []
    var merged = extents
    for axis in extents.indices.reversed() {
      if let inner = kept.last, reduced.contains(axis) == reduced.contains(inner),
        isRow(axis) == isRow(inner), !indexed.contains(axis), !indexed.contains(inner),
        all.allSatisfy({ $0.strides[axis] == $0.strides[inner] * merged[inner] })
      {
        merged[inner] *= extents[axis]
      } else {
        kept.append(axis)
      }
    }
    kept.reverse()
    extents = merged
    keepAxes(kept)
  }
}

// MARK: - Pieces

extension StridedNest {
  /// The nest in canonical form, as pieces to be run in order: without axes of one point, axes sorted
  /// by their strides and merged where they can be.
  package static func canonicalPieces(of nest: LoopNest) -> [StridedNest] {
    StridedNest(nest).canonicalPieces()
  }

  /// The stages of a group in the same form, those of a stage together; what passes between them is
  /// among the results.
  ///
  /// - Parameter rowsApart: whether the rows stay loops of their own, outermost.
  package static func canonicalPieces(
    of group: FusionGroup, rowsApart: Bool
  ) -> [[StridedNest]] {
    group.stages.map { stage in
      var whole = StridedNest(stage.nest, resultCount: group.resultCount)
      if rowsApart { whole.rowAxes = stage.rowAxes }
      return whole.canonicalPieces()
    }
  }

  private func canonicalPieces() -> [StridedNest] {
    guard !isEmpty else { return [] }
    var whole = self
    whole.dropUnitAxes()
    return whole.pieces().map { piece in
      var piece = piece
      piece.sortAxes()
      piece.mergeAxes(reduced: piece.reducedAxes)
      return piece
    }
  }

  /// The nest as nests that each reduce one set of axes.
  ///
  /// Stores without a combiner are in the last, so that what they may write over is read by then.
  func pieces() -> [StridedNest] {
    var groups: [(axes: [AxisNumber], outputs: [Int])] = []
    var stores: [Int] = []
    for (number, output) in outputs.enumerated() {
      if output.combiner == nil {
        stores.append(number)
        continue
      }
      let axes = reducedAxes(of: output)
      if let group = groups.firstIndex(where: { $0.axes == axes }) {
        groups[group].outputs.append(number)
      } else {
        groups.append((axes, [number]))
      }
    }
    if groups.isEmpty { groups.append(([], [])) }
    groups[groups.count - 1].outputs += stores
    return groups.map { keepOutputs($0.outputs) }
  }

  /// The nest with some of its outputs and only what they need.
  private func keepOutputs(_ kept: [Int]) -> StridedNest {
    var needed = PerInstruction(repeating: false, count: steps.count)
    for output in kept { needed[outputs[output].step] = true }
    for step in steps.indices.reversed() where needed[step] {
      for operand in steps[step].instruction.operands { needed[operand] = true }
    }
    var piece = self
    piece.steps = []
    piece.inputs = []
    var numbers = PerInstruction<InstructionNumber>(repeating: 0, count: steps.count)
    for step in steps.indices where needed[step] {
      numbers[step] = piece.steps.endIndex
      var copy = steps[step]
      if case .load(let input) = copy.instruction {
        copy.instruction = .load(input: piece.inputs.count)
        piece.inputs.append(inputs[input])
      } else {
        copy.instruction = copy.instruction.renumbered { numbers[$0] }
      }
      piece.steps.append(copy)
    }
    piece.outputs = kept.map { number in
      var output = outputs[number]
      output.step = numbers[output.step]
      return output
    }
    return piece
  }
}
