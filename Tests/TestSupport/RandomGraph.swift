import AdjointCore
import AdjointGraph
import AdjointOperators

/// Graphs made at random from a seed, for tests of what has to hold for every graph.
///
/// They are `f64` and smooth, with element-wise functions, arithmetic, broadcasts, reductions, composites,
/// reshapes, transposes and matrix products over small shapes, among them extents of 1. Every value stays within
/// a bound, so that derivatives can be compared with differences.
package struct RandomGraph {
  /// A value and a bound of its magnitude for inputs and parameters within ±1.
  struct Bounded {
    var value: Value
    var bound: Double
  }

  /// How large graphs get.
  struct Limits {
    var inputs = 1...3
    var parameters = 0...2
    var rank = 3
    /// The most elements of a value, but for those of batches.
    var elementCount = 64
  }

  private static let largestBound = 16.0

  let builder: GraphBuilder
  let limits: Limits
  var random: SeededGenerator
  var pool: [Bounded] = []
  /// What can be called, those that call others behind them.
  var library: [RandomFunction] = []
  /// Whether a batch may be of gradients of a function.
  var takesGradients = false

  /// A graph of about the given number of nodes that the verifier accepts; the inputs are `x0` …, the
  /// parameters `w0` …, the outputs `y`, a scalar that depends on most nodes, and `last`, of any shape.
  package static func make(nodeCount: Int, seed: UInt64) throws(Diagnostic) -> Graph {
    var maker = RandomGraph("random\(seed)", Limits(), SeededGenerator(seed: seed))
    try maker.addSources()
    while maker.builder.nodes.count < nodeCount { maker.keep(try maker.step()) }
    return try maker.finished()
  }

  init(_ name: String, _ limits: Limits, _ random: SeededGenerator) {
    builder = GraphBuilder(name)
    self.limits = limits
    self.random = random
  }

  mutating func addSources() throws(Diagnostic) {
    for index in 0..<Int.random(in: limits.inputs, using: &random) {
      pool.append(Bounded(value: builder.input("x\(index)", .f64, shape()), bound: 1))
    }
    for index in 0..<Int.random(in: limits.parameters, using: &random) {
      let parameter = try builder.parameter(
        "w\(index)", .f64, shape(), .uniform(from: -1, to: 1))
      pool.append(Bounded(value: parameter, bound: 1))
    }
  }

  /// Puts a value into the pool, within the bound, and gives it a name now and then.
  mutating func keep(_ made: Bounded) {
    let next = made.bound > Self.largestBound ? Bounded(value: tanh(made.value), bound: 1) : made
    if Int.random(in: 0..<7, using: &random) == 0 {
      let name = "node\(next.value.id.node)"
      if !builder.hasNode(named: name), builder.node(next.value.id.node).name == nil {
        next.value.named(name)
      }
    }
    pool.append(next)
  }

  /// The graph, whose scalar output is a sum over the latest values.
  func finished() throws(Diagnostic) -> Graph {
    var total = pool[pool.count - 1].value.sum()
    for item in pool.dropLast().suffix(7) { total = total + tanh(item.value).sum() }
    builder.output("y", total)
    builder.output("last", pool[pool.count - 1].value)
    return try builder.build()
  }

  mutating func shape() -> Shape {
    let rank = Int.random(in: 0...limits.rank, using: &random)
    return Shape(extents: (0..<rank).map { _ in Int.random(in: 1...3, using: &random) })
  }

  /// One of the latest values, so that most of them are used.
  mutating func pick() -> Bounded {
    pool[Int.random(in: max(0, pool.count - 12)..<pool.count, using: &random)]
  }

  mutating func step() throws(Diagnostic) -> Bounded {
    let x = pick()
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1, 2: return try unary(x)
    case 3, 4, 5, 6: return try binary(x, pick())
    case 7: return try reduction(x)
    case 8: return try movement(x)
    default: return try product(x, pick())
    }
  }

  mutating func unary(_ x: Bounded) throws(Diagnostic) -> Bounded {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: return Bounded(value: sin(x.value), bound: 1)
    case 1: return Bounded(value: cos(x.value), bound: 1)
    case 2: return Bounded(value: tanh(x.value), bound: 1)
    case 3: return Bounded(value: sigmoid(x.value), bound: 1)
    case 4: return Bounded(value: softplus(x.value), bound: x.bound + 1)
    case 5: return Bounded(value: exp(tanh(x.value)), bound: 3)
    case 6: return Bounded(value: log(2 + sin(x.value)), bound: 2)
    case 7: return Bounded(value: silu(x.value), bound: x.bound)
    case 8: return Bounded(value: gelu(x.value), bound: x.bound)
    default: return Bounded(value: -x.value, bound: x.bound)
    }
  }

  /// Arithmetic of two values, or of a value and the other one's sum where they do not broadcast.
  mutating func binary(_ x: Bounded, _ y: Bounded) throws(Diagnostic) -> Bounded {
    var y = y
    let fits = Shape.broadcast(x.value.shape, y.value.shape)
    let isAlike = x.value.shape == y.value.shape
    if !isAlike, (fits?.elementCount ?? .max) > limits.elementCount {
      y = Bounded(value: tanh(y.value.sum()), bound: 1)
    }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return Bounded(value: x.value + y.value, bound: x.bound + y.bound)
    case 1: return Bounded(value: x.value - y.value, bound: x.bound + y.bound)
    case 2: return Bounded(value: x.value * y.value, bound: x.bound * y.bound)
    default: return Bounded(value: x.value / (2 + sin(y.value)), bound: x.bound)
    }
  }

  mutating func reduction(_ x: Bounded) throws(Diagnostic) -> Bounded {
    var axes: [Int] = []
    for axis in 0..<x.value.rank where Bool.random(using: &random) { axes.append(axis) }
    let keeps = Bool.random(using: &random)
    if !axes.isEmpty, Bool.random(using: &random) { return composite(x, axes) }
    let value = keeps ? x.value.sum(alongAxes: axes) : x.value.sum(squeezingAxes: axes)
    return Bounded(value: value, bound: x.bound * Double(limits.elementCount))
  }

  private mutating func composite(_ x: Bounded, _ axes: [Int]) -> Bounded {
    func applied(_ operation: any Operator) -> Value { builder.apply(operation, [x.value]) }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return Bounded(value: applied(Softmax(axes: axes)), bound: 1)
    case 1:
      return Bounded(
        value: applied(LogSoftmax(axes: axes)), bound: 2 * x.bound + Double(limits.elementCount))
    case 2:
      return Bounded(
        value: applied(LogSumExp(axes: axes)), bound: x.bound + Double(limits.elementCount))
    case 3: return Bounded(value: applied(Mean(axes: axes)), bound: x.bound)
    default: return Bounded(value: applied(Variance(axes: axes)), bound: 4 * x.bound * x.bound)
    }
  }

  private mutating func movement(_ x: Bounded) throws(Diagnostic) -> Bounded {
    let count = x.value.shape.elementCount ?? 1
    var value = x.value
    switch Int.random(in: 0..<3, using: &random) {
    case 0: value = value.reshaped(to: Shape(extents: [count]))
    case 1:
      let permutation = Array(0..<value.rank).shuffled(using: &random)
      value = builder.apply(Transpose(permutation: permutation), [value])
    default:
      guard value.rank < 3, count * 3 <= limits.elementCount else { return x }
      let axis = Int.random(in: 0...value.rank, using: &random)
      var shape = value.shape
      shape.dimensions.insert(.fixed(Int.random(in: 1...3, using: &random)), at: axis)
      let axes = (0...value.rank).filter { $0 != axis }
      value = value.broadcast(to: shape, axes: axes)
    }
    return Bounded(value: value, bound: x.bound)
  }

  /// A product of two values, reshaped to a row and a column where their extents do not fit.
  private mutating func product(_ x: Bounded, _ y: Bounded) throws(Diagnostic) -> Bounded {
    let bound = x.bound * y.bound * Double(limits.elementCount)
    let (a, b) = (x.value, y.value)
    if a.rank == 2, b.rank == 2, a.shape[1] == b.shape[0] {
      return Bounded(value: matmul(a, b), bound: bound)
    }
    let (rows, columns) = (a.shape.elementCount ?? 1, b.shape.elementCount ?? 1)
    if rows == columns {
      let row = a.reshaped(to: Shape(extents: [rows]))
      let column = b.reshaped(to: Shape(extents: [columns]))
      return Bounded(value: matmul(row, column), bound: bound)
    }
    guard rows * columns <= limits.elementCount else { return try unary(x) }
    let column = a.reshaped(to: Shape(extents: [rows, 1]))
    let row = b.reshaped(to: Shape(extents: [1, columns]))
    return Bounded(value: matmul(column, row), bound: bound)
  }
}
