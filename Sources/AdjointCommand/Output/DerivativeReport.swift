import Adjoint
import ArgumentParser

/// The values of a graph's derivatives, computed and printed by the commands that give numbers.
struct DerivativeReport {
  /// The graph of the file.
  let whole: Graph
  /// The output that is differentiated.
  let target: String
  /// The outputs with the derivatives, each with the name that the report gives it.
  let derivatives: [(label: String, output: String)]
  /// The graph of the output and the derivatives alone.
  let graph: Graph

  /// What a graph with derivatives has beside the outputs of the one that they are of.
  init(
    of target: String, in whole: Graph, _ derived: Graph, labels: [String]
  ) throws(Diagnostic) {
    self.whole = whole
    self.target = target
    let names = derived.outputs.dropFirst(whole.outputs.count).map(\.name)
    derivatives = zip(labels, names).map { ($0, $1) }
    graph = try derived.keeping(outputs: [target] + names)
  }

  /// Computes the derivatives for given values, and writes them to standard output; in JSON under a name.
  func write(_ selection: DerivativeSelection, as group: String) throws {
    let (tensors, extents) = try selection.input.values(for: graph, of: whole)
    try graph.checkInputs(given: tensors)
    let context = try graph.compiled(
      CompilationOptions(dimensions: extents, threads: selection.threads),
      on: CommandEngine.engine()
    ).makeContext(seed: selection.input.seed)
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      try context.set(name, to: tensor)
    }
    try context.run()
    let value = try context.output(target)
    var members: [(String, JSONValue)] = []
    var lines = ""
    for (label, name) in derivatives {
      let tensor = try context.output(name)
      members.append((label, .typed(tensor)))
      lines += TensorLine.text(name, tensor)
    }
    guard selection.json else {
      return try StandardStream.output.write(TensorLine.text(target, value) + lines)
    }
    try StandardStream.output.write(
      JSONValue.object([
        "graph": .text(graph.name), "output": .text(target), "value": .typed(value),
        group: .object(Dictionary(members) { first, _ in first }),
      ]).text)
  }
}
