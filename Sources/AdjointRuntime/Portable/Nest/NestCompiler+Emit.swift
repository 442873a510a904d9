import AdjointCore
import AdjointKernels

extension NestCompiler {
  /// Writes the instruction of a step, if it needs one.
  mutating func emit(_ step: InstructionNumber) {
    let source = nest.steps[step]
    switch source.instruction {
    case .load(let input): emitLoad(step, input)
    case .constant(let literal): add(.constant(literal.bits(as: source.type)), step)
    case .index(let index): emitIndex(step, index)
    case .unary(let function, let a): add(.unary(function), step, [a])
    case .binary(let function, let a, let b): add(.binary(function), step, [a, b])
    case .compare(let comparison, let a, let b):
      if values[step].isFused { return }
      add(.compare(comparison), step, [a, b], type: nest.steps[a].type)
    case .select(let condition, let x, let y):
      if values[condition].isFused,
        case .compare(let comparison, let p, let q) = nest.steps[condition].instruction
      {
        add(.compareAndSelect(comparison), step, [p, q, x, y])
      } else {
        add(.select, step, [condition, x, y])
      }
    case .cast(let a): add(.cast(from: nest.steps[a].type), step, [a])
    }
    for operand in operands(of: step) where values[operand].lastUse == .step(step) {
      recycle(operand)
    }
  }

  private mutating func emitLoad(_ step: InstructionNumber, _ input: Int) {
    let access = nest.inputs[input]
    switch tiling.shape(of: access) {
    case .scalar where !copiesAtOnce(step), .flat where !copiesAtOnce(step):
      values[step].slot = input
    case .scalar, .flat: add(.copy, step, from: input)
    case .strided:
      add(
        .gather(
          rowStride: tiling.rowStride(of: access), columnStride: tiling.columnStride(of: access)),
        step, from: input)
    }
  }

  private mutating func emitIndex(_ step: InstructionNumber, _ index: AxisIndex) {
    let loop = index.axis.map { draft.loopOfAxis[$0] }
    let points = loop.map { draft.loops[$0].points } ?? 0
    add(
      .index(
        start: index.start, step: index.step &* points, loop: loop,
        rowStep: index.axis != nil && index.axis == tiling.row ? index.step : 0,
        columnStep: index.axis != nil && index.axis == tiling.column ? index.step : 0), step)
  }

  /// Appends an instruction at the level of its step and gives it a destination.
  private mutating func add(
    _ operation: BlockInstruction.Operation, _ step: InstructionNumber,
    _ operands: [InstructionNumber] = [], from input: Int? = nil, type: ScalarType? = nil
  ) {
    let value = values[step]
    var instruction = BlockInstruction(
      operation: operation, type: type ?? nest.steps[step].type, destination: 0,
      isVector: value.isVector)
    if let input { instruction.a.slot = input }
    let sources = operands.map(operand)
    if sources.count > 0 { instruction.a = sources[0] }
    if sources.count > 1 { instruction.b = sources[1] }
    if sources.count > 2 { instruction.c = sources[2] }
    if sources.count > 3 { instruction.d = sources[3] }
    if let output = directOutput[step] {
      values[step].slot = nest.inputs.count + output
    } else {
      takeRegister(for: step)
    }
    instruction.destination = values[step].slot
    switch value.level {
    case .setup: draft.setup.append(instruction)
    case .once: draft.once.append(instruction)
    case .body: draft.body.append(instruction)
    }
  }

  func operand(_ step: InstructionNumber) -> BlockInstruction.Operand {
    BlockInstruction.Operand(slot: values[step].slot, isScalar: !values[step].isVector)
  }

  // MARK: Registers

  private mutating func takeRegister(for step: InstructionNumber) {
    let size = nest.steps[step].type.byteCount
    guard values[step].isVector else {
      values[step].slot = draft.addRegister(points: 1, size: size, isVector: false)
      return
    }
    values[step].isRecyclable = values[step].level == .body
    if values[step].isRecyclable, let slot = free[size]?.popLast() {
      values[step].slot = slot
    } else {
      values[step].slot = draft.addRegister(points: tilePoints, size: size, isVector: true)
    }
  }

  private mutating func recycle(_ step: InstructionNumber) {
    guard values[step].isRecyclable else { return }
    values[step].isRecyclable = false
    free[nest.steps[step].type.byteCount, default: []].append(values[step].slot)
  }
}
