import Adjoint
import AdjointCore
import AdjointGraph
import ArgumentParser

/// How `gradient --differences` differentiates.
struct DifferenceChoice: ExpressibleByArgument {
  let method: DifferenceMethod

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts[0], parts.count) {
    case ("richardson", 1): method = .richardson
    case ("central", 1): method = .central()
    case ("central", 2):
      guard let step = Double(parts[1]), step.isFinite, step > 0 else { return nil }
      method = .central(step: step)
    default: return nil
    }
  }
}

/// The gradient of a graph, as it is written and in f64, from its values.
struct GradientByDifferences {
  private let graph: Graph
  private let output: String
  private let value: Tensor
  private let sources: [String]
  private let gradients: [String: NumericalDerivative]

  init(
    of file: Graph, _ selection: DerivativeSelection, _ method: DifferenceMethod
  ) throws(Diagnostic) {
    let input = selection.input
    output = try file.differentiableOutput(named: selection.target.of)
    let whole = try file.widened()
    let part = try whole.keeping(outputs: [output])
    let builder = GraphBuilder(extending: part)
    let type = part.type(of: try part.output(named: output).value)
    let cotangent = "cotangent.\(output)"
    if type.shape.rank != 0 { _ = builder.input(cotangent, type.scalarType, type.shape) }
    let (given, extents) = try input.values(for: builder.build(), of: whole)
    graph = try part.binding(extents)
    let values = try graph.sourceTensors(
      given.filter { $0.key != cotangent }, seed: input.seed)
    let executable = try graph.compiled(
      CompilationOptions(pipeline: Pipeline([]), threads: selection.threads),
      on: CommandEngine.engine())
    let candidates = (graph.inputs + graph.parameters).filter { $0.type.scalarType == .f64 }
    sources = selection.target.withRespectTo?.names ?? candidates.map(\.name)
    value = try executable(values)[output] ?? Tensor(scalar: 0.0)
    gradients = try executable.numericalGradient(
      of: output, withRespectTo: sources, at: values, cotangent: given[cotangent], by: method)
  }

  private var rows: [(source: String, found: NumericalDerivative)] {
    sources.compactMap { source in gradients[source].map { (source, $0) } }
  }

  var text: String {
    TensorLine.text(output, value)
      + rows.map { source, found in
        TensorLine.text("gradient.\(source)", found.derivative)
          + TensorLine.text("error.\(source)", found.error)
          + TensorLine.text("step.\(source)", found.step)
      }.joined()
  }

  var json: JSONValue {
    func members(_ part: (NumericalDerivative) -> Tensor) -> JSONValue {
      .object(
        Dictionary(rows.map { ($0.source, JSONValue.typed(part($0.found))) }) { first, _ in first })
    }
    return .object([
      "graph": .text(graph.name), "output": .text(output), "value": .typed(value),
      "gradients": members(\.derivative), "errors": members(\.error), "steps": members(\.step),
      "evaluations": .integer(rows.reduce(0) { $0 + $1.found.evaluationCount }),
    ])
  }
}
