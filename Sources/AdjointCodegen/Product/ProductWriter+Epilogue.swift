import AdjointCore
import AdjointKernels

/// The epilogue of a product: the lines of a tile of its result go through a scalar program one by one.
extension ProductWriter: ProgramWriter {
  /// The steps of an epilogue and where in it the text is.
  struct EpilogueState {
    /// A step at a column of a line, or without one where it does not depend on that.
    struct Place: Hashable {
      var step: InstructionNumber
      var column: Int?
    }

    let nest: StridedNest?
    /// Whether the value of each step differs between the columns of a line.
    let isAlongLine: PerInstruction<Bool>
    /// Where the accesses are at the first element of the tile or line, inputs before outputs.
    var pointers: [String] = []
    /// The batch, row and column of the first element of the tile or line.
    var positions: PerAxis<String> = []
    /// What has been written of the line.
    var names: [Place: String] = [:]
    /// The vector that is being written: the product, its place in the line, and the lanes that count.
    var product = ""
    var column = 0
    var count = 0

    init(_ nest: StridedNest?) {
      self.nest = nest
      isAlongLine = nest.map(Self.stepsAlongLine) ?? []
    }

    private static func stepsAlongLine(of nest: StridedNest) -> PerInstruction<Bool> {
      var isAlong: PerInstruction<Bool> = []
      for step in nest.steps {
        switch step.instruction {
        case .constant: isAlong.append(false)
        case .load(let input):
          isAlong.append(nest.inputs[input].strides[2] != 0 || nest.inputs[input].isResult)
        case .index(let index): isAlong.append(index.axis == 2)
        case .unary, .binary, .compare, .select, .cast:
          isAlong.append(step.instruction.operands.contains { isAlong[$0] })
        }
      }
      return isAlong
    }

    /// The place of a step's value in the line.
    func place(of step: InstructionNumber) -> Place {
      Place(step: step, column: isAlongLine[step] ? column : nil)
    }
  }

  var steps: PerInstruction<ScalarProgram.Step> { epilogue.nest?.steps ?? [] }

  func lanes(of step: InstructionNumber) -> Int { epilogue.isAlongLine[step] ? layout.lanes : 1 }

  mutating func spread(_ step: InstructionNumber, _ lanes: Int) -> String {
    let name = epilogue.names[epilogue.place(of: step)] ?? ""
    if self.lanes(of: step) == lanes { return name }
    return text.spread(name, VectorType(steps[step].type, lanes))
  }

  mutating func position(of axis: AxisNumber) -> String {
    let offset = axis == 2 ? epilogue.column : 0
    let first = epilogue.positions[axis]
    return offset == 0 ? first : text.value("add i64 \(first), \(offset)")
  }

  mutating func load(_ input: Int) -> String {
    guard let access = epilogue.nest?.inputs[input], !access.isResult else {
      return epilogue.product
    }
    let stride = access.strides[2]
    return text.load(
      access.scalarType, stride == 0 ? 1 : layout.lanes, at: place(of: access, input),
      stride: stride, count: stride == 0 ? 1 : epilogue.count)
  }

  /// Takes a vector of the product, at a column of the line, through the program.
  mutating func writeEpilogue(of product: String, column: Int, _ count: Int) {
    guard let nest = epilogue.nest else { return }
    epilogue.product = product
    epilogue.column = column
    epilogue.count = count
    for step in nest.steps.indices where epilogue.names[epilogue.place(of: step)] == nil {
      epilogue.names[epilogue.place(of: step)] = write(step)
    }
    for (number, output) in nest.outputs.enumerated() {
      let value = spread(output.step, layout.lanes)
      text.store(
        value, output.access.scalarType, layout.lanes,
        at: place(of: output.access, nest.inputs.count + number), stride: output.access.strides[2],
        count: count)
    }
  }

  private mutating func place(of access: StridedNest.Access, _ number: Int) -> String {
    let bytes = epilogue.column * access.strides[2] * access.scalarType.byteCount
    let pointer = epilogue.pointers[number]
    return bytes == 0 ? pointer : text.value("getelementptr i8, ptr \(pointer), i64 \(bytes)")
  }

  // MARK: Arguments of a tile

  /// Where the accesses begin in the tile, and where the tile is in the product.
  var epilogueParameters: [String] {
    guard let nest = epilogue.nest else { return [] }
    return nest.accesses.indices.map { "ptr %access\($0)" }
      + ["i64 %batch", "i64 %row", "i64 %column"] + pitches.map { "i64 %pitch\($0.access)" }
  }

  func epilogueArguments(_ values: [String]) -> String {
    zip(epilogueParameters, values + pitches.map { String($0.bytes) }).map { parameter, value in
      ", \(parameter.prefix { $0 != " " }) \(value)"
    }.joined()
  }

  /// The bytes from a line to the next for those accesses that have others there.
  private var pitches: [(access: Int, bytes: Int)] {
    (epilogue.nest?.accesses ?? []).enumerated().compactMap { number, access in
      let bytes = access.strides[1] * access.scalarType.byteCount
      return bytes == 0 ? nil : (number, bytes)
    }
  }

  /// Begins the text of a tile.
  mutating func enterEpilogue() {
    guard let nest = epilogue.nest else { return }
    epilogue.pointers = nest.accesses.indices.map { "%access\($0)" }
    epilogue.positions = PerAxis(
      ["%batch"] + (layout.isTransposed ? ["%column", "%row"] : ["%row", "%column"]))
  }

  /// Goes on to a line of the tile.
  mutating func enterLine(_ number: String) {
    for (access, _) in pitches {
      epilogue.pointers[access] = moved(epilogue.pointers[access], number, "%pitch\(access)")
    }
    epilogue.positions[1] = text.value("add i64 \(epilogue.positions[1]), \(number)")
    epilogue.names = [:]
  }

  // MARK: Pointers

  /// Where the accesses of the epilogue begin.
  mutating func epilogueBases() -> [String] {
    let accesses = epilogue.nest?.accesses ?? []
    return accesses.map { access in
      let base = base(access.isResult ? "%results" : "%operands", access.buffer)
      let bytes = access.offset * access.scalarType.byteCount
      return bytes == 0 ? base : text.value("getelementptr i8, ptr \(base), i64 \(bytes)")
    }
  }

  /// The pointers of the epilogue moved along the batch, or rows or columns of the layout.
  mutating func moveEpilogue(
    _ pointers: [String], _ position: String, by stride: KeyPath<ProductLayout.Matrix, Int>
  ) -> [String] {
    guard let nest = epilogue.nest else { return [] }
    return zip(nest.accesses, pointers).map { access, pointer in
      let bytes = layout.matrix(of: access)[keyPath: stride] * access.scalarType.byteCount
      if bytes == 0 { return pointer }
      let distance = text.value("mul i64 \(position), \(bytes)")
      return text.value("getelementptr i8, ptr \(pointer), i64 \(distance)")
    }
  }
}
