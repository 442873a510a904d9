import AdjointCore
import AdjointKernels

/// A random product with a random epilogue, and operands whose products and sums are exact in any order.
struct RandomEpilogue {
  private(set) var product: Contraction
  private(set) var operands: [Tensor] = []
  private(set) var results: [TensorType] = []
  /// For results that are written over an operand, the operand.
  private(set) var over: [Int: Int] = [:]
  private var random: SeededRandom

  /// Functions that give the same bits however they are computed.
  private static let unary: [UnaryFunction] = [.negate, .abs, .sign, .floor, .not]
  private static let binary: [BinaryFunction] = [.add, .subtract, .multiply, .maximum, .minimum]

  init(seed: Int, special: Bool) throws {
    random = SeededRandom(seed)
    let extents = [1, 2, 3, 4, 7, 8, 9, 15, 17, 31, 33, 50]
    let type = random.pick([ScalarType.f32, .f32, .f64])
    let (batch, rows, columns) = (
      random.pick([1, 1, 3]), random.pick(extents), random.pick(extents)
    )
    let inner = random.pick([1, 2, 5, 16, 40, 130, 400, 460, 801])
    let left = Self.layout(rows, inner, &random)
    let right = Self.layout(inner, columns, &random)
    product = Contraction(
      type, batch: batch, rows: rows, columns: columns, inner: inner, left: left, right: right)
    for layout in [left, right] {
      let count = TensorType(type, extents: [layout.batchStrides[0] * batch])
      operands.append(special ? try rareSpecials(count) : try random.tameTensor(count))
    }
    product.scale = random.pick([1, 1, -0.5])
    let element = TensorType(type, extents: Array(product.extents))
    if random.chance(1, in: 2) {
      product.addendScale = random.pick([1, 2, -1])
      operands.append(try random.tameTensor(element))
    }
    try addEpilogue()
  }

  private static func layout(
    _ rows: Int, _ columns: Int, _ random: inout SeededRandom
  ) -> Contraction.Layout {
    let isTransposed = random.chance(1, in: 2)
    let line = (isTransposed ? rows : columns) + random.pick([0, 0, 3])
    return Contraction.Layout(
      batchStride: line * (isTransposed ? columns : rows), rowStride: isTransposed ? 1 : line,
      columnStride: isTransposed ? line : 1)
  }

  /// Small numbers with a NaN or an infinity here and there.
  private mutating func rareSpecials(_ type: TensorType) throws -> Tensor {
    let values = (0..<(type.shape.elementCount ?? 0)).map { _ in
      random.chance(1, in: 200)
        ? random.pick([Double.nan, .infinity, -.infinity]) : random.pick([1.0, -1, 2, 0.5])
    }
    return try Tensor(
      Tensor.Storage(casting: values, as: type.scalarType), extents: type.boundExtents())
  }

  private mutating func addEpilogue() throws {
    var nest = product.plainEpilogue
    let stored = nest.outputs
    nest.outputs = []
    for _ in 0..<random.below(4) { try addOperand(to: &nest) }
    for _ in 0..<(1 + random.below(6)) { addStep(to: &nest) }
    // Result 0 is of the product's type: the product itself, or another step.
    let steps = nest.program.steps
    let like = steps.indices.filter { steps[$0].type == product.scalarType }
    var first = stored[0]
    if random.chance(2, in: 3) { first.step = random.pick(Array(like)) }
    nest.outputs.append(first)
    results.append(TensorType(product.scalarType, extents: Array(product.extents)))
    for _ in 0..<random.below(3) {
      let step = InstructionNumber(
        random.chance(2, in: 3) ? steps.count - 1 : random.below(steps.count))
      let access = product.pointAccess(steps[step].type)
      nest.outputs.append(.init(result: results.count, step: step, access: access))
      results.append(TensorType(access.scalarType, extents: access.extents))
    }
    product.epilogue = nest
    for result in results.indices {
      let choices = operands.indices.filter {
        operands[$0].type == results[result] && !over.values.contains($0)
          && Kernel.contraction(product).mayAlias(result: result, operand: $0)
      }
      if !choices.isEmpty, random.chance(1, in: 2) { over[result] = random.pick(choices) }
    }
  }

  private mutating func addOperand(to nest: inout LoopNest) throws {
    let type = random.pick([ScalarType.f32, .f32, product.scalarType, .f64, .i32, .bool])
    var access = product.pointAccess(type)
    if random.chance(1, in: 2) {
      // A bias, a column, a number for each matrix, one for all; or a part of something larger.
      let axes: [AxisNumber] = random.pick([[2], [1], [0], [], [0, 2], [2, 1], [1, 2]])
      let margin = random.pick([0, 0, 2])
      access = Access(
        type, extents: axes.map { product.extents[$0] + margin },
        map: IndexMap(axes.map { AxisIndex(axis: $0, start: margin) }))
    }
    let isAddend = product.addendScale != nil && random.chance(1, in: 6)
    if isAddend { access = product.pointAccess(product.scalarType) }
    nest.inputs.append(.init(operand: isAddend ? 2 : operands.count, access: access))
    nest.program.append(.load(input: nest.inputs.count - 1), access.scalarType)
    if !isAddend { operands.append(try random.tensor(TensorType(type, extents: access.extents))) }
  }

  private mutating func addStep(to nest: inout LoopNest) {
    let steps = nest.program.steps
    let a = InstructionNumber(
      random.chance(1, in: 2) ? steps.count - 1 : random.below(steps.count))
    let type = steps[a].type
    let like = steps.indices.filter { steps[$0].type == type }
    let truths = steps.indices.filter { steps[$0].type == .bool }
    switch random.below(8) {
    case 0: nest.program.append(.unary(random.pick(Self.unary), a), type)
    case 1, 2, 3:
      nest.program.append(.binary(random.pick(Self.binary), a, random.pick(Array(like))), type)
    case 4:
      nest.program.append(
        .compare(random.pick(Comparison.allCases), a, random.pick(Array(like))), .bool)
    case 5 where !truths.isEmpty:
      nest.program.append(
        .select(random.pick(Array(truths)), random.pick(Array(like)), random.pick(Array(like))),
        type)
    case 6: nest.program.append(.cast(a), random.pick(ScalarType.allCases))
    case 7:
      nest.program.append(
        .index(AxisIndex(axis: AxisNumber(random.below(3)), start: random.below(5), step: 2)),
        random.pick(ScalarType.allCases))
    default:
      nest.program.append(.constant(ScalarLiteral(random.pick([0, 1, -2.5]), type)), type)
    }
  }
}
