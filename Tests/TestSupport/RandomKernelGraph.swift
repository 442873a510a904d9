import AdjointCore
import AdjointGraph
import AdjointOperators

/// Seeded graphs that mix everything lowering treats differently: element-wise work, broadcasts,
/// reductions, views, partial writes, contractions, gathers, constants, updates and odd outputs.
package struct RandomKernelGraph {
  private let random: CounterBasedRandom
  private var counter: UInt64 = 0
  private let builder = GraphBuilder("random")
  private var values: [Value] = []
  private var indices: [Value] = []

  package static func graph(seed: UInt64, nodeCount: Int) throws -> Graph {
    var maker = RandomKernelGraph(random: CounterBasedRandom(seed: seed, stream: 99))
    return try maker.graph(nodeCount)
  }

  private init(random: CounterBasedRandom) { self.random = random }

  private mutating func pick(_ count: Int) -> Int {
    counter += 1
    return Int(random.bits(at: counter).0 % UInt64(max(count, 1)))
  }

  private mutating func extents() -> [Int] {
    let choices = [1, 2, 3, 5, 0, 4, 2, 3]
    // Zeros are rare, for nothing can go wrong in an empty tensor.
    return (0..<pick(4)).map { _ in
      let extent = choices[pick(choices.count)]
      return extent == 0 && pick(3) > 0 ? 3 : extent
    }
  }

  private mutating func graph(_ nodeCount: Int) throws -> Graph {
    var parameters: [Value] = []
    for number in 0..<2 + pick(3) {
      values.append(builder.input("x\(number)", .f32, Shape(extents: extents())))
    }
    indices.append(builder.input("at", .i32, [4]))
    for number in 0..<1 + pick(4) {
      let shape = number > 0 && pick(2) == 0 ? parameters[0].shape : Shape(extents: extents())
      parameters.append(builder.parameter("p\(number)", .f32, shape))
    }
    values += parameters
    for _ in 0..<nodeCount { try addNode() }
    for number in 0..<1 + pick(4) {
      builder.output("y\(number)", values[pick(values.count)])
    }
    for parameter in parameters where pick(4) > 0 {
      let candidates = values.filter { $0.type == parameter.type }
      var value = candidates[pick(candidates.count)]
      if pick(2) == 0 { value = parameter - 0.5 * value }
      if pick(4) == 0 {
        let count = parameter.shape.elementCount ?? 0
        value = value.reshaped(to: [count, 1]).reshaped(to: parameter.shape)
      }
      builder.update(parameter, to: value)
    }
    return try builder.build()
  }

  private mutating func addNode() throws {
    // Recent values more often than old ones.
    let back = pick(2) == 0 ? min(4, values.count) : values.count
    let x = values[values.count - 1 - pick(back)]
    let peers = values.filter { $0.shape == x.shape }
    let other = peers[pick(peers.count)]
    let axis = pick(x.rank)
    switch pick(18) {
    case 0: values.append(tanh(x))
    case 1: values.append(x + other)
    case 2: values.append(x * other)
    case 3: values.append(other - 0.25 * x)
    case 4: values.append(select(x .> other, x, other))
    case 5: values.append(builder.apply(Maximum(), [x, other]))
    case 6, 7:
      guard x.rank > 0 else { return values.append(exp(0.1 * x)) }
      values.append(pick(2) == 0 ? x.sum(squeezingAxes: [axis]) : x.sum(alongAxes: [axis]))
    case 8:
      guard x.rank < 3 else { return values.append(sin(x)) }
      let place = pick(x.rank + 1)
      var shape = x.shape
      shape.dimensions.insert(.fixed(1 + pick(3)), at: place)
      values.append(
        x.broadcast(to: shape, axes: (0..<x.rank).map { $0 < place ? $0 : $0 + 1 }))
    case 9:
      let count = x.shape.elementCount ?? 0
      values.append(x.reshaped(to: pick(2) == 0 ? [count] : [1, count, 1]))
    case 10:
      guard x.rank > 1 else { return values.append(cos(x)) }
      let turn = 1 + pick(x.rank - 1)
      values.append(
        builder.apply(
          Transpose(permutation: (0..<x.rank).map { ($0 + turn) % x.rank }), [x]))
    case 11:
      guard x.rank > 0, let extent = x.shape[axis].extent, extent > 1 else { return }
      values.append(
        builder.apply(
          Slice([.init(axis: axis, start: pick(2), limit: extent, stride: 1 + pick(2))]), [x]))
    case 12:
      guard x.rank > 0 else { return }
      let padding = (0..<x.rank).map { _ in
        Pad.Padding(low: pick(2), high: pick(2), interior: pick(2))
      }
      values.append(builder.apply(Pad(padding, with: 0.5), [x]))
    case 13:
      guard x.rank > 0 else { return }
      values.append(concatenate([x, other, x], axis: axis))
    case 14:
      guard x.rank > 0, let extent = x.shape[x.rank - 1].extent else { return }
      let weights = builder.iota(.f32, [extent, 3], axis: pick(2))
      values.append(matmul(x, 0.3 * weights))
    case 15:
      guard x.rank > 0 else { return }
      values.append(builder.apply(Gather(axis: axis), [x, indices[0]]))
    case 16:
      guard x.rank > 0 else { return }
      let taken = builder.apply(Gather(axis: axis), [x, indices[0]])
      values.append(builder.apply(ScatterAdd(axis: axis), [other, indices[0], taken]))
    default:
      let number = Double(pick(5)) - 2
      values.append(pick(2) == 0 ? builder.constant(number) : builder.full(number, x.type))
    }
  }
}
