import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

/// The derivatives of a function, those that were supplied for it among them, compared with each other and with
/// central differences in double precision.
///
/// Each floating-point output is checked as `GradientCheck` does, by reverse mode. Then both modes are compared: for
/// tangents u and cotangents c, chosen by the seed, `⟨c, J·u⟩ = ⟨Jᵀ·c, u⟩`.
public struct FunctionCheck: Hashable, Sendable {
  /// The comparison with differences, for each floating-point output that depends differentiably on an input.
  public let outputs: [GradientCheck]
  /// `⟨c, J·u⟩`, by forward mode.
  public let forwardProduct: Double
  /// `⟨Jᵀ·c, u⟩`, by reverse mode.
  public let reverseProduct: Double

  /// Whether both modes agree, and reverse mode with differences.
  public var passes: Bool { modesAgree && outputs.allSatisfy(\.passes) }

  /// Whether both modes agree to `GradientCheck.tolerance`, relative to the larger product.
  public var modesAgree: Bool {
    let larger = Swift.max(forwardProduct.magnitude, reverseProduct.magnitude)
    return (forwardProduct - reverseProduct).magnitude <= GradientCheck.tolerance * larger
      || forwardProduct == reverseProduct
  }

  /// Checks a function for some operands.
  ///
  /// - Parameters:
  ///   - function: The function.
  ///   - operands: One for each input, or none: then numbers are chosen by the seed, and dimensions known by name
  ///     are 3.
  ///   - seed: What chooses them and the directions.
  ///   - engine: What the derivatives run on.
  /// - Throws: `.invalidArgument` for another number of operands, what `GradientCheck` throws, and
  ///   `.notDifferentiable` where no output depends differentiably on an input.
  public init(
    of function: Function, at operands: [Tensor] = [], seed: UInt64 = 0,
    on engine: Engine = .shared
  ) throws(Diagnostic) {
    guard operands.isEmpty || operands.count == function.inputs.count else {
      throw Diagnostic(
        .invalidArgument,
        "\(function.name) takes \(function.inputs.count) operands, not \(operands.count)")
    }
    var given: [String: Tensor] = [:]
    for (input, operand) in zip(function.inputs, operands) { given[input.name] = operand }
    let graph = try Self.caller(of: function)
    var checks: [GradientCheck] = []
    var sources: Set<String> = []
    for output in graph.outputs where output.type.scalarType.isDifferentiable {
      let names = try graph.differentiableSources(of: output.name)
      if names.isEmpty { continue }
      sources.formUnion(names)
      checks.append(
        try GradientCheck(
          of: graph, output: output.name, withRespectTo: names, given: given, seed: seed, on: engine
        ))
    }
    guard !checks.isEmpty else {
      throw Diagnostic(
        .notDifferentiable, "no output of \(function) depends differentiably on an input")
    }
    outputs = checks
    (forwardProduct, reverseProduct) = try Self.products(
      graph, checks.map(\.output), graph.inputs.map(\.name).filter(sources.contains), given, seed,
      engine)
  }

  /// A graph that calls the function, under the names that its inputs and outputs have.
  private static func caller(of function: Function) throws(Diagnostic) -> Graph {
    let builder = GraphBuilder("check")
    let values = function.inputs.map { builder.input($0.name, $0.type.scalarType, $0.type.shape) }
    for (output, value) in zip(function.outputs, builder.call(function, values)) {
      builder.output(output.name, value)
    }
    return try builder.build()
  }

  /// `⟨c, J·u⟩` by forward and `⟨Jᵀ·c, u⟩` by reverse mode.
  private static func products(
    _ graph: Graph, _ outputs: [String], _ sources: [String], _ given: [String: Tensor],
    _ seed: UInt64,
    _ engine: Engine
  ) throws(Diagnostic) -> (forward: Double, reverse: Double) {
    let setting = try GradientCheckSetting(
      graph.widened(), given: given, dimensions: [:], seed: seed)
    let types = Dictionary(
      uniqueKeysWithValues: (setting.graph.inputs.map { ("u." + $0.name, $0.type) })
        + setting.graph.outputs.map { ("c." + $0.name, $0.type) })
    var directions: [String: Tensor] = [:]
    for name in sources.map({ "u." + $0 }) + outputs.map({ "c." + $0 }) {
      guard let type = types[name] else { continue }
      directions[name] = try Initializer.normal(mean: 0, deviation: 1)
        .tensor(type, name: name, seed: seed &+ 1)
    }
    func direction(_ name: String) -> [Double] { directions[name]?.doubles ?? [] }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

    var values = setting.tensors
    for name in sources { values["tangent." + name] = directions["u." + name] }
    let forward = try setting.graph.differentiated(outputs, withRespectTo: sources, mode: .forward)
      .compiled(on: engine)(values)
    values = setting.tensors
    for name in outputs { values["cotangent." + name] = directions["c." + name] }
    let reverse = try setting.graph.differentiated(
      outputs, withRespectTo: sources, options: [.zeros, .cotangents]
    ).compiled(on: engine)(values)
    var products = (forward: 0.0, reverse: 0.0)
    for output in outputs {
      products.forward += dot(forward["tangent." + output]?.doubles ?? [], direction("c." + output))
      for source in sources {
        let name = outputs.count == 1 ? "gradient.\(source)" : "gradient.\(output).\(source)"
        products.reverse += dot(reverse[name]?.doubles ?? [], direction("u." + source))
      }
    }
    return products
  }
}
