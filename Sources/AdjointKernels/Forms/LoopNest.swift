import AdjointCore

/// How a loop nest reaches the elements of one buffer.
package struct Access: Hashable, Sendable {
  /// The type of one element.
  package var scalarType: ScalarType
  /// The extents of the buffer, row-major.
  package var extents: [Int]
  /// The index of the element at each position of the loop.
  package var map: IndexMap

  package init(_ scalarType: ScalarType, extents: [Int], map: IndexMap) {
    self.scalarType = scalarType
    self.extents = extents
    self.map = map
  }

  /// The elements of the buffer, as far as an integer counts.
  package var elementCount: Int { extents.contains(0) ? 0 : extents.reduce(1, *|) }

  /// The map as a number of elements from the start of the buffer: an offset, and a stride for each
  /// axis of a loop of the given rank.
  ///
  /// The step along a loop of one iteration, or anything in a loop of none, may be any number: nothing is
  /// reached by it, and its value here has no meaning.
  package func linear(rank: Int) -> (offset: Int, strides: PerAxis<Int>) {
    var offset = 0
    var strides = PerAxis(repeating: 0, count: rank)
    var pitch = 1
    for (extent, index) in zip(extents, map.axes).reversed() {
      offset = offset &+ index.start &* pitch
      if let axis = index.axis { strides[axis] = strides[axis] &+ index.step &* pitch }
      pitch = pitch &* extent
    }
    return (offset, strides)
  }
}

/// Nested loops that evaluate a scalar program at each point and store or combine its results.
///
/// The points may be visited in any order. An output without a combiner is stored once at each
/// point; one with a combiner reduces the points that differ only along axes its map does not use.
package struct LoopNest: Hashable, Sendable {
  /// A value read at each point.
  package struct Input: Hashable, Sendable {
    package var source: Slot
    package var access: Access

    package init(_ source: Slot, access: Access) {
      self.source = source
      self.access = access
    }

    /// An operand of the kernel, by its number.
    package init(operand: Int, access: Access) { self.init(.operand(operand), access: access) }
  }

  /// A value written.
  package struct Output: Hashable, Sendable {
    package var target: Slot
    /// The step of the program whose value is written.
    package var step: InstructionNumber
    package var access: Access
    /// How points that share an element are combined; nil where none do.
    package var combiner: Combiner?

    package init(
      _ target: Slot, step: InstructionNumber, access: Access, combiner: Combiner? = nil
    ) {
      self.target = target
      self.step = step
      self.access = access
      self.combiner = combiner
    }

    /// A result of the kernel, by its number.
    package init(
      result: Int, step: InstructionNumber, access: Access, combiner: Combiner? = nil
    ) {
      self.init(.result(result), step: step, access: access, combiner: combiner)
    }
  }

  /// The extents of the iteration space, outermost first.
  package var extents: PerAxis<Int>
  package var inputs: [Input]
  package var program: ScalarProgram
  package var outputs: [Output]

  package init(
    extents: some Sequence<Int>, inputs: [Input], program: ScalarProgram, outputs: [Output]
  ) {
    self.extents = PerAxis(extents)
    self.inputs = inputs
    self.program = program
    self.outputs = outputs
  }

  /// The most points that the loops of a nest may have, an empty loop counted as one of a single iteration.
  ///
  /// No machine comes to the end of so many, and what is computed from their number fits an integer.
  package static let maximumPointCount = 1 << 56

  /// Whether the nest has no more points than a nest may have.
  package var hasCountablePoints: Bool {
    extents.reduce(1) { $0 *| max($1, 1) } <= Self.maximumPointCount
  }

  /// The axes of the points.
  package var axes: Range<AxisNumber> { extents.indices }
  /// The number of loops.
  package var rank: Int { extents.count }
  /// The number of points, as far as an integer counts.
  package var pointCount: Int { extents.contains(0) ? 0 : extents.reduce(1, *|) }
  /// Whether it combines points.
  package var isReduction: Bool { outputs.contains { $0.combiner != nil } }

  /// The loop axes that an output's map does not use, those it combines over.
  package func reducedAxes(of output: Output) -> [AxisNumber] {
    let used = Set(output.access.map.axes.compactMap(\.axis))
    return axes.filter { !used.contains($0) }
  }
}
