import AdjointCore
import AdjointKernels

/// Turns a loop nest into instructions over tiles.
struct NestCompiler {
  /// When a value is computed: once a range of items, once a tile, or at every point of a tile.
  enum Level: Int, Comparable {
    case setup, once, body
    static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// The last that reads something.
  enum LastUse: Comparable {
    case none
    case step(InstructionNumber)
    case output
  }

  /// What is known of a step before its instruction is written.
  struct Value {
    var level = Level.setup
    var isVector = false
    var lastUse = LastUse.none
    var useCount = 0
    /// The comparison is made by the selection that uses it.
    var isFused = false
    /// Where it is found, once its instruction is written.
    var slot = 0
    /// It lies in a register that can be used again after `lastUse`.
    var isRecyclable = false
  }

  let nest: StridedNest
  let tiling: Tiling
  var draft: NestDraft
  var values: PerInstruction<Value>
  /// Free registers by the size of their elements.
  var free: [Int: [Int]] = [:]
  /// The last instruction that reads each input straight from its buffer.
  var lastRead: [LastUse]
  /// The output that the value of a step is written to without a copy.
  var directOutput: [InstructionNumber: Int] = [:]

  /// Compiles the pieces of a nest, to be run in order.
  static func compile(_ pieces: [StridedNest]) -> [CompiledNest] {
    pieces.map { piece in
      let reduced = piece.reducedAxes
      var compiler = NestCompiler(piece, reduced: reduced)
      return compiler.compile(reduced: reduced)
    }
  }

  private init(_ nest: StridedNest, reduced: Set<AxisNumber>) {
    self.nest = nest
    tiling = Tiling(nest)
    draft = NestDraft(nest, tiling, reduced: reduced)
    values = PerInstruction(repeating: Value(), count: nest.steps.count)
    lastRead = Array(repeating: .none, count: nest.inputs.count)
  }

  private mutating func compile(reduced: Set<AxisNumber>) -> CompiledNest {
    for step in nest.steps.indices { classify(step) }
    fuseComparisons()
    countUses()
    chooseDirectOutputs()
    for step in nest.steps.indices { emit(step) }
    for output in nest.outputs.indices { finish(output, reduced) }
    draft.slotsOffset = draft.reserve((draft.pointers.count + draft.registers.count) * 8)
    draft.positionsOffset = draft.reserve(draft.loops.count * 8)
    return CompiledNest(draft)
  }

  /// The points of a whole tile.
  var tilePoints: Int { draft.tile.rows * draft.tile.columns }

  // MARK: Levels

  private mutating func classify(_ step: InstructionNumber) {
    switch nest.steps[step].instruction {
    case .constant: break
    case .load(let input):
      let access = nest.inputs[input]
      values[step].isVector = tiling.shape(of: access) != .scalar
      values[step].level = level(
        isVector: values[step].isVector, mayStay: tiling.shape(of: access) == .strided
      ) { access.strides[$0] != 0 }
    case .index(let index):
      guard let axis = index.axis else { break }
      values[step].isVector = axis == tiling.column || axis == tiling.row
      values[step].level = level(isVector: values[step].isVector, mayStay: true) { $0 == axis }
    case .unary, .binary, .compare, .select, .cast:
      for operand in nest.steps[step].instruction.operands {
        values[step].level = max(values[step].level, values[operand].level)
        values[step].isVector = values[step].isVector || values[operand].isVector
      }
      if values[step].isVector, values[step].level == .once { values[step].level = .body }
    }
  }

  /// The level of a value that depends on the axes for which `depends` holds.
  ///
  /// A vector may stay the same from tile to tile where those axes are not cut.
  private func level(isVector: Bool, mayStay: Bool, _ depends: (AxisNumber) -> Bool) -> Level {
    let moves = nest.extents.indices.contains { axis in
      if !depends(axis) { return false }
      if axis == tiling.column { return !tiling.isWholeColumn }
      if axis == tiling.row { return !tiling.isWholeRow }
      return true
    }
    if isVector { return moves || !mayStay ? .body : .setup }
    return moves ? .once : .setup
  }

  // MARK: Uses

  /// A selection by a comparison of the same type that nothing else reads becomes one instruction,
  /// in the forms that `BlockSelection.compareAndSelect` has.
  private mutating func fuseComparisons() {
    var uses = PerInstruction(repeating: 0, count: nest.steps.count)
    for step in nest.steps { for operand in step.instruction.operands { uses[operand] += 1 } }
    for output in nest.outputs { uses[output.step] += 1 }
    for (number, step) in nest.steps.numbered {
      guard case .select(let condition, let x, let y) = step.instruction,
        step.type == .f32 || step.type == .f64,
        uses[condition] == 1, values[number].level == .body,
        case .compare(_, let p, let q) = nest.steps[condition].instruction,
        nest.steps[p].type == step.type, values[p].isVector, !values[q].isVector,
        values[x].isVector || values[y].isVector
      else { continue }
      values[condition].isFused = true
    }
  }

  /// The steps whose values an instruction reads, with a fused comparison's in its place.
  func operands(of step: InstructionNumber) -> [InstructionNumber] {
    if values[step].isFused { return [] }
    return nest.steps[step].instruction.operands.flatMap { operand in
      values[operand].isFused ? nest.steps[operand].instruction.operands : [operand]
    }
  }

  private mutating func countUses() {
    for step in nest.steps.indices {
      for operand in operands(of: step) { values[operand].lastUse = .step(step) }
    }
    for output in nest.outputs { values[output.step].lastUse = .output }
    for (number, step) in nest.steps.numbered {
      guard case .load(let input) = step.instruction else { continue }
      lastRead[input] = max(
        lastRead[input], copiesAtOnce(number) ? .step(number) : values[number].lastUse)
    }
  }

  /// Whether a value that is only loaded and stored goes through a register, because another output
  /// may be written over what it is loaded from.
  func copiesAtOnce(_ step: InstructionNumber) -> Bool {
    guard case .load = nest.steps[step].instruction else { return false }
    let stores = nest.outputs.filter { $0.combiner == nil }
    return stores.count > 1 && nest.outputs.contains { $0.step == step }
  }

  /// An instruction writes an output in place where the tile is contiguous there and nothing reads
  /// later what the output may lie over.
  private mutating func chooseDirectOutputs() {
    for (number, output) in nest.outputs.enumerated() {
      guard output.combiner == nil, tiling.shape(of: output.access) == .flat,
        directOutput[output.step] == nil, values[output.step].level == .body,
        values[output.step].isVector, writesRegister(output.step)
      else { continue }
      let isReadLater = nest.inputs.indices.contains {
        nest.inputs[$0].coincides(with: output.access) && lastRead[$0] > .step(output.step)
      }
      if !isReadLater { directOutput[output.step] = number }
    }
  }

  /// Whether the value of a step is made by an instruction, rather than read where it lies.
  private func writesRegister(_ step: InstructionNumber) -> Bool {
    guard case .load(let input) = nest.steps[step].instruction else { return true }
    return tiling.shape(of: nest.inputs[input]) == .strided
  }
}
