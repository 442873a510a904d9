import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering

/// What a graph takes, node by node, in numbers that no machine changes.
///
/// They are read off the kernels that each node lowers to by itself, before anything is fused. A multiply-add is a
/// product with its sum, as in a contraction of m × k by k × n, which has m·k·n; elsewhere each sum, product,
/// quotient, comparison, selection or combination of two elements counts as one. Functions that take many times as
/// long, such as exp, are counted apart. Views, copies and conversions count as nothing.
public struct GraphCost: Hashable, Sendable {
  /// What one node takes.
  public struct NodeCost: Hashable, Sendable {
    /// The name of the node, or its number.
    public let node: String
    /// The mnemonic of its operator.
    public let mnemonic: String
    /// The type of its first result.
    public let type: TensorType
    /// What a derivative node stands for; nil for a node of the graph itself.
    public let role: Provenance.Role?
    /// The multiply-adds of one run.
    public let multiplyAdds: Int
    /// The evaluations of functions that take many times as long.
    public let functionCount: Int
  }

  /// The nodes that are operators, in their order.
  public let nodes: [NodeCost]

  /// The multiply-adds of all nodes; at most the largest integer.
  public var multiplyAdds: Int { nodes.reduce(0) { $0 +| $1.multiplyAdds } }
  /// The function evaluations of all nodes.
  public var functionCount: Int { nodes.reduce(0) { $0 +| $1.functionCount } }
}

extension Graph {
  /// What the graph takes, as it is written.
  ///
  /// ```swift
  /// let builder = GraphBuilder("layer")
  /// let x = builder.input("x", .f64, ["B", 100])
  /// let w = builder.parameter("w", .f64, [100, 10])
  /// builder.output("y", matmul(x, w))
  /// print(try builder.build().cost(dimensions: ["B": 32]).multiplyAdds)  // 32000
  /// ```
  ///
  /// - Parameter dimensions: The numbers that named dimensions stand for.
  /// - Throws: `.unboundDimension` for a named dimension without a number, and what lowering an operator throws.
  public func cost(dimensions: [String: Int] = [:]) throws(Diagnostic) -> GraphCost {
    let bound = try binding(dimensions)
    try bound.checkBound()
    var counter = ArithmeticCounter()
    var costs: [GraphCost.NodeCost] = []
    for (index, node) in bound.nodes.enumerated() where node.operation != nil {
      let count = try counter.count(index, of: bound)
      costs.append(
        GraphCost.NodeCost(
          node: bound.label(of: index), mnemonic: node.mnemonic, type: node.resultTypes[0],
          role: node.provenance?.role, multiplyAdds: count.multiplyAdds,
          functionCount: count.functions))
    }
    return GraphCost(nodes: costs)
  }
}

/// Counts the arithmetic of nodes.
private struct ArithmeticCounter {
  private var table = LoweringTable()

  mutating func count(_ index: Int, of graph: Graph) throws(Diagnostic) -> ArithmeticCount {
    let node = graph.nodes[index]
    guard let operation = node.operation else { return ArithmeticCount() }
    do throws(Diagnostic) {
      let lowering = try table.lowering(
        of: operation, on: node.operands.map { graph.type(of: $0) }, to: node.resultTypes)
      switch lowering {
      case .view, .constant: return ArithmeticCount()
      case .kernels(let kernels):
        return kernels.reduce(ArithmeticCount()) { $0 + $1.arithmetic }
      case .graph(let definition):
        var sum = ArithmeticCount()
        let live = definition.liveNodes
        for inner in definition.nodes.indices where live[inner] {
          sum = sum + (try count(inner, of: definition))
        }
        return sum
      }
    } catch {
      throw error.at(node: graph.label(of: index)).located(at: node.location)
    }
  }
}
