import AdjointCore
import AdjointKernels

/// A small generator: the same seed gives the same tests everywhere.
struct SeededRandom {
  private let source: CounterBasedRandom
  private var counter: UInt64 = 0

  init(_ seed: Int) { source = CounterBasedRandom(seed: UInt64(seed), stream: 7) }

  mutating func below(_ limit: Int) -> Int {
    counter += 1
    return Int(source.bits(at: counter).0 % UInt64(limit))
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
  mutating func chance(_ one: Int, in many: Int) -> Bool { below(many) < one }

  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var left = elements
    var result: [Element] = []
    while !left.isEmpty { result.append(left.remove(at: below(left.count))) }
    return result
  }

  /// Elements that try the rules of each type: NaN, infinities, zeros, extremes.
  mutating func tensor(_ type: TensorType) throws -> Tensor {
    let extents = try type.boundExtents()
    let count = type.shape.elementCount ?? 0
    let specials: [Double] = [
      .nan, .infinity, -.infinity, 0, -0.0, 0.5, -0.5, 1.5, 2.5, -1, 1, 3, 1e-42, 1e30, -7.25, 100,
    ]
    switch type.scalarType {
    case .i32:
      let values: [Int32] = [.min, .max, -1, 0, 1, 7, 2, 300]
      return try Tensor(.i32((0..<count).map { _ in pick(values) }), extents: extents)
    case .i64:
      let values: [Int64] = [.min, .max, -1, 0, 1, 7, 2, 300, 1 << 40]
      return try Tensor(.i64((0..<count).map { _ in pick(values) }), extents: extents)
    case .f32, .f64, .u8, .bool:
      let values = (0..<count).map { _ in pick(specials) }
      return try Tensor(Tensor.Storage(casting: values, as: type.scalarType), extents: extents)
    }
  }

  /// Elements whose sums and products are exact in any order.
  mutating func tameTensor(_ type: TensorType) throws -> Tensor {
    let values = (0..<(type.shape.elementCount ?? 0)).map { _ in pick([1.0, -1, 1, 1, -1, 2, 0.5]) }
    return try Tensor(
      Tensor.Storage(casting: values, as: type.scalarType), extents: type.boundExtents())
  }
}

/// A random loop nest with operands that fit it.
struct RandomNest {
  var nest: LoopNest
  var operands: [Tensor] = []
  var results: [TensorType] = []
  private var random: SeededRandom

  /// Functions whose results do not depend on how they are computed.
  private static let unary: [UnaryFunction] = [
    .negate, .abs, .sign, .sqrt, .reciprocal, .floor, .ceil, .round, .not,
  ]
  private static let binary: [BinaryFunction] = [
    .add, .subtract, .multiply, .divide, .maximum, .minimum, .and, .or,
  ]

  init(seed: Int, reduces: Bool) throws {
    random = SeededRandom(seed)
    nest = LoopNest(extents: [], inputs: [], program: ScalarProgram(), outputs: [])
    chooseExtents()
    for _ in 0..<(1 + random.below(3)) { try addLoad(tame: reduces) }
    if !reduces { for _ in 0..<random.below(10) { addStep() } }
    if reduces {
      for _ in 0..<(1 + random.below(2)) { addOutput(combiner: random.pick(Combiner.allCases)) }
    }
    if !reduces || random.chance(1, in: 2) {
      for _ in 0..<(1 + random.below(2)) { addOutput(combiner: nil) }
    }
  }

  /// A nest whose results may be written over its operands: result r has the type and the access of
  /// operand r, for as many results as there are operands or fewer.
  init(seed: Int, inPlaceOver shared: Int) throws {
    random = SeededRandom(seed)
    let extents: PerAxis<Int> = random.pick([
      [], [1], [7], [1100], [3, 5], [40, 33], [2, 700], [5, 4, 90],
    ])
    nest = LoopNest(extents: extents, inputs: [], program: ScalarProgram(), outputs: [])
    let isPlain = random.chance(2, in: 3)
    let axes = isPlain ? Array(extents.indices) : random.shuffled(Array(extents.indices))
    for number in 0..<shared + 1 {
      let type = random.pick([ScalarType.f32, .f32, .i32, .f64])
      let access =
        isPlain
        ? Access(type, extents: Array(extents), map: .identity(rank: extents.count))
        : wholeAccess(type, axes: axes)
      operands.append(try random.tensor(TensorType(type, extents: access.extents)))
      nest.inputs.append(.init(operand: number, access: access))
      nest.program.append(.load(input: number), type)
    }
    for _ in 0..<random.below(9) { addStep() }
    for number in 0..<shared {
      let access = nest.inputs[number].access
      let steps = nest.program.steps
      let like = steps.indices.filter { steps[$0].type == access.scalarType }
      let step = random.chance(1, in: 2) ? random.pick(like) : like[like.count - 1]
      results.append(TensorType(access.scalarType, extents: access.extents))
      nest.outputs.append(.init(result: number, step: step, access: access))
    }
  }

  private mutating func chooseExtents() {
    var points = 1
    for _ in 0..<random.below(5) {
      let extent = random.pick([0, 1, 1, 2, 2, 3, 4, 5, 7, 8, 16, 17, 31, 70, 130, 600, 1100, 2100])
      if extent == 0, !random.chance(1, in: 4) { continue }
      if max(points, 1) * extent > 2600 { continue }
      points *= extent
      nest.extents.append(extent)
    }
  }

  /// A map of the loop into a new buffer, and the extents of that buffer.
  private mutating func access(
    _ type: ScalarType, axes: [AxisNumber]
  ) -> Access {
    var extents: [Int] = []
    var map: [AxisIndex] = []
    for axis in axes {
      let extent = nest.extents[axis]
      let step = random.chance(2, in: 3) ? 1 : random.pick([-1, 2, -2, 1])
      let margin = random.chance(2, in: 3) ? 0 : random.below(3)
      let span = max(extent - 1, 0) * abs(step)
      map.append(
        AxisIndex(axis: axis, start: (step < 0 ? span : 0) + margin, step: step))
      extents.append(extent == 0 ? margin : span + 1 + margin + random.below(margin + 1))
    }
    if random.chance(1, in: 6) {
      let place = random.below(map.count + 1)
      map.insert(AxisIndex(axis: nil, start: random.below(2)), at: place)
      extents.insert(2, at: place)
    }
    return Access(type, extents: extents, map: IndexMap(map))
  }

  /// A map of the loop onto all elements of a new buffer, along some axes from the end.
  private mutating func wholeAccess(_ type: ScalarType, axes: [AxisNumber]) -> Access {
    let map = axes.map { axis in
      random.chance(1, in: 3)
        ? AxisIndex(axis: axis, start: nest.extents[axis] - 1, step: -1) : AxisIndex(axis: axis)
    }
    return Access(type, extents: axes.map { nest.extents[$0] }, map: IndexMap(map))
  }

  private mutating func addLoad(tame: Bool) throws {
    let type = random.pick([ScalarType.f32, .f32, .f32, .f64, .i32, .i64, .u8, .bool])
    var axes = Array(nest.axes)
    if random.chance(1, in: 3) { axes = axes.filter { _ in random.chance(1, in: 2) } }
    if random.chance(1, in: 4) { axes = random.shuffled(axes) }
    let access = access(type, axes: axes)
    let tensorType = TensorType(type, extents: access.extents)
    operands.append(try tame ? random.tameTensor(tensorType) : random.tensor(tensorType))
    nest.inputs.append(.init(operand: operands.count - 1, access: access))
    nest.program.append(.load(input: nest.inputs.count - 1), type)
  }

  private mutating func addStep() {
    let steps = nest.program.steps
    let a = InstructionNumber(random.below(steps.count))
    let type = steps[a].type
    let like = steps.indices.filter { steps[$0].type == type }
    let truths = steps.indices.filter { steps[$0].type == .bool }
    switch random.below(8) {
    case 0:
      let functions = Self.unary.filter {
        type.isDifferentiable || ($0 != .sqrt && $0 != .reciprocal)
      }
      nest.program.append(.unary(random.pick(functions), a), type)
    case 1, 2:
      nest.program.append(.binary(random.pick(Self.binary), a, random.pick(Array(like))), type)
    case 3:
      nest.program.append(
        .compare(random.pick(Comparison.allCases), a, random.pick(Array(like))), .bool)
    case 4 where !truths.isEmpty:
      nest.program.append(
        .select(random.pick(Array(truths)), random.pick(Array(like)), random.pick(Array(like))),
        type)
    case 5: nest.program.append(.cast(a), random.pick(ScalarType.allCases))
    case 6 where !nest.extents.isEmpty:
      let axis = AxisNumber(random.below(nest.extents.count))
      nest.program.append(
        .index(AxisIndex(axis: axis, start: random.below(5), step: random.pick([1, -1, 3]))),
        random.pick(ScalarType.allCases))
    default:
      nest.program.append(
        .constant(ScalarLiteral(random.pick([0, 1, -2.5, 7, .infinity]), type)), type)
    }
  }

  private mutating func addOutput(combiner: Combiner?) {
    let count = nest.program.steps.count
    let step = InstructionNumber(random.chance(2, in: 3) ? count - 1 : random.below(count))
    var axes = Array(nest.axes)
    if combiner != nil { axes = axes.filter { _ in random.chance(1, in: 2) } }
    if random.chance(1, in: 3) { axes = random.shuffled(axes) }
    let type = nest.program.steps[step].type
    let access = access(type, axes: axes)
    results.append(TensorType(type, extents: access.extents))
    nest.outputs.append(
      .init(result: results.count - 1, step: step, access: access, combiner: combiner))
  }
}
