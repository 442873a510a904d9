import AdjointCore
import AdjointKernels

/// Writes the code of one canonical piece of a loop nest.
///
/// The function is that of `GeneratedKernel.Function`: it does the items from..<to of the layout on the
/// buffers that the byte offsets give.
struct NestWriter: ProgramWriter {
  let nest: StridedNest
  let layout: NestLayout
  var text = FunctionText()

  /// Where a step is written.
  enum Level: Comparable {
    /// In front of the loops: it is the same at every point.
    case outside
    /// In a loop, the innermost that it depends on.
    case loop(Int)
  }

  /// What is known of a step.
  struct Value {
    var level = Level.outside
    /// Whether it depends on the column.
    var isVector = false
    /// Its name in the text, once written.
    var name = ""
  }

  var values: PerInstruction<Value>
  /// The pointers of the accesses, inputs before outputs, at the level that is being written.
  var pointers: [String] = []
  /// The lanes that count, where the vector that is being written is the rest of a row.
  var rest: Int?
  /// The memory of the accumulators, one for each output with a combiner.
  var accumulators: [Int: String] = [:]
  /// The memory of what the accumulators are carried to, where they are.
  var totals: [Int: String] = [:]
  /// The memory of what the totals lost by rounding, where it is kept.
  var losses: [Int: String] = [:]
  /// The memory of the accumulators of a stretch of the column, where rows are done one after another.
  var rowAccumulators: [Int: RowAccumulators] = [:]
  /// The bits of the literals that are read from before the offsets of the operands; nil where all are
  /// in the code.
  var literals: [UInt64]?
  /// The position of each axis at the level that is being written.
  var positions: PerAxis<String>
  /// The iterations of the loops that are cut into items, by the number of the loop.
  var ranges: [Int: LoopRange] = [:]
  /// Where the part that is being done leaves its accumulators, if not in the results.
  var partPlace: String?

  init(_ nest: StridedNest, _ layout: NestLayout) {
    self.nest = nest
    self.layout = layout
    values = PerInstruction(repeating: Value(), count: nest.steps.count)
    positions = PerAxis(repeating: "0", count: nest.extents.count)
    for step in nest.steps.indices { classify(step) }
  }

  /// The text of the function.
  mutating func function(_ name: String) -> String {
    var bases = BufferBases()
    writeBases(&bases)
    for number in nest.outputs.indices { allocate(number) }
    writeSteps(at: .outside)
    switch layout.split {
    case .none: writeLoops(0)
    case .kept(let grain): writeItems(grain: grain)
    case .reduced(let parts): writeParts(parts)
    }
    text.effect("ret void")
    return Self.signature(name, text)
  }

  static func signature(
    _ name: String, _ text: FunctionText, attributes: String = "#0"
  ) -> String {
    """
    define void @\(name)(ptr %arena, ptr %operands, ptr %results, i64 %from, i64 %to, ptr %memory) \(attributes) {
    entry:
    \(text.lines.joined(separator: "\n"))
    }

    """
  }

  // MARK: Program

  var steps: PerInstruction<ScalarProgram.Step> { nest.steps }

  func position(of axis: AxisNumber) -> String { positions[axis] }

  func lanes(of step: InstructionNumber) -> Int { values[step].isVector ? layout.lanes : 1 }

  mutating func spread(_ step: InstructionNumber, _ lanes: Int) -> String {
    let value = values[step]
    if value.isVector { return value.name }
    return text.spread(value.name, VectorType(nest.steps[step].type, lanes))
  }

  /// A constant of the program; 0 and 1, with which much can be left out, are always in the code.
  mutating func constant(
    _ constant: ScalarLiteral, _ scalarType: ScalarType, _ type: VectorType
  ) -> String {
    guard let count = literals?.count, type.lanes == 1, scalarType != .bool,
      constant.double.magnitude != 0, constant.double != 1
    else { return literal(constant, type) }
    literals?.append(constant.bits(as: scalarType))
    let place = text.value("getelementptr i64, ptr %operands, i64 \(-count - 1)")
    return text.value("load \(type.text), ptr \(place), align 8")
  }

  // MARK: Levels

  /// The loop of an axis.
  private func level(of axis: AxisNumber) -> Level {
    layout.loops.firstIndex { $0.axis == axis }.map { .loop($0) } ?? .outside
  }

  private mutating func classify(_ step: InstructionNumber) {
    var value = Value()
    switch nest.steps[step].instruction {
    case .constant: break
    case .load(let input):
      let strides = nest.inputs[input].strides
      for axis in strides.indices where strides[axis] != 0 {
        value.level = max(value.level, level(of: axis))
        if axis == layout.column { value.isVector = true }
      }
    case .index(let index):
      if let axis = index.axis {
        value.level = level(of: axis)
        value.isVector = axis == layout.column
      }
    case .unary, .binary, .compare, .select, .cast:
      for operand in nest.steps[step].instruction.operands {
        value.level = max(value.level, values[operand].level)
        value.isVector = value.isVector || values[operand].isVector
      }
    }
    values[step] = value
  }

  /// Writes the steps that belong to a level.
  mutating func writeSteps(at level: Level) {
    for step in nest.steps.indices where values[step].level == level {
      values[step].name = write(step)
    }
  }

  // MARK: Loops

  /// Writes the loops from one on.
  mutating func writeLoops(_ number: Int) {
    if number == layout.keptCount - 1, layout.stretch > 0 { return writeStretches() }
    if number < layout.keptCount {
      return writeLoop(number) { $0.writeLoops(number + 1) }
    }
    beginReductions()
    writeReduced(number)
    endReductions()
  }

  private mutating func writeReduced(_ number: Int) {
    if number == layout.loops.count { return writePoint() }
    writeLoop(number) { $0.writeReduced(number + 1) }
    if number == layout.loops.count - 1 { carry() }
  }

  /// Iterations of the innermost reduced loop after which the accumulators are carried.
  private static let chunk = 64

  /// Whether a loop is so long that its accumulators are carried on the way.
  func isCarried(_ number: Int) -> Bool {
    number >= layout.keptCount && number == layout.loops.count - 1
      && layout.loops[number].trips > 2 * Self.chunk
  }

  /// Begins a loop over chunks of iterations.
  mutating func beginChunk(
    from: String, to: String
  ) -> (loop: FunctionText.Loop, from: String, to: String) {
    let length = text.value("sub i64 \(to), \(from)")
    let rounded = text.value("add i64 \(length), \(Self.chunk - 1)")
    let count = text.value("udiv i64 \(rounded), \(Self.chunk)")
    let loop = text.beginLoop(from: "0", to: count)
    let distance = text.value("mul i64 \(loop.index), \(Self.chunk)")
    let first = text.value("add i64 \(from), \(distance)")
    let end = text.value("add i64 \(first), \(Self.chunk)")
    return (loop, first, text.smaller(end, to))
  }

  /// Writes one loop around a body: whole vectors, then the rest, where it is the column loop.
  mutating func writeLoop(_ number: Int, _ body: (inout NestWriter) -> Void) {
    let loop = layout.loops[number]
    let range = ranges[number]
    let (outerPointers, outerPositions) = (pointers, positions)
    if loop.trips == 1, range == nil {
      enter(number, at: "0")
      body(&self)
      (pointers, positions) = (outerPointers, outerPositions)
    } else if loop.trips > 0 {
      let (from, to) = (range?.from ?? "0", range?.to ?? String(loop.trips))
      // Only a range that is computed can be empty.
      let guarded = range.map { text.beginIf(text.value("icmp ult i64 \($0.from), \($0.to)")) }
      let chunk = isCarried(number) ? beginChunk(from: from, to: to) : nil
      let counter = text.beginLoop(from: chunk?.from ?? from, to: chunk?.to ?? to)
      let position =
        loop.isColumn ? text.value("mul i64 \(counter.index), \(layout.lanes)") : counter.index
      enter(number, at: position)
      body(&self)
      text.end(counter)
      if let chunk {
        carry()
        text.end(chunk.loop)
      }
      if let guarded { text.end(guarded) }
      (pointers, positions) = (outerPointers, outerPositions)
    }
    guard loop.rest > 0 else { return }
    let guarded = range?.restCondition.map { text.beginIf($0) }
    rest = loop.rest
    enter(number, at: String(loop.trips * layout.lanes))
    body(&self)
    rest = nil
    if let guarded { text.end(guarded) }
    (pointers, positions) = (outerPointers, outerPositions)
  }

  /// Writes what is done at a row, given its position along each of the loops that are the rows.
  mutating func writeRow(at rowPositions: [String]) {
    let outerPointers = pointers
    for (number, position) in rowPositions.enumerated() {
      positions[layout.loops[number].axis] = position
      move(along: layout.loops[number].axis, by: position)
      writeSteps(at: .loop(number))
    }
    writeLoops(rowPositions.count)
    pointers = outerPointers
  }

  /// Moves the pointers to a position of a loop and writes what depends on it.
  mutating func enter(_ number: Int, at position: String) {
    let axis = layout.loops[number].axis
    positions[axis] = position
    move(along: axis, by: position)
    writeSteps(at: .loop(number))
  }

  /// What is done at each point, or vector of points.
  mutating func writePoint() {
    for number in nest.outputs.indices { accumulate(number) }
    for number in nest.outputs.indices where nest.outputs[number].combiner == nil {
      store(number)
    }
  }
}

/// The iterations that a loop does.
struct LoopRange {
  var from: String
  var to: String
  /// The condition under which the points after the last whole vector belong to them; nil for always.
  var restCondition: String?
}
