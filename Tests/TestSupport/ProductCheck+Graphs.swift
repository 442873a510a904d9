import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

// What needs further graphs, or runs.
extension ProductCheck {
  /// J u and H u against central differences of the values and the gradient, at the distance that suits them.
  mutating func compareDifferences(_ setting: ProductSetting) throws {
    let names = setting.sources.indices.map { "gradient.\($0)" }
    let graph = try setting.expanded.keeping(outputs: ["y", "last"] + names)
    func results(_ step: Double) throws -> [Double] {
      var moved = setting.values
      for (number, source) in setting.sources.enumerated() {
        guard let x = moved[source], let u = moved["u.\(number)"] else { continue }
        moved[source] = try x.adding(u, times: step)
      }
      let outputs = try GraphInterpreter.evaluate(graph, moved).outputs
      return (["y", "last"] + names).flatMap { outputs[$0]?.doubles ?? [] }
    }
    let before = disagreements
    // Larger steps lose less by rounding, smaller ones less where derivatives are steep.
    for step in [2e-3, 2e-4, 2e-5] {
      disagreements = before
      let slopes = try [step, step / 2].map { step in
        zip(try results(step), try results(-step)).map { ($0 - $1) / (2 * step) }
      }
      let found = zip(slopes[0], slopes[1]).map { (4 * $1 - $0) / 3 }
      let count = numbers.targetCounts.reduce(0, +)
      expect("Ju by differences", Array(found[..<count]), numbers["tangent"], within: 1e-7)
      expect("Hu by differences", Array(found[count...]), numbers["product"], within: 1e-7)
      if disagreements.count == before.count { return }
    }
  }

  mutating func compareGraphs(_ graph: Graph, _ setting: ProductSetting) throws {
    if products.contains(.batch) { try compareBatch(setting) }
    if products.contains(.expansion) { try compareExpansion(graph, setting) }
    if products.contains(.named) { try compareNamed(graph, setting) }
    if products.contains(.text) {
      let text = setting.graph.description
      let again = try GraphParser.parse(text, file: "random.graph", registry: .standard)
      if again.description != text {
        disagreements.append("printing and reading are not inverse")
      }
    }
    if products.contains(.compiled) { try compareCompiled(setting) }
  }

  private mutating func compareBatch(_ setting: ProductSetting) throws {
    let names =
      ["y", "last", "tangent.0"]
      + setting.sources.indices.flatMap { ["gradient.\($0)", "product.\($0)"] }
    let single = try setting.graph.keeping(outputs: names)
    var random = SeededGenerator(seed: seed)
    var batched = single.inputs.map(\.name).filter { _ in Bool.random(using: &random) }
    if batched.isEmpty { batched = single.inputs.prefix(1).map(\.name) }
    guard !batched.isEmpty else { return }
    let batch = try single.vectorized(over: batched, extent: 2)
    var values = try batch.randomSources(seed: seed)
    for (name, value) in setting.values where !batched.contains(name) { values[name] = value }
    let results = try GraphInterpreter.evaluate(Pass.compositeExpansion(batch), values).outputs
    let alone = try setting.expanded.keeping(outputs: names)
    for number in 0..<2 {
      var own = values
      for name in batched { own[name] = try values[name]?.example(number) }
      for (name, expected) in try GraphInterpreter.evaluate(alone, own).outputs {
        var found = results[name]
        // What depends on no batched input is the same for all examples.
        if found?.type != expected.type { found = try found?.example(number) }
        expect("\(name) of example \(number)", found?.doubles ?? [], expected.doubles)
      }
    }
  }

  /// What the graph means as it is written, and the gradient of the graph without calls.
  private mutating func compareExpansion(_ graph: Graph, _ setting: ProductSetting) throws {
    for (name, value) in try GraphInterpreter.evaluate(setting.graph, setting.values).outputs {
      expect("\(name) by calls", value.doubles, numbers.outputs[name]?.doubles ?? [])
    }
    let expanded = try Pass.compositeExpansion(graph)
    let builder = GraphBuilder(extending: expanded)
    let inputs = try setting.sources.map { builder.value(try expanded.value(ofSource: $0)) }
    let y = builder.value(try expanded.value(named: "y"))
    for (number, gradient) in gradients(of: y, withRespectTo: inputs).enumerated() {
      builder.output("gradient.\(number)", gradient)
    }
    let outputs = try GraphInterpreter.evaluate(builder.build(), setting.values).outputs
    for (name, value) in outputs {
      expect("\(name) without calls", value.doubles, numbers.outputs[name]?.doubles ?? [])
    }
  }

  /// Products by the names of outputs and inputs, which are written after the standard passes.
  private mutating func compareNamed(_ graph: Graph, _ setting: ProductSetting) throws {
    var values = setting.values
    for (number, source) in setting.sources.enumerated() {
      for (name, direction) in [("tangent", "u"), ("left", "v"), ("right", "u")] {
        values["\(name).\(source)"] = values["\(direction).\(number)"]
      }
    }
    let names = setting.sources
    let graphs = [
      try graph.hessianVectorProduct(of: "y", withRespectTo: names),
      try graph.vectorHessianVectorProduct(of: "y", withRespectTo: names),
      try graph.differentiated("y", withRespectTo: names, mode: .reverse),
      try graph.differentiated("y", withRespectTo: names, mode: .forward),
    ]
    var outputs: [String: Tensor] = [:]
    for graph in graphs {
      let expanded = try Pass.compositeExpansion(graph)
      outputs.merge(try GraphInterpreter.evaluate(expanded, values).outputs) { $1 }
    }
    func list(_ names: [String]) -> [Double] { names.flatMap { outputs[$0]?.doubles ?? [] } }
    expect("H·u by name", list(names.map { "hessian_product.\($0)" }), numbers["product"])
    expect("vᵀHu by name", list(["curvature.y"]), numbers["curvature"])
    expect("∇y by name", list(names.map { "gradient.\($0)" }), numbers["gradient"])
    expect("the tangent of y by name", list(["tangent.y"]), Array(numbers["tangent"].prefix(1)))
  }

  private mutating func compareCompiled(_ setting: ProductSetting) throws {
    let options = CompilationOptions(
      threads: 1, maximumArenaByteCount: 128 << 20,
      backend: seed.isMultiple(of: 2) ? .generated : .portable)
    let context = try setting.graph.compiled(options).makeContext()
    for port in setting.graph.inputs + setting.graph.parameters {
      if let value = setting.values[port.name] { try context.set(port.name, to: value) }
    }
    try context.run()
    for (name, value) in numbers.outputs {
      expect("\(name) compiled", try context.output(name).doubles, value.doubles)
    }
  }
}
