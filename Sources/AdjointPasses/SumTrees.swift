import AdjointCore
import AdjointGraph
import AdjointOperators

/// The sums of a graph, each with all that it adds: an addition that only another addition reads is part of that one.
struct SumTrees {
  private let graph: Graph
  /// The additions that only another addition reads, once.
  private var inner: Set<Int> = []
  /// The additions that are not, where two of what they add may be parts.
  private(set) var roots: Set<Int> = []

  /// The graph with sums of several parts replaced by what takes their place, where anything does.
  static func replacing(
    in graph: Graph, by replacement: @escaping ([Value]) -> Value?
  ) throws(Diagnostic) -> Graph {
    let sums = SumTrees(of: graph)
    guard !sums.roots.isEmpty else { return graph }
    var rewriter = GraphRewriter()
    rewriter.live = graph.liveNodes
    // Sums that cut a value in the same places share its slices.
    rewriter.mergesEqualNodes = true
    return try rewriter.rewrite(graph) { (builder, node, index) throws(Diagnostic) -> [Value]? in
      guard sums.roots.contains(index) else { return nil }
      return replacement(sums.addends(of: index, as: node, in: builder)).map { [$0] }
    }
  }

  private init(of graph: Graph) {
    self.graph = graph
    let live = graph.liveNodes
    guard graph.nodes.contains(where: { $0.operation is Pad }) else { return }
    var uses = Array(repeating: 0, count: graph.nodes.count)
    var isAdded = Array(repeating: false, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where live[index] {
      for operand in node.operands {
        uses[operand.node] += 1
        isAdded[operand.node] = node.operation is Add
      }
    }
    for output in graph.outputList { uses[output.value.node] += 2 }
    for update in graph.updates { uses[update.value.node] += 2 }
    // The number of parts among what an addition adds.
    var parts = Array(repeating: 0, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where live[index] && node.operation is Add {
      for operand in node.operands {
        let isPart = graph.nodes[operand.node].operation is Pad
        parts[index] += inner.contains(operand.node) ? parts[operand.node] : isPart ? 1 : 0
      }
      if uses[index] == 1, isAdded[index] {
        inner.insert(index)
      } else if parts[index] > 1 {
        roots.insert(index)
      }
    }
  }

  /// What the sum at a node adds, in order, as values of the graph that is being written.
  func addends(of root: Int, as node: Node, in builder: GraphBuilder) -> [Value] {
    var addends: [Value] = []
    // A sum may be as deep as the graph is long, so what is left to visit is a list.
    var left = Array(zip(graph.nodes[root].operands, node.operands.map(builder.value)).reversed())
    while let (before, value) = left.popLast() {
      if inner.contains(before.node) {
        left += zip(graph.nodes[before.node].operands, value.operands).reversed()
      } else {
        addends.append(value)
      }
    }
    return addends
  }
}
