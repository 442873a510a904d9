import AdjointKernels

extension LoopNest {
  /// The nest over other extents of as many points, each the product of some of its own in a row; nil
  /// where an access or an index can tell the loops of such a group apart.
  func regrouped(over newExtents: PerAxis<Int>) -> LoopNest? {
    guard pointCount == newExtents.reduce(1, *) else { return nil }
    if isFlat { return flat(over: newExtents) }
    guard let groups = groups(over: newExtents) else { return nil }
    var numbers = PerAxis<AxisNumber>(repeating: 0, count: rank)
    for (number, group) in groups.numbered { for axis in group { numbers[axis] = number } }
    var nest = self
    nest.extents = newExtents
    for input in inputs.indices {
      guard let access = regrouped(inputs[input].access, groups, numbers, newExtents) else {
        return nil
      }
      nest.inputs[input].access = access
    }
    for output in outputs.indices {
      guard let access = regrouped(outputs[output].access, groups, numbers, newExtents) else {
        return nil
      }
      nest.outputs[output].access = access
    }
    var regrouped = ScalarProgram()
    for step in program.steps {
      guard case .index(let index) = step.instruction, let axis = index.axis else {
        regrouped.append(step.instruction, step.type)
        continue
      }
      guard groups[numbers[axis]].count == 1 else { return nil }
      regrouped.append(
        .index(AxisIndex(axis: numbers[axis], start: index.start, step: index.step)), step.type)
    }
    nest.program = regrouped
    return nest
  }

  /// The loops that make up each of the new ones, or nil where the extents do not go together.
  private func groups(over newExtents: PerAxis<Int>) -> PerAxis<Range<AxisNumber>>? {
    var groups: PerAxis<Range<AxisNumber>> = []
    var next: AxisNumber = 0
    for extent in newExtents {
      let first = next
      var count = 1
      while count < extent, next < axes.upperBound {
        count *= extents[next]
        next = next.advanced(by: 1)
      }
      guard count == extent else { return nil }
      groups.append(first..<next)
    }
    return next == axes.upperBound ? groups : nil
  }

  private func regrouped(
    _ access: Access, _ groups: PerAxis<Range<AxisNumber>>, _ numbers: PerAxis<AxisNumber>,
    _ newExtents: PerAxis<Int>
  ) -> Access? {
    var (indices, lengths): ([AxisIndex], [Int]) = ([], [])
    var place = 0
    while place < access.map.axes.count {
      let index = access.map.axes[place]
      guard let axis = index.axis, groups[numbers[axis]].count > 1 else {
        indices.append(
          AxisIndex(axis: index.axis.map { numbers[$0] }, start: index.start, step: index.step))
        lengths.append(access.extents[place])
        place += 1
        continue
      }
      // All loops of the group, one after the other and from end to end.
      let group = groups[numbers[axis]]
      guard place + group.count <= access.map.axes.count else { return nil }
      for (offset, member) in group.enumerated() {
        guard access.map.axes[place + offset] == AxisIndex(axis: member),
          access.extents[place + offset] == extents[member]
        else { return nil }
      }
      indices.append(AxisIndex(axis: numbers[axis]))
      lengths.append(newExtents[numbers[axis]])
      place += group.count
    }
    let result = Access(access.scalarType, extents: lengths, map: IndexMap(indices))
    // An access to the element at the point has all loops, those of one iteration too.
    let long = newExtents.indices.filter { newExtents[$0] != 1 }
    let isAtPoint =
      lengths == long.map { newExtents[$0] } && indices == long.map { AxisIndex(axis: $0) }
    return isAtPoint
      ? Access(
        access.scalarType, extents: Array(newExtents), map: .identity(rank: newExtents.count))
      : result
  }
}
