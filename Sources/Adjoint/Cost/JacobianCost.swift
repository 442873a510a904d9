import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointPasses

/// What it costs to make the Jacobian of an output from those of the nodes, in several orders.
///
/// The chain rule is a product along every path, and the order of the products is free: forward mode makes them in
/// the order of computation, reverse mode in the opposite one, and an order across may cost less than either. Costs
/// are multiply-adds of eliminating every node between, by the sizes of the local Jacobians: an element-wise node
/// has a diagonal one, a contraction or a reduction as many nonzeros as products or points. They are counted as
/// spread evenly over rows and columns, and working them out is not counted, since every order needs them.
///
/// Source: Griewank and Walther, "Evaluating Derivatives", second edition, SIAM 2008, chapters 9 and 10.
public struct JacobianCost: Hashable, Sendable {
  /// An order and what it costs.
  public struct Order: Hashable, Sendable {
    /// How the order was found.
    public let strategy: EliminationStrategy
    /// The nodes between in the order in which they are eliminated.
    public let nodes: [String]
    /// The multiply-adds; at most the largest integer.
    public let multiplyAdds: Int
  }

  /// The output that is differentiated.
  public let output: String
  /// What it is differentiated with respect to.
  public let sources: [String]
  /// The elements of the output, the rows of the Jacobian.
  public let rowCount: Int
  /// The elements of all sources, the columns of the Jacobian.
  public let columnCount: Int
  /// The orders, the cheapest first, of equally cheap ones the simpler.
  ///
  /// Of more than `maximumSearchedNodeCount` nodes between, forward and reverse mode alone.
  public let orders: [Order]
  /// The elements of each value from the source to the output, where each is computed from the one before alone.
  public let chain: [Int]?
  /// Which products the cheapest order makes first, such as `(J3·J2)·J1`, where it is a chain.
  public let bracketing: String?

  /// The cheapest order.
  public var choice: Order { orders[0] }

  /// The most nodes between sources and output for which more is tried than forward and reverse mode.
  public static let maximumSearchedNodeCount = LinearisedGraph.maximumSearchedCount

  /// Why the order is chosen, in a sentence.
  public var reason: String {
    func cost(_ strategy: EliminationStrategy) -> Int {
      orders.first { $0.strategy == strategy }?.multiplyAdds ?? 0
    }
    let (forward, reverse) = (cost(.forward), cost(.reverse))
    switch choice.strategy {
    case .forward where forward == reverse:
      return "no order costs less, and forward mode keeps nothing"
    case .forward:
      return "forward mode carries \(columnCount) columns, reverse mode \(rowCount) rows for "
        + "\(reverse) multiply-adds"
    case .reverse:
      return "reverse mode carries \(rowCount) row\(rowCount == 1 ? "" : "s"), forward mode "
        + "\(columnCount) columns for \(forward) multiply-adds"
    case .markowitz, .leastFill, .improved:
      let first = choice.nodes.first.map { "what is around \($0) is multiplied first" } ?? ""
      return "\(first); forward mode takes \(forward) multiply-adds, reverse mode \(reverse)"
    }
  }
}

extension Graph {
  /// What the Jacobian of an output costs in several orders, for the graph as it is written with functions and
  /// composites expanded.
  ///
  /// - Parameters:
  ///   - output: The output.
  ///   - sources: Inputs and parameters; nil for all that the output depends on differentiably.
  ///   - dimensions: The numbers that named dimensions stand for.
  /// - Throws: `.unknownName` for a name that the graph does not have, `.unboundDimension` for a named dimension
  ///   without a number, `.notDifferentiable` where the output depends on no source differentiably.
  public func jacobianCost(
    of output: String, withRespectTo sources: [String]? = nil, dimensions: [String: Int] = [:]
  ) throws(Diagnostic) -> JacobianCost {
    let bound = try Pass.compositeExpansion(binding(dimensions))
    try bound.checkBound()
    let target = try bound.output(named: output).value
    let names: [String]
    if let sources { names = sources } else { names = try bound.differentiableSources(of: output) }
    var origins: [ValueID] = []
    for name in names { origins.append(try bound.value(ofSource: name)) }
    var local = LocalJacobians()
    guard !names.isEmpty, bound.type(of: target).scalarType.isDifferentiable,
      let linearised = try local.linearised(bound, from: origins, to: [target])
    else {
      throw Diagnostic(
        .notDifferentiable,
        "\(output) depends differentiably on "
          + (names.isEmpty ? "no input or parameter" : "none of \(names.joined(separator: ", "))")
          + ", so that there is no Jacobian to make")
    }
    return JacobianCost(
      output, names, rows: bound.elementCount([target]), columns: bound.elementCount(origins),
      linearised.graph, labels: linearised.nodes.map { bound.label(of: $0) })
  }

  private func elementCount(_ values: [ValueID]) -> Int {
    values.reduce(0) { $0 +| (type(of: $1).shape.elementCount ?? 0) }
  }
}

extension JacobianCost {
  fileprivate init(
    _ output: String, _ sources: [String], rows: Int, columns: Int, _ graph: LinearisedGraph,
    labels: [String]
  ) {
    self.output = output
    self.sources = sources
    rowCount = rows
    columnCount = columns
    let found = graph.orders()
    orders = found.map { order in
      Order(
        strategy: order.strategy, nodes: order.values.map { labels[$0] },
        multiplyAdds: Int(clampedConversion: order.multiplyAdds))
    }
    let values = graph.chain()
    chain = values?.map { Int(clampedConversion: graph.sizes[$0]) }
    if let values, values.count > 1 {
      let places = Dictionary(values.enumerated().map { ($1, $0) }) { first, _ in first }
      bracketing =
        JacobianChain.Bracketing(
          of: values.count - 1, eliminating: found[0].values.compactMap { places[$0] }
        ).description
    } else {
      bracketing = nil
    }
  }
}
