import AdjointAutodiff
import AdjointCore
import AdjointGraph

extension DerivativeRequest {
  /// Where a product with derivatives is written: the graph after the passes, and what it is of.
  struct Site {
    let builder: GraphBuilder
    let targets: [Value]
    let sources: [Value]
    private let names: DerivativeNames
    private let output: String

    init(_ builder: GraphBuilder, _ targets: [Value], _ sources: [Value], of outputs: [String]) {
      self.builder = builder
      self.targets = targets
      self.sources = sources
      names = DerivativeNames(builder, outputs: outputs)
      output = outputs[0]
    }

    /// Inputs of the types of the sources, `tangent.x` for a source `x`.
    func directions(_ kind: String, _ names: [String]) -> [Value] {
      builder.currentProvenance = Provenance(.tangent, of: output, rule: "input")
      defer { builder.currentProvenance = nil }
      return zip(names, sources).map { name, source in
        builder.input(self.names.input(kind, name), source.scalarType, source.shape)
      }
    }

    /// Declares an output, `jacobian.x` for a source `x`.
    func output(_ kind: String, _ name: String, _ value: Value) {
      builder.output(names.output(kind, of: output, name), value)
    }
  }

  /// The graph after the standard passes with what is written from the values that are differentiated and
  /// those that they are differentiated with respect to.
  ///
  /// Where a source is neither an input nor a parameter, so that passes could look through it, the graph is
  /// taken as it is.
  func product(
    of graph: Graph, _ write: (Site) -> Void
  ) throws(Diagnostic) -> Graph {
    try check(in: graph)
    var isLeaf = true
    for source in sources {
      let node = try graph.value(ofSource: source).node
      isLeaf = isLeaf && graph.nodes[node].operation == nil
    }
    let prepared = isLeaf ? try Pipeline.standard(graph) : graph
    let builder = GraphBuilder(extending: prepared)
    var targets: [Value] = []
    for output in outputs { targets.append(builder.value(try prepared.value(named: output))) }
    var values: [Value] = []
    for source in sources { values.append(builder.value(try prepared.value(ofSource: source))) }
    write(Site(builder, targets, values, of: outputs))
    guard builder.nodes.count <= GraphLimits.nodes else {
      throw GraphLimits.tooManyNodes(graph.name)
    }
    return try builder.build()
  }
}
