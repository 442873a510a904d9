import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

extension RandomGraph.Limits {
  /// Small ones, so that Jacobians and Hessians of what calls functions stay small.
  static let small = RandomGraph.Limits(inputs: 1...2, parameters: 0...1, rank: 2, elementCount: 8)
}

/// What calls functions: once and again, for operands of any kind, and for batches.
extension RandomGraph {
  /// A graph as `make(nodeCount:seed:)` makes them, smaller, which calls functions that call others, in three
  /// levels; some have derivatives of their own, some fit any extents.
  ///
  /// Functions are called again, from the graph and from each other, with constants and the same values among their
  /// operands, and for batches; some of their results are not used.
  package static func makeWithFunctions(nodeCount: Int, seed: UInt64) throws(Diagnostic) -> Graph {
    var maker = RandomGraph("random\(seed)", .small, SeededGenerator(seed: seed))
    maker.library = try RandomFunction.library(using: &maker.random)
    try maker.addSources()
    try maker.call(maker.library[maker.library.count - 1])
    maker.takesGradients = Int.random(in: 0..<4, using: &maker.random) == 0
    while maker.builder.nodes.count < nodeCount { try maker.stepOrCall() }
    try maker.call(maker.library[maker.library.count - 1])
    return try maker.finished()
  }

  mutating func stepOrCall() throws(Diagnostic) {
    guard let called = library.randomElement(using: &random) else { return keep(try step()) }
    switch Int.random(in: 0..<12, using: &random) {
    case 0, 1: try call(called)
    case 2: try callForBatch(called)
    default: keep(try step())
    }
  }

  /// Calls a function and keeps the first of its results, and most of the others.
  mutating func call(_ called: RandomFunction) throws(Diagnostic) {
    var operands: [Value] = []
    for shape in shapes(of: called) { operands.append(try operand(shape)) }
    let results = builder.call(called.function, operands)
    for (number, (value, bound)) in zip(results, called.bounds).enumerated()
    where number == 0 || Int.random(in: 0..<4, using: &random) > 0 {
      keep(Bounded(value: value, bound: bound))
    }
  }

  /// Calls a function for each example of a batch, or its gradient, with values from outside among what it uses.
  mutating func callForBatch(_ called: RandomFunction) throws(Diagnostic) {
    var operands: [Value] = []
    var axes: [Int?] = []
    for shape in shapes(of: called) {
      var own = shape
      // The first operand is a batch, along any of its axes; others may be the same for all examples.
      let isBatched = axes.isEmpty || Bool.random(using: &random)
      let axis = Int.random(in: 0...shape.rank, using: &random)
      if isBatched { own.dimensions.insert(.fixed(2), at: axis) }
      axes.append(isBatched ? axis : nil)
      operands.append(try operand(own))
    }
    let outside = tanh(pick().value.sum())
    let isGradient = takesGradients && Bool.random(using: &random)
    let (builder, function) = (builder, called.function)
    let results = vectorized(
      { values in
        let results = builder.call(function, values)
        guard isGradient else { return results.map { $0 * outside } }
        let sources = values.map { $0.asOwnNode() }
        return gradients(of: builder.call(function, sources)[0].sum(), withRespectTo: sources)
      }, axes: axes)(operands)
    // Nothing is known of how large a gradient gets.
    let bounds = isGradient ? results.map { _ in .infinity } : called.bounds
    for (value, bound) in zip(results, bounds) { keep(Bounded(value: value, bound: bound)) }
  }

  /// The shapes of the operands of a call, with numbers in place of names.
  private mutating func shapes(of called: RandomFunction) -> [Shape] {
    var extents: [Shape.Dimension: Shape.Dimension] = [:]
    return called.function.inputs.map { port in
      Shape(
        port.type.shape.dimensions.map { dimension in
          guard case .named = dimension else { return dimension }
          if let known = extents[dimension] { return known }
          let chosen = Shape.Dimension.fixed(Int.random(in: 1...3, using: &random))
          extents[dimension] = chosen
          return chosen
        })
    }
  }

  /// A value within ±1 of a shape, now and then a constant.
  private mutating func operand(_ shape: Shape) throws(Diagnostic) -> Value {
    if Int.random(in: 0..<8, using: &random) == 0 { return try constant(shape) }
    let x = pick()
    let value = try fitted(x.value, shape)
    return value.isIdentical(to: x.value) && x.bound <= 1 ? value : tanh(value)
  }

  /// A value of a shape made of one of any other.
  private mutating func fitted(_ value: Value, _ shape: Shape) throws(Diagnostic) -> Value {
    if value.shape == shape { return value }
    let wanted = shape.elementCount ?? 1
    guard let count = value.shape.elementCount, count >= wanted else {
      return value.sum() * (try constant(shape))
    }
    let list = value.reshaped(to: Shape(extents: [count]))
    return (count == wanted ? list : list[0..<wanted]).reshaped(to: shape)
  }

  private mutating func constant(_ shape: Shape) throws(Diagnostic) -> Value {
    let elements = (0..<(shape.elementCount ?? 1)).map { _ in
      Double.random(in: -1...1, using: &random)
    }
    return builder.constant(try Tensor(.f64(elements), extents: shape.extents ?? []))
  }
}

extension Graph {
  /// How deep the calls of functions are nested; 0 where there are none.
  package var callDepth: Int {
    nodes.flatMap(\.functions).map { 1 + $0.body.callDepth }.max() ?? 0
  }
}
