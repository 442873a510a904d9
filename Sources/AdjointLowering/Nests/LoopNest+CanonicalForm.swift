import AdjointKernels

// Equal work gets equal nests, so that views which only add or remove extents of 1 do not stand in
// the way of fusion and a kernel that occurs twice is stored once.
extension LoopNest {
  /// The nest without loops of extent 1, without operand axes of extent 1, and with its loops in the
  /// order of the axes that it stores to, where it stores to a permutation of them.
  func canonical() -> LoopNest {
    squeezed().orderedByStore()
  }

  private func squeezed() -> LoopNest {
    var nest = self
    var numbers: PerAxis<AxisNumber?> = []
    var next: AxisNumber = 0
    for extent in extents {
      numbers.append(extent == 1 ? nil : next)
      if extent != 1 { next = next.advanced(by: 1) }
    }
    nest.extents = extents.filter { $0 != 1 }
    return nest.mapAxes { index in
      guard let axis = index.axis, index.step != 0, let number = numbers[axis] else {
        return AxisIndex(axis: nil, start: index.start)
      }
      return AxisIndex(axis: number, start: index.start, step: index.step)
    } access: { access in
      let kept = access.extents.indices.filter { access.extents[$0] != 1 }
      return Access(
        access.scalarType, extents: kept.map { access.extents[$0] },
        map: IndexMap(kept.map { access.map.axes[$0] }))
    }
  }

  private func orderedByStore() -> LoopNest {
    guard outputs.count == 1, let output = outputs.first, output.combiner == nil,
      !isAtPoint(output.access), output.access.map.axes.count == rank
    else { return self }
    var places = PerAxis<AxisNumber?>(repeating: nil, count: rank)
    let stored = PerAxis(output.access.extents)
    for (place, index) in zip(axes, output.access.map.axes) {
      guard let axis = index.axis, index == AxisIndex(axis: axis), places[axis] == nil,
        extents[axis] == stored[place]
      else { return self }
      places[axis] = place
    }
    var nest = self
    nest.extents = stored
    return nest.mapAxes { index in
      guard let axis = index.axis else { return index }
      return AxisIndex(axis: places[axis], start: index.start, step: index.step)
    } access: {
      $0
    }
  }

  /// The nest with each axis index, then each access, replaced.
  func mapAxes(
    _ transform: (AxisIndex) -> AxisIndex, access adjust: (Access) -> Access
  ) -> LoopNest {
    var nest = self
    for input in nest.inputs.indices {
      nest.inputs[input].access.map.axes = nest.inputs[input].access.map.axes.map(transform)
      nest.inputs[input].access = adjust(nest.inputs[input].access)
    }
    for output in nest.outputs.indices {
      nest.outputs[output].access.map.axes = nest.outputs[output].access.map.axes.map(transform)
      nest.outputs[output].access = adjust(nest.outputs[output].access)
    }
    var program = ScalarProgram()
    for step in nest.program.steps {
      if case .index(let index) = step.instruction {
        program.append(.index(transform(index)), step.type)
      } else {
        program.append(step.instruction, step.type)
      }
    }
    nest.program = program
    return nest
  }
}

extension LoopNest {
  /// Whether it stores every result once at each point, at the point's own place.
  var storesAtItsPoints: Bool { outputs.allSatisfy(storesAtItsPoint) }

  /// Whether an output is stored once at each point, at the point's own place.
  func storesAtItsPoint(_ output: Output) -> Bool {
    output.combiner == nil && isAtPoint(output.access)
  }

  /// Whether what it computes at a point depends on the point's place in row-major order alone, so
  /// that any other extents of as many elements do as well.
  var isFlat: Bool {
    storesAtItsPoints
      && inputs.allSatisfy { input in
        input.access.map.axes.allSatisfy { $0.axis == nil }
          || isAtPoint(input.access)
      }
      && program.steps.allSatisfy { step in
        if case .index(let index) = step.instruction { index.axis == nil } else { true }
      }
  }

  /// A flat nest over other extents of as many elements.
  func flat(over newExtents: PerAxis<Int>) -> LoopNest {
    var nest = self
    nest.extents = newExtents
    let identity = IndexMap.identity(rank: newExtents.count)
    for input in nest.inputs.indices
    where inputs[input].access.map.axes.contains(where: { $0.axis != nil }) {
      nest.inputs[input].access.extents = Array(newExtents)
      nest.inputs[input].access.map = identity
    }
    for output in nest.outputs.indices {
      nest.outputs[output].access.extents = Array(newExtents)
      nest.outputs[output].access.map = identity
    }
    return nest
  }

  /// Whether an input reads the same element at several points of the loop.
  func repeats(_ input: Input) -> Bool {
    axes.contains { axis in
      extents[axis] > 1 && !input.access.map.axes.contains { $0.axis == axis }
    }
  }
}
