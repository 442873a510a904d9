import AdjointCore
import AdjointKernels

/// The epilogue of a product: its elements go through a scalar program vector by vector, along the rows
/// in which the result lies.
extension ProductWriter: ProgramWriter {
  /// The steps of an epilogue and where in it the text is.
  struct EpilogueState {
    /// The rows and columns that a step's value depends on.
    struct Dependence {
      var onRow = false
      var onColumn = false
    }

    /// A step at a row and a column of a tile, −1 where it does not depend on them.
    struct Place: Hashable {
      var step: Int
      var row: Int
      var column: Int
    }

    let nest: StridedNest?
    let dependences: [Dependence]
    /// Where the accesses are at the first element of the tile, inputs before outputs.
    var pointers: [String] = []
    /// The batch, row and column of the first element of the tile.
    var positions: [String] = []
    /// What has been written of the tile.
    var names: [Place: String] = [:]
    /// The vector that is being written: the product, its place in the tile, and the lanes that count.
    var product = ""
    var row = 0
    var column = 0
    var count = 0

    init(_ nest: StridedNest?) {
      self.nest = nest
      dependences = nest.map(Self.dependences) ?? []
    }

    private static func dependences(of nest: StridedNest) -> [Dependence] {
      var all: [Dependence] = []
      for step in nest.steps {
        var own = Dependence()
        switch step.instruction {
        case .constant: break
        case .load(let input):
          own.onRow = nest.inputs[input].strides[1] != 0
          own.onColumn = nest.inputs[input].strides[2] != 0 || nest.inputs[input].isResult
        case .index(let index): (own.onRow, own.onColumn) = (index.axis == 1, index.axis == 2)
        case .unary, .binary, .compare, .select, .cast:
          for operand in step.instruction.operands {
            own.onRow = own.onRow || all[operand].onRow
            own.onColumn = own.onColumn || all[operand].onColumn
          }
        }
        all.append(own)
      }
      return all
    }

    /// Begins a tile.
    mutating func enter(pointers: [String], positions: [String]) {
      self.pointers = pointers
      self.positions = positions
      names = [:]
    }

    /// The place of a step's value in the tile.
    func place(of step: Int) -> Place {
      Place(
        step: step, row: dependences[step].onRow ? row : -1,
        column: dependences[step].onColumn ? column : -1)
    }
  }

  var steps: [ScalarProgram.Step] { epilogue.nest?.steps ?? [] }

  func lanes(of step: Int) -> Int { epilogue.dependences[step].onColumn ? layout.lanes : 1 }

  mutating func spread(_ step: Int, _ lanes: Int) -> String {
    let name = epilogue.names[epilogue.place(of: step)] ?? ""
    if self.lanes(of: step) == lanes { return name }
    return text.spread(name, VectorType(steps[step].type, lanes))
  }

  mutating func position(of axis: Int) -> String {
    let offset = [0, epilogue.row, epilogue.column][axis]
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

  /// Takes a vector of the product, at a row and column of the layout, through the program.
  mutating func writeEpilogue(of product: String, row: Int, column: Int, _ count: Int) {
    guard let nest = epilogue.nest else { return }
    epilogue.product = product
    epilogue.count = count
    (epilogue.row, epilogue.column) = layout.isTransposed ? (column, row) : (row, column)
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
    let elements = epilogue.row * access.strides[1] + epilogue.column * access.strides[2]
    let bytes = elements * access.scalarType.byteCount
    let pointer = epilogue.pointers[number]
    return bytes == 0 ? pointer : text.value("getelementptr i8, ptr \(pointer), i64 \(bytes)")
  }

  // MARK: Arguments of a tile

  /// Where the accesses begin in the tile, and where the tile is in the product.
  var epilogueParameters: [String] {
    guard let nest = epilogue.nest else { return [] }
    return nest.accesses.indices.map { "ptr %access\($0)" } + [
      "i64 %batch", "i64 %row", "i64 %column",
    ]
  }

  func epilogueArguments(_ values: [String]) -> String {
    zip(epilogueParameters, values).map { parameter, value in
      ", \(parameter.prefix { $0 != " " }) \(value)"
    }.joined()
  }

  /// Begins the text of a tile.
  mutating func enterEpilogue() {
    guard let nest = epilogue.nest else { return }
    epilogue.enter(
      pointers: nest.accesses.indices.map { "%access\($0)" },
      positions: ["%batch"] + (layout.isTransposed ? ["%column", "%row"] : ["%row", "%column"]))
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
