import AdjointGraph

/// Puts graphs side by side into one.
struct GraphMerger {
  let builder = GraphBuilder("batch")

  func add(_ graph: Graph, prefix: String) throws {
    let first = builder.nodes.count
    for node in graph.nodes {
      var node = node
      for place in node.operands.indices { node.operands[place].node += first }
      node.name = node.name.map { prefix + $0 }
      builder.insert(node)
    }
    for output in graph.outputList {
      let value = ValueID(node: output.value.node + first, result: output.value.result)
      builder.output(prefix + output.name, builder.value(value))
    }
  }
}
