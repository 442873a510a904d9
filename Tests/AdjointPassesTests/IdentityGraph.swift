import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport

/// Small graphs made at random in which identities are likely: operators that have some on one another's
/// results, on the same value twice, on numbers such as 0, 1, −1 and powers of two, over extents of 1, and
/// movements of data that move nothing.
///
/// Operators without attributes are taken from the registry as they are, so that a new one is among them.
struct IdentityGraph {
  private let builder: GraphBuilder
  private var random: SeededGenerator
  private let type: ScalarType
  private var pool: [Value] = []

  static func make(_ type: ScalarType, seed: UInt64) throws -> Graph {
    var maker = IdentityGraph(type, seed: seed)
    return try maker.graph()
  }

  private init(_ type: ScalarType, seed: UInt64) {
    builder = GraphBuilder("identities\(seed)")
    builder.mergesEqualNodes = true
    random = SeededGenerator(seed: seed)
    self.type = type
  }

  /// Operators that a file may name without attributes; composites have their patterns in formulas.
  private static let plain: [any Operator] = OperatorRegistry.standard.mnemonics.compactMap {
    try? OperatorRegistry.standard[$0]?.init(attributes: AttributeList())
  }.filter { $0.composite == nil }

  /// Those that have identities.
  private static let rewritten = plain.filter {
    !RewriteTable(StandardRewrites.all)[Swift.type(of: $0)].isEmpty
  }

  private static let numbers: [Double] = [
    0, -0.0, 1, 1, -1, -1, 2, 2, 0.5, 0.25, -2, 3, 0.1, 0x1p100, 0x1p-100, -0x1p60, 0x1p-80, 1e-30,
    -1e25,
  ]

  private mutating func graph() throws -> Graph {
    let shape: Shape = Bool.random(using: &random) ? [2, 3] : [2, 1, 3]
    for number in 0..<2 { pool.append(builder.input("x\(number)", type, shape)) }
    pool.append(builder.input("row", type, [3]))
    pool.append(builder.input("condition", .bool, shape))
    pool.append(builder.input("square", type, [2, 2]))
    for number in 0..<2 {
      pool.append(builder.full(Double(number), TensorType(.bool, shape)))
    }
    for _ in 0..<20 {
      let next =
        Int.random(in: 0..<3, using: &random) > 0 ? try elementwise() : try movement(pick())
      if let next, next.shape.elementCount ?? .max <= 36 { pool.append(next) }
    }
    builder.output("last", pool[pool.count - 1])
    return try builder.build()
  }

  /// A value, more likely a late one.
  private mutating func pick() -> Value {
    let late = Bool.random(using: &random) ? min(6, pool.count) : pool.count
    return pool[pool.count - 1 - Int.random(in: 0..<late, using: &random)]
  }

  /// Another operand beside a value: the same, a number, or one of its shape.
  private mutating func partner(of value: Value) throws -> Value {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return value
    case 1, 2:
      let scalarType = value.scalarType
      let numbers =
        scalarType.isDifferentiable ? Self.numbers : scalarType == .bool ? [0, 1] : [0, 1, 2]
      return builder.full(
        numbers[Int.random(in: 0..<numbers.count, using: &random)], value.type)
    default:
      let alike = pool.filter { $0.type == value.type }
      return alike.randomElement(using: &random) ?? value
    }
  }

  /// An operator of the registry on operands that it takes.
  private mutating func elementwise(depth: Int = 0) throws -> Value? {
    let operations = Int.random(in: 0..<4, using: &random) > 0 ? Self.rewritten : Self.plain
    let operation = operations[Int.random(in: 0..<operations.count, using: &random)]
    for _ in 0..<4 {
      var first = pick()
      if depth < 2, Bool.random(using: &random), let inner = try elementwise(depth: depth + 1) {
        first = inner
      }
      var second = try partner(of: first)
      if Bool.random(using: &random) {
        let alike = pool.filter { $0.shape == first.shape }
        second = alike.randomElement(using: &random) ?? first
      }
      let third = try partner(of: second)
      let orders = [[first], [first, second], [second, first], [first, second, third]]
      for operands in orders.shuffled(using: &random) {
        guard let types = try? operation.resultTypes(for: operands.map(\.type)), types.count == 1
        else { continue }
        let result = builder.apply(operation, operands)
        let isUnary = operands.count == 1 && result.type == first.type
        // Some cancel themselves, as a change of sign does.
        return isUnary && Bool.random(using: &random)
          ? builder.apply(operation, [result]) : result
      }
    }
    return nil
  }

  /// A movement of data, which as often as not changes nothing, a reduction or a product.
  private mutating func movement(_ x: Value) throws -> Value? {
    let extents = x.shape.extents ?? []
    let isPlain = Bool.random(using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      let shapes: [[Int]] = [extents, [extents.reduce(1, *)], extents + [1]]
      let shape = Shape(extents: shapes.shuffled(using: &random)[0])
      return builder.apply(Reshape(shape: shape), [x])
    case 1:
      let added = isPlain ? [] : [Int.random(in: 1...3, using: &random)]
      let axes = extents.indices.map { $0 + added.count }
      return builder.apply(Broadcast(shape: Shape(extents: added + extents), axes: axes), [x])
    case 2:
      let axes = Array(extents.indices)
      return builder.apply(
        Transpose(permutation: isPlain ? axes : axes.shuffled(using: &random)), [x])
    case 3, 4:
      let axes = extents.indices.filter { isPlain ? extents[$0] == 1 : $0.isMultiple(of: 2) }
      let reductions: [any Operator] = [
        ReduceSum(axes: axes), ReduceSum(axes: axes), ReduceMax(axes: axes), ReduceMin(axes: axes),
        ReduceProduct(axes: axes),
      ]
      guard x.scalarType.isNumeric else { return nil }
      return builder.apply(
        reductions[Int.random(in: 0..<reductions.count, using: &random)], [x])
    case 5:
      guard let first = extents.first else { return nil }
      return builder.apply(Slice([.init(axis: 0, start: 0, limit: isPlain ? first : 1)]), [x])
    case 6:
      let paddings = extents.map { _ in Pad.Padding(low: 0, high: isPlain ? 0 : 1) }
      return builder.apply(Pad(paddings, with: 0), [x])
    case 7:
      guard !extents.isEmpty else { return nil }
      return builder.apply(Concatenate(axis: 0), isPlain ? [x] : [x, x])
    case 8:
      let types: [ScalarType] = [x.scalarType, .f64, .i32, .f32, .i64, .u8, .bool]
      func cast(_ x: Value) throws -> Value {
        builder.apply(Cast(to: types[Int.random(in: 0..<types.count, using: &random)]), [x])
      }
      return try isPlain ? cast(cast(x)) : cast(x)
    default:
      if isPlain { return builder.apply(Extent(axes: Array(extents.indices), to: .f32), [x]) }
      guard extents.count == 2, x.scalarType.isDifferentiable else { return nil }
      // Of several products and their transposes, some are transposes of products.
      let turned = builder.apply(Transpose(permutation: [1, 0]), [x])
      let product = builder.apply(
        DotGeneral(left: .init(contract: [1]), right: .init(contract: [0])), [x, turned])
      return builder.apply(Transpose(permutation: [1, 0]), [product])
    }
  }
}
