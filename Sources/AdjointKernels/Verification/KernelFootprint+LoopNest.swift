import AdjointCore

extension KernelFootprint {
  /// What a nest is part of, which says what it may read and write.
  enum Surroundings {
    case kernel
    case epilogue
    case stage(of: FusionGroup)

    /// The operand that a slot is, or nil where it is something else that may be read here.
    func operand(_ slot: Slot) throws(Diagnostic) -> Int? {
      switch (slot, self) {
      case (.operand(let number), _) where number >= 0: return number
      case (.product, .epilogue), (.result, .stage), (.local, .stage): return nil
      case (.operand, _), (.product, _), (.result, _), (.local, _), (.value, _):
        throw Diagnostic(.invalidPlan, "a loop nest reads \(slot), which is not there")
      }
    }

    /// The place of the value that a slot is, among the results and, in a group, the locals after them.
    func place(_ slot: Slot) throws(Diagnostic) -> Int {
      switch (slot, self) {
      case (.result(let number), .kernel), (.result(let number), .epilogue):
        if number >= 0 { return number }
      case (_, .stage(let group)):
        if let place = group.place(of: slot) { return place }
      case (.local, _), (.operand, _), (.product, _), (.value, _): break
      }
      throw Diagnostic(.invalidPlan, "a loop nest writes \(slot), which is not there")
    }
  }

  /// The footprint of a nest, every access of which stays in bounds at every point.
  mutating func add(_ nest: LoopNest, in surroundings: Surroundings) throws(Diagnostic) {
    let points = try Self.product(nest.extents)
    for (number, input) in nest.inputs.enumerated() {
      try Self.check(input.access, nest, points, "input \(number)")
      guard let operand = try surroundings.operand(input.source) else { continue }
      reads.append(
        Read(
          operand: operand, scalarType: input.access.scalarType,
          elementCount: try Self.product(input.access.extents), isExact: true))
    }
    try nest.checkProgram()
    guard !nest.outputs.isEmpty else {
      throw Diagnostic(.invalidPlan, "a loop nest has no output")
    }
    for (number, output) in nest.outputs.enumerated() {
      try Self.check(output.access, nest, points, "output \(number)")
      let place = try surroundings.place(output.target)
      guard nest.program.steps.indices.contains(output.step) else {
        throw Diagnostic(.invalidPlan, "output \(number) names no step of the program")
      }
      guard nest.program.steps[output.step].type == output.access.scalarType else {
        throw Diagnostic(.invalidPlan, "output \(number) stores a step of another scalar type")
      }
      let count = try Self.product(output.access.extents)
      // A reduction starts by writing its identity everywhere.
      var part = WrittenPart(all: count)
      if output.combiner == nil {
        try Self.checkInjective(output, nest, number)
        part = WrittenPart(output.access, nest.extents, points)
      }
      writes.append(
        Write(
          result: place, scalarType: output.access.scalarType, elementCount: count,
          part: part))
    }
    try checkDistinctElements(of: nest)
  }

  /// Refuses outputs that write one element: it would hold what was visited last, and points have no order.
  private func checkDistinctElements(of nest: LoopNest) throws(Diagnostic) {
    guard nest.outputs.count > 1 else { return }
    let parts = Dictionary(grouping: writes.suffix(nest.outputs.count), by: \.result)
    for (result, parts) in parts
    where parts.count > 1 && !WrittenPart.areDisjoint(parts.map(\.part)) {
      throw Diagnostic(
        .invalidPlan, "several outputs of a loop nest write the same elements of result \(result)")
    }
  }

  /// The footprint of all stages, without what passes between them.
  mutating func add(_ group: FusionGroup) throws(Diagnostic) {
    var all = self
    for stage in group.stages { try all.add(stage.nest, in: .stage(of: group)) }
    try group.check()
    leastOperandCount = group.operandCount
    reads += all.reads
    writes += all.writes.filter { $0.result < group.resultCount }
  }

  /// Refuses an access that leaves its buffer somewhere in the loop.
  private static func check(
    _ access: Access, _ nest: LoopNest, _ points: Int, _ what: String
  ) throws(Diagnostic) {
    guard access.map.axes.count == access.extents.count else {
      throw Diagnostic(
        .invalidPlan,
        "\(what) has \(access.map.axes.count) indices for \(access.extents.count) axes")
    }
    _ = try product(access.extents)
    for (extent, index) in zip(access.extents, access.map.axes) {
      if let axis = index.axis, !nest.axes.contains(axis) {
        throw Diagnostic(.invalidPlan, "\(what) uses loop \(axis) of \(nest.rank)")
      }
      if points == 0 { continue }
      let span = index.axis.map { nest.extents[$0] - 1 } ?? 0
      let last = try checkedSum(index.start, checkedProduct(index.step, span))
      guard index.start >= 0, index.start < extent, last >= 0, last < extent else {
        throw Diagnostic(
          .invalidPlan,
          "\(what) reaches from \(index.start) to \(last) along an axis of extent \(extent)")
      }
    }
  }

  /// Refuses a store that writes an element at more than one point.
  private static func checkInjective(
    _ output: LoopNest.Output, _ nest: LoopNest, _ number: Int
  ) throws(Diagnostic) {
    let used = Set(output.access.map.axes.filter { $0.step != 0 }.compactMap(\.axis))
    for (axis, extent) in zip(nest.axes, nest.extents) where extent > 1 && !used.contains(axis) {
      throw Diagnostic(
        .invalidPlan, "output \(number) stores an element at each of \(extent) points")
    }
  }
}

extension LoopNest {
  /// Refuses a program whose steps read what they cannot.
  fileprivate func checkProgram() throws(Diagnostic) {
    for (number, step) in program.steps.numbered {
      guard step.instruction.operands.allSatisfy({ $0 >= 0 && $0 < number }) else {
        throw Diagnostic(.invalidPlan, "step \(number) of a program reads a later one")
      }
      let types = step.instruction.operands.map { program.steps[$0].type }
      let isWellTyped: Bool =
        switch step.instruction {
        case .load(let input):
          inputs.indices.contains(input) && inputs[input].access.scalarType == step.type
        case .index(let index): isInRange(index)
        case .constant, .cast: true
        case .unary, .binary: types.allSatisfy { $0 == step.type }
        case .compare: step.type == .bool && types[0] == types[1]
        case .select: types[0] == .bool && types[1] == step.type && types[2] == step.type
        }
      guard isWellTyped else {
        throw Diagnostic(.invalidPlan, "step \(number) of a program does not go with its operands")
      }
    }
  }

  /// Whether a position names a loop and stays, from the first point to the last, a number that back ends
  /// compute alike.
  private func isInRange(_ index: AxisIndex) -> Bool {
    if let axis = index.axis, !axes.contains(axis) { return false }
    let span = index.axis.map { max(extents[$0] - 1, 0) } ?? 0
    let last = index.start +| index.step *| span
    return max(index.start.magnitude, last.magnitude) <= LoopNest.maximumPointCount
  }
}
