import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Foundation
import Testing

/// What the element-wise suites share.
enum ElementwiseTesting {
  /// The value that a function of inputs has for given tensors.
  static func evaluate(
    _ operands: [Tensor], families: Set<Rewrite.Family> = [],
    _ build: ([Value]) throws -> Value
  ) throws -> Tensor {
    let builder = GraphBuilder("test")
    var inputs: [Value] = []
    var sources: [String: Tensor] = [:]
    for (index, operand) in operands.enumerated() {
      let name = "x\(index)"
      inputs.append(
        builder.input(name, operand.scalarType, Shape(extents: operand.extents)))
      sources[name] = operand
    }
    builder.rewrites = StandardRewrites.table(of: families)
    try builder.output("y", build(inputs))
    return try #require(GraphInterpreter.evaluate(builder.build(), sources).outputs["y"])
  }

  /// The value of an operator for given tensors.
  static func evaluate(_ operation: any Operator, _ operands: [Tensor]) throws -> Tensor {
    try evaluate(operands) { $0[0].builder.apply(operation, $0) }
  }

  /// A function of inputs, as a formula without composites, with the given families of identities switched on.
  static func formula(
    _ types: [TensorType], _ families: Set<Rewrite.Family>,
    _ build: ([Value]) throws -> Value
  ) throws -> String {
    let builder = GraphBuilder("test")
    let names = ["x", "y", "z", "c"]
    var inputs: [Value] = []
    for (name, type) in zip(names, types) {
      inputs.append(builder.input(name, type.scalarType, type.shape))
    }
    builder.rewrites = StandardRewrites.table(of: families)
    builder.mergesEqualNodes = true
    builder.output("result", try build(inputs))
    let expanded = try Pass.compositeExpansion(builder.build())
    return formula(of: GraphBuilder(extending: expanded).value(expanded.outputList[0].value))
  }

  /// `add(x, 1.0)`: mnemonics with their operands; constants as numbers, broadcast or not.
  static func formula(of value: Value) -> String {
    if let number = value.constantNumber { return String(number) }
    let node = value.builder.node(value.id.node)
    guard node.operation != nil else { return node.name ?? "?" }
    return "\(node.mnemonic)(\(value.operands.map(formula(of:)).joined(separator: ", ")))"
  }

  /// The fourth-order central difference.
  static func slope(at x: Double, of function: (Double) throws -> Double) rethrows -> Double {
    let step = 1e-3 * max(0.1, x.magnitude)
    let inner = try function(x + step) - function(x - step)
    let outer = try function(x + 2 * step) - function(x - 2 * step)
    return (8 * inner - outer) / (12 * step)
  }

  /// The values of an operator's partials at given operands; nil for those that are symbolic zeros.
  static func partials(
    of operation: any Operator, at operands: [Tensor], wanted: [Bool]? = nil
  ) throws -> [Tensor?] {
    guard case .partials(let rule) = operation.derivative else {
      Issue.record("\(operation.mnemonic) states no partials")
      return []
    }
    var result: [Tensor?] = []
    for index in operands.indices {
      var isZero = false
      let tensor = try evaluate(operands) { inputs in
        let builder = inputs[0].builder
        let site = Derivative.Site(
          operands: inputs, results: [builder.apply(operation, inputs)],
          wanted: wanted ?? inputs.map { _ in true })
        let partial = rule(site)[index]
        if case .zero = partial { isZero = true }
        return try value(of: partial, like: site.result)
      }
      result.append(isZero ? nil : tensor)
    }
    return result
  }

  /// A partial as a value of a model's type.
  static func value(of partial: Derivative.Partial, like model: Value) throws -> Value {
    let (builder, type) = (model.builder, model.type)
    return switch partial {
    case .zero: builder.full(0, type)
    case .one: builder.full(1, type)
    case .minusOne: builder.full(-1, type)
    case .value(let value): value
    case .choice(let condition, let ifTrue, let ifFalse):
      try select(condition, value(of: ifTrue, like: model), value(of: ifFalse, like: model))
    }
  }
}

/// Whether two numbers are equal, both NaN, or within a relative tolerance; zeros of either sign agree.
func agree(_ left: Double, _ right: Double, within tolerance: Double) -> Bool {
  if left.isNaN || right.isNaN { return left.isNaN && right.isNaN }
  if left == right { return true }
  guard left.isFinite, right.isFinite else { return false }
  return (left - right).magnitude <= tolerance * max(left.magnitude, right.magnitude)
}
