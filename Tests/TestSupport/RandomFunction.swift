import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

/// A function made at random, smooth, with bounds of its results for operands within ±1.
struct RandomFunction {
  let function: Function
  let bounds: [Double]

  /// Functions in three levels, those of each level behind those that they call.
  static func library(using random: inout SeededGenerator) throws(Diagnostic) -> [RandomFunction] {
    var functions: [RandomFunction] = []
    for level in 1...3 {
      var own: [RandomFunction] = []
      for number in 0..<(level == 3 ? 1 : 2) {
        let name = "f\(level)_\(number)"
        own.append(
          level == 1 && Int.random(in: 0..<3, using: &random) == 0
            ? try known(name, using: &random)
            : try drawn(name, calling: functions, using: &random))
      }
      functions += own
    }
    return functions
  }

  /// A random body that calls functions, the last of the list among them.
  private static func drawn(
    _ name: String, calling library: [RandomFunction], using random: inout SeededGenerator
  ) throws(Diagnostic) -> RandomFunction {
    let fitsAny = library.isEmpty && Bool.random(using: &random)
    var limits = RandomGraph.Limits.small
    limits.parameters = 0...0
    var maker = RandomGraph(name, limits, SeededGenerator(seed: random.next()))
    maker.library = library
    if fitsAny {
      // What is of the same shape is computed element by element, whatever the extents are.
      let shapes: [Shape] = [["n"], ["n", "m"], []]
      for index in 0..<Int.random(in: 1...2, using: &random) {
        let shape = shapes[Int.random(in: 0..<3, using: &random)]
        maker.pool.append(
          RandomGraph.Bounded(value: maker.builder.input("x\(index)", .f64, shape), bound: 1))
      }
      for _ in 0..<Int.random(in: 2...4, using: &random) {
        let x = maker.pick()
        maker.keep(
          try Bool.random(using: &random) ? maker.unary(x) : maker.binary(x, maker.pick()))
      }
    } else {
      try maker.addSources()
      if let last = library.last { try maker.call(last) }
      for _ in 0..<Int.random(in: 1...3, using: &random) { try maker.stepOrCall() }
    }
    let bounds = maker.addResults()
    let function = try Function(maker.builder.build())
    return RandomFunction(
      function: Int.random(in: 0..<3, using: &random) == 0
        ? try function.withDerivedDerivatives(using: &random) : function,
      bounds: bounds)
  }
}

extension RandomGraph {
  /// Makes results of the latest value and one or two others, inputs among them; their bounds.
  fileprivate mutating func addResults() -> [Double] {
    var results = [pool[pool.count - 1]]
    for _ in 0..<Int.random(in: 0...2, using: &random) { results.append(pick()) }
    for (number, result) in results.enumerated() {
      builder.output("result\(number)", result.value)
    }
    return results.map(\.bound)
  }
}

extension Function {
  private var operandTypes: [TensorType] { inputs.map(\.type) }
  private var resultTypes: [TensorType] { outputs.map(\.type) }

  /// The function with one derivative or both supplied, written by the derivatives of the body.
  fileprivate func withDerivedDerivatives(
    using random: inout SeededGenerator
  ) throws(Diagnostic) -> Function {
    let count = inputs.count
    let known = operandTypes + resultTypes
    return try supplying(using: &random) { () throws(Diagnostic) in
      try Function(
        "\(name).vjp", known + resultTypes,
        results: { values in
          let operands = Array(values[..<count])
          return AdjointPasses.vectorJacobianProduct(
            of: values[0].builder.call(self, operands),
            cotangents: Array(values[known.count...]), withRespectTo: operands)
        })
    } forward: { () throws(Diagnostic) in
      try Function(
        "\(name).jvp", known + operandTypes,
        results: { values in
          let operands = Array(values[..<count])
          return AdjointPasses.jacobianVectorProduct(
            of: values[0].builder.call(self, operands), withRespectTo: operands,
            tangents: Array(values[known.count...]))
        })
    }
  }

  /// The function with the derivatives that are drawn.
  fileprivate func supplying(
    using random: inout SeededGenerator, backward: () throws(Diagnostic) -> Function,
    forward: () throws(Diagnostic) -> Function
  ) throws(Diagnostic) -> Function {
    let choice = Int.random(in: 0..<3, using: &random)
    return try withDerivatives(
      vectorJacobianProduct: choice == 0 ? nil : backward(),
      jacobianVectorProduct: choice == 1 ? nil : forward())
  }
}

// Functions whose derivatives are written by hand, in terms of their results.
extension RandomFunction {
  private static func known(
    _ name: String, using random: inout SeededGenerator
  ) throws(Diagnostic) -> RandomFunction {
    let vector = TensorType(.f64, ["n"])
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return try products(name, vector, using: &random)
    case 1: return try bump(name, vector, using: &random)
    case 2: return try length(name, vector, using: &random)
    default:
      // x = 0.05·tanh(x) + sin(a)/2: each step gains more than a digit.
      let step = try Function("\(name).step", [vector, vector]) {
        0.05 * tanh($0[0]) + 0.5 * sin($0[1])
      }
      return RandomFunction(function: try step.fixedPoint(steps: 10), bounds: [1])
    }
  }

  /// tanh(x) and w·x.
  private static func products(
    _ name: String, _ type: TensorType, using random: inout SeededGenerator
  ) throws(Diagnostic) -> RandomFunction {
    let types = [type, type]
    let plain = try Function(name, types, results: { [tanh($0[0]), $0[0] * $0[1]] })
    let function = try plain.supplying(using: &random) { () throws(Diagnostic) in
      try Function(
        "\(name).vjp", types + types + types,
        results: { v in
          [v[4] * (1 - v[2] * v[2]) + v[5] * v[1], v[5] * v[0]]
        })
    } forward: { () throws(Diagnostic) in
      try Function(
        "\(name).jvp", types + types + types,
        results: { v in
          [v[4] * (1 - v[2] * v[2]), v[4] * v[1] + v[0] * v[5]]
        })
    }
    return RandomFunction(function: function, bounds: [1, 1])
  }

  /// exp(−x²).
  private static func bump(
    _ name: String, _ type: TensorType, using random: inout SeededGenerator
  ) throws(Diagnostic) -> RandomFunction {
    let plain = try Function(name, [type]) { exp(-($0[0] * $0[0])) }
    // The derivative is symmetric: it is its own transpose.
    let slope = { (name: String) throws(Diagnostic) in
      try Function(name, [type, type, type]) { -2 * $0[0] * $0[1] * $0[2] }
    }
    let function = try plain.supplying(using: &random) { () throws(Diagnostic) in
      try slope("\(name).vjp")
    } forward: { () throws(Diagnostic) in
      try slope("\(name).jvp")
    }
    return RandomFunction(function: function, bounds: [1])
  }

  /// √(1 + Σ x²).
  private static func length(
    _ name: String, _ type: TensorType, using random: inout SeededGenerator
  ) throws(Diagnostic) -> RandomFunction {
    let scalar = TensorType(.f64, .scalar)
    let plain = try Function(name, [type]) { sqrt(1 + ($0[0] * $0[0]).sum()) }
    let function = try plain.supplying(using: &random) { () throws(Diagnostic) in
      try Function("\(name).vjp", [type, scalar, scalar]) { $0[2] * $0[0] / $0[1] }
    } forward: { () throws(Diagnostic) in
      try Function("\(name).jvp", [type, scalar, type]) { ($0[0] * $0[2]).sum() / $0[1] }
    }
    return RandomFunction(function: function, bounds: [2])
  }
}
