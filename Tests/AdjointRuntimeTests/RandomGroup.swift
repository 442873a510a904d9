import AdjointCore
import AdjointKernels

/// A random fusion group with operands that fit it: reductions of rows, stores that use them, and what
/// has one number for each row.
struct RandomGroup {
  var group: FusionGroup
  var operands: [Tensor] = []
  var results: [TensorType] = []
  private var random: SeededRandom
  private let type: ScalarType
  /// The loops that together are the rows, and the points of a row.
  private let rowExtents: [Int]
  private let points: Int
  /// For each value written so far, whether it has one number for each row.
  private var isRowNumber: [Bool] = []

  /// - Parameter hasSpecials: whether operands have NaN and infinities; then nothing is summed.
  init(seed: Int, hasSpecials: Bool) throws {
    random = SeededRandom(seed)
    type = random.pick([.f32, .f32, .f64])
    rowExtents = random.pick([[1], [2], [7], [33], [3, 5], [2, 1, 4], []])
    points = random.pick([1, 2, 5, 16, 31, 64, 130])
    group = FusionGroup(
      rows: rowExtents.reduce(1, *), operandCount: 4, resultCount: 0, locals: [], stages: [])
    for shape in [rowExtents + [points], [points], rowExtents, []] {
      let operand = TensorType(type, extents: shape)
      operands.append(
        try hasSpecials ? random.tensor(operand) : random.tameTensor(operand))
    }
    for _ in 0..<(2 + random.below(5)) { addStage(hasSpecials: hasSpecials) }
    chooseResults()
  }

  private mutating func addStage(hasSpecials: Bool) {
    let isRowOnly = isRowNumber.contains(true) && random.chance(1, in: 5)
    // The same rows as several loops or as one, as views make them.
    let rows = random.chance(1, in: 3) ? [group.rows] : rowExtents
    let extents = isRowOnly ? rows : rows + [points]
    var program = ScalarProgram()
    var inputs: [LoopNest.Input] = []
    var known: [InstructionNumber] = []
    func read(_ number: Int, isRow: Bool) {
      let shape = isRow ? rows : rows + [points]
      inputs.append(
        .init(
          operand: number,
          access: Access(type, extents: shape, map: .identity(rank: shape.count))))
      known.append(program.append(.load(input: inputs.count - 1), type))
    }
    if !isRowOnly { read(0, isRow: false) }
    for value in isRowNumber.indices where isRowNumber[value] || !isRowOnly {
      if random.chance(2, in: 3) {
        read(group.operandCount + value, isRow: isRowNumber[value])
      }
    }
    if random.chance(1, in: 2) { read(2, isRow: true) }
    if !isRowOnly, random.chance(1, in: 2) {
      let map = IndexMap([AxisIndex(axis: AxisNumber(rows.count))])
      inputs.append(.init(operand: 1, access: Access(type, extents: [points], map: map)))
      known.append(program.append(.load(input: inputs.count - 1), type))
    }
    if random.chance(1, in: 4) {
      inputs.append(.init(operand: 3, access: Access(type, extents: [], map: IndexMap([]))))
      known.append(program.append(.load(input: inputs.count - 1), type))
    }
    if !isRowOnly, random.chance(1, in: 3) {
      let axis = AxisNumber(random.below(extents.count))
      known.append(program.append(.index(AxisIndex(axis: axis)), type))
    }
    if known.isEmpty { known.append(program.append(.constant(ScalarLiteral(0, type)), type)) }
    for _ in 0..<(1 + random.below(4)) {
      let function = random.pick([BinaryFunction.add, .subtract, .multiply, .maximum])
      known.append(
        program.append(.binary(function, random.pick(known), random.pick(known)), type))
      // Keeps what later stages make of it within bounds.
      if random.chance(1, in: 2), let last = known.last {
        known.append(program.append(.unary(.tanh, last), type))
      }
    }
    var outputs: [LoopNest.Output] = []
    for _ in 0..<(1 + random.below(2)) {
      let reduces = !isRowOnly && random.chance(1, in: 2)
      let shape = reduces || isRowOnly ? rows : rows + [points]
      let combiner = random.pick(
        hasSpecials ? [Combiner.maximum, .minimum] : [.sum, .maximum, .minimum])
      let access = Access(type, extents: shape, map: .identity(rank: shape.count))
      outputs.append(
        .init(
          result: isRowNumber.count, step: known.last ?? 0, access: access,
          combiner: reduces ? combiner : nil))
      isRowNumber.append(reduces || isRowOnly)
    }
    group.stages.append(
      .init(
        nest: LoopNest(extents: extents, inputs: inputs, program: program, outputs: outputs),
        rowAxes: rows.count))
  }

  /// Makes the last value and some others results, numbered before those that are not.
  private mutating func chooseResults() {
    var order = isRowNumber.indices.filter {
      $0 == isRowNumber.count - 1 || random.chance(1, in: 3)
    }
    group.resultCount = order.count
    order += isRowNumber.indices.filter { !order.contains($0) }
    var numbers = order
    for (number, value) in order.enumerated() { numbers[value] = number }
    for value in order {
      let count = group.rows * (isRowNumber[value] ? 1 : points)
      if results.count < group.resultCount {
        results.append(TensorType(type, extents: [count]))
      } else {
        group.locals.append(.init(scalarType: type, elementCount: count))
      }
    }
    func slot(_ place: Int) -> Slot {
      place < group.resultCount ? .result(place) : .local(place - group.resultCount)
    }
    for stage in group.stages.indices {
      for input in group.stages[stage].nest.inputs.indices {
        let operand = group.stages[stage].nest.inputs[input].operand
        if operand < group.operandCount { continue }
        group.stages[stage].nest.inputs[input].source = slot(numbers[operand - group.operandCount])
      }
      for output in group.stages[stage].nest.outputs.indices {
        let value = group.stages[stage].nest.outputs[output].result
        group.stages[stage].nest.outputs[output].target = slot(numbers[value])
      }
    }
  }
}
