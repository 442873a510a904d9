/// One axis of an operand as a function of the loop's position: `start + step · position[axis]`, or
/// `start` alone where no loop axis moves it.
package struct AxisIndex: Hashable, Sendable {
  package var axis: AxisNumber?
  package var start: Int
  package var step: Int

  package init(axis: AxisNumber?, start: Int = 0, step: Int = 1) {
    self.axis = axis
    self.start = start
    self.step = axis == nil ? 0 : step
  }

  /// The index at a position of the loop.
  package func index(at position: PerAxis<Int>) -> Int {
    guard let axis else { return start }
    return start + step * position[axis]
  }
}

/// Where a loop finds an element of an operand: an index for each of the operand's axes.
package struct IndexMap: Hashable, Sendable {
  package var axes: [AxisIndex]

  package init(_ axes: [AxisIndex]) { self.axes = axes }

  /// The map of an operand that has the loop's own axes.
  package static func identity(rank: Int) -> IndexMap {
    IndexMap((0..<AxisNumber(rank)).map { AxisIndex(axis: $0) })
  }

  /// Whether it is the identity over a loop of the given rank.
  ///
  /// It says nothing of extents: `LoopNest.isAtPoint` is what asks whether an access is element-wise.
  func isIdentity(rank: Int) -> Bool {
    axes.count == rank && zip(axes, 0..<AxisNumber(rank)).allSatisfy { $0 == AxisIndex(axis: $1) }
  }

  /// This map, whose positions are those of a producer's loop, as a map over the positions of a
  /// consumer's loop that reads the producer's result through `consumer`.
  package func composed(with consumer: IndexMap) -> IndexMap {
    IndexMap(axes.map { $0.composed(with: consumer) })
  }
}

extension AxisIndex {
  /// `start + step · p` with `p` replaced by what the consumer's map says of it.
  package func composed(with consumer: IndexMap) -> AxisIndex {
    guard let axis else { return self }
    // The axes of the producer's points are those of the buffer that the consumer reads.
    let inner = consumer.axes[axis.rawValue]
    // A step along a loop of one iteration may be any number, also one that overflows with another.
    return AxisIndex(
      axis: inner.axis, start: start &+ step &* inner.start, step: step &* inner.step)
  }
}
