import AdjointCore
import AdjointKernels

extension LoopNest {
  /// Checks that every access stays inside its buffer and that the program is well typed, and
  /// returns what the nest uses of its buffers.
  ///
  /// After this it can run without looking.
  func checkedUses() throws(Diagnostic) -> [BufferUse] {
    _ = try BufferUse.product(extents)
    var uses: [BufferUse] = []
    for input in inputs {
      let count = try check(input.access)
      uses.append(
        BufferUse(
          isResult: false, number: input.operand, scalarType: input.access.scalarType,
          elementCount: count))
    }
    for (number, step) in program.steps.enumerated() { try check(step, number) }
    for output in outputs {
      let count = try check(output.access)
      guard program.steps.indices.contains(output.step),
        program.steps[output.step].type == output.access.scalarType
      else {
        throw Diagnostic(.invalidPlan, "an output of a loop nest is not the type of its step")
      }
      uses.append(
        BufferUse(
          isResult: true, number: output.result, scalarType: output.access.scalarType,
          elementCount: count))
    }
    return uses
  }

  private func check(_ access: Access) throws(Diagnostic) -> Int {
    let count = try BufferUse.product(access.extents)
    guard access.map.axes.count == access.extents.count else {
      throw Diagnostic(.invalidPlan, "an access has not one index for each axis of its buffer")
    }
    for (extent, index) in zip(access.extents, access.map.axes) {
      var last = index.start
      if let axis = index.axis {
        guard extents.indices.contains(axis) else {
          throw Diagnostic(.invalidPlan, "an access names loop axis \(axis) of \(rank)")
        }
        // Nothing is read or written along an empty loop.
        if extents[axis] == 0 { continue }
        let (way, wide) = index.step.multipliedReportingOverflow(by: extents[axis] - 1)
        let (end, high) = index.start.addingReportingOverflow(way)
        guard !wide, !high else {
          throw Diagnostic(.invalidPlan, "an index of an access overflows")
        }
        last = end
      }
      guard min(index.start, last) >= 0, max(index.start, last) < extent else {
        throw Diagnostic(
          .invalidPlan,
          "an access goes from \(index.start) to \(last) along an axis of \(extent) elements")
      }
    }
    return count
  }

  private func check(_ step: ScalarProgram.Step, _ number: Int) throws(Diagnostic) {
    let operands = step.instruction.operands
    guard operands.allSatisfy({ $0 >= 0 && $0 < number }) else {
      throw Diagnostic(.invalidPlan, "step \(number) of a scalar program reads a later step")
    }
    let types = operands.map { program.steps[$0].type }
    let isTyped =
      switch step.instruction {
      case .load(let input):
        inputs.indices.contains(input) && inputs[input].access.scalarType == step.type
      case .index(let index): index.axis.map { extents.indices.contains($0) } ?? true
      case .constant, .cast: true
      case .unary, .binary: types.allSatisfy { $0 == step.type }
      case .compare: types[0] == types[1] && step.type == .bool
      case .select: types[0] == .bool && types[1] == step.type && types[2] == step.type
      }
    guard isTyped else {
      throw Diagnostic(.invalidPlan, "step \(number) of a scalar program is not well typed")
    }
  }
}
