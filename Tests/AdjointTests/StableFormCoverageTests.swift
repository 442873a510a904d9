import Adjoint
import AdjointGraph
import AdjointOperators
import Testing

@Suite("Every stable form has a test of its derivatives")
struct StableFormCoverageTests {
  /// The stable forms that apply to a node of a graph as it stands, or with those before it rewritten.
  private static func applicable(in graph: Graph) throws -> Set<String> {
    try applicable(in: graph, rewriting: nil).union(
      applicable(in: graph, rewriting: StandardRewrites.stableForms))
  }

  private static func applicable(
    in graph: Graph, rewriting rewrites: RewriteTable?
  ) throws -> Set<String> {
    let builder = GraphBuilder("probe")
    builder.mergesEqualNodes = true
    builder.rewrites = rewrites
    var places: [[ValueID]] = []
    var names: Set<String> = []
    for var node in graph.nodes {
      node.operands = OperandList(
        node.operands.map { places[$0.node][$0.result] })
      if let operation = node.operation, !node.operands.isEmpty {
        let site = Rewrite.Site(
          operation: operation, operands: node.operands.map(builder.value),
          resultTypes: node.resultTypes)
        for rewrite in StandardRewrites.stableForms[type(of: operation)] {
          if rewrite.apply(site) != nil { names.insert(rewrite.name) }
        }
      }
      node.name = nil
      switch builder.transfer(node) {
      case .node(let number):
        places.append(node.resultTypes.indices.map { ValueID(node: number, result: $0) })
      case .values(let values): places.append(values.map(\.id))
      }
    }
    return names
  }

  @Test func allOfTheRegistry() throws {
    var graphs: [Graph] = []
    for form in StableDerivativeTests.forms {
      let builder = GraphBuilder("form")
      try builder.output("y", form.build(builder.input("x", .f64, [3])))
      graphs.append(try builder.build())
    }
    for form in CrossEntropyOffsetTests.forms {
      graphs.append(try CrossEntropyOffsetTests.graph(form, .f64, rows: 2))
    }
    for form in StableRowTests.forms {
      let builder = GraphBuilder("rows")
      try builder.output("y", form.build(builder.input("x", .f64, [2, 3])))
      graphs.append(try builder.build())
    }
    for form in SaturationTests.Case.all {
      let builder = GraphBuilder("saturation")
      try builder.output("y", form.function(builder.input("x", .f64, [3])))
      graphs.append(try builder.build())
    }
    var covered: Set<String> = []
    for graph in graphs {
      covered.formUnion(try Self.applicable(in: graph))
      let output = graph.outputs[0].name
      covered.formUnion(
        try Self.applicable(in: graph.differentiated(output, withRespectTo: ["x"])))
      covered.formUnion(
        try Self.applicable(in: graph.differentiatedAsWritten(output, withRespectTo: ["x"])))
    }
    let all = Set(StandardRewrites.stableForms.rewrites.map(\.name))
    #expect(all.count > 20)
    #expect(all.subtracting(covered).isEmpty, "\(all.subtracting(covered).sorted())")
  }
}
