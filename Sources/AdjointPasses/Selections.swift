import AdjointCore
import AdjointGraph
import AdjointOperators

extension Pass {
  /// Selects from what a product reads instead of from its result, so that only what is selected is computed.
  ///
  ///     %p = dot_general(%x, %w)          →     %0 = slice(%x) {axes = [0], starts = [6], limits = [7]}
  ///     %y = slice(%p) {axes = [0], …}          %y = dot_general(%0, %w)
  ///
  /// Slices and gathers go through what is between them and the product, where nothing else reads that. A sum of the
  /// product may be associated in another way for its other shape.
  public static let selections = Pass(
    "selections", "select before products are computed"
  ) { (graph) throws(Diagnostic) in
    let routes = SelectionRoutes(of: graph).routes
    guard !routes.isEmpty else { return graph }
    var rewriter = GraphRewriter()
    rewriter.live = graph.liveNodes
    // Two selections of the same value become one.
    rewriter.mergesEqualNodes = true
    return try rewriter.rewrite(graph) { (builder, node, index) throws(Diagnostic) -> [Value]? in
      guard let route = routes[index] else { return nil }
      let operands = node.operands.map(builder.value)
      let writer = SelectionWriter(
        graph: graph, route: route, builder: builder, choice: Array(operands.dropFirst()))
      return [writer.selected(graph.nodes[index].operands[0], operands[0], route.axis)]
    }
  }
}

/// A selection that goes through other nodes, to where it ends.
private struct SelectionRoute {
  let operation: any PositionSelection
  let axis: Int
  /// The number of positions that are kept.
  let count: Int
  /// The number of positions before.
  private let extent: Int
  /// The nodes that it goes through.
  private(set) var nodes: Set<Int> = []
  /// Multiply-adds of products that are not computed.
  private var saved = 0
  /// Elements that are selected where it ends.
  private var selected = 0

  /// So many nodes are looked at for one selection.
  private static let reach = 64
  /// The multiply-adds of a product that take about as long as to move an element.
  private static let multiplyAddsOfMove = 8

  /// Nil for a node that selects nothing, or all of an axis.
  init?(_ node: Node, of graph: Graph) {
    guard let operation = node.operation as? any PositionSelection else { return nil }
    let operand = graph.type(of: node.operands[0])
    guard let axis = operation.selectedAxis(of: node.operands.map { graph.type(of: $0) }),
      let extent = operand.shape[axis].extent, let count = node.resultTypes[0].shape[axis].extent,
      0 < count, count < extent, operand.shape.elementCount != nil
    else { return nil }
    (self.operation, self.axis, self.count, self.extent) = (operation, axis, count, extent)
  }

  /// Whether it can go through one more node of such an operator.
  ///
  /// What is not there is NaN, and has to be so behind the node too: it is none of an operand of whole numbers, and none
  /// of a product that sums nothing.
  func admits(
    _ operation: any Operator, _ operands: [TensorType], to result: TensorType
  ) -> Bool {
    guard nodes.count < Self.reach else { return false }
    if !type(of: self.operation).reachesOutside { return true }
    if let product = operation as? DotGeneral {
      guard product.left.contract.allSatisfy({ (operands[0].shape[$0].extent ?? 0) > 0 }) else {
        return false
      }
    }
    return operation.passesNaN
      && (operands + [result]).allSatisfy(\.scalarType.isDifferentiable)
  }

  mutating func pass(
    _ node: Int, _ operation: any Operator, _ operands: [TensorType], to result: TensorType
  ) {
    nodes.insert(node)
    guard let product = operation as? DotGeneral else { return }
    let inner = product.left.contract.reduce(1) { $0 *| (operands[0].shape[$1].extent ?? 0) }
    saved = saved +| (share(of: result, extent - count) *| inner)
  }

  mutating func end(at type: TensorType) { selected = selected +| share(of: type, count) }

  /// The elements of a value at so many positions.
  private func share(of type: TensorType, _ positions: Int) -> Int {
    (type.shape.elementCount ?? 0) / extent *| positions
  }

  /// Whether it saves more than it takes, and somewhere selects.
  var pays: Bool { selected > 0 && saved > selected *| Self.multiplyAddsOfMove }
}

/// The selections of a graph that cost less before a product.
private struct SelectionRoutes {
  private let graph: Graph
  private let uses: [Int]
  /// By the node of the selection.
  private(set) var routes: [Int: SelectionRoute] = [:]

  init(of graph: Graph) {
    self.graph = graph
    let live = graph.liveNodes
    var uses = Array(repeating: 0, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where live[index] {
      for operand in node.operands { uses[operand.node] += 1 }
    }
    for output in graph.outputList { uses[output.value.node] += 2 }
    for update in graph.updates { uses[update.value.node] += 2 }
    self.uses = uses
    guard graph.nodes.contains(where: { $0.operation is DotGeneral }) else { return }
    for (index, node) in graph.nodes.enumerated() where live[index] {
      guard var route = SelectionRoute(node, of: graph) else { continue }
      follow(node.operands[0], route.axis, &route)
      if route.pays { routes[index] = route }
    }
  }

  /// Goes through the nodes that nothing else reads and whose operands have the positions of the axis.
  private func follow(_ value: ValueID, _ axis: Int, _ route: inout SelectionRoute) {
    let node = graph.nodes[value.node]
    let operands = node.operands.map { graph.type(of: $0) }
    guard uses[value.node] == 1, node.resultTypes.count == 1, let operation = node.operation,
      route.admits(operation, operands, to: node.resultTypes[0]),
      let passage = operation.passage(of: axis, operands: operands)
    else { return route.end(at: graph.type(of: value)) }
    route.pass(value.node, operation, operands, to: node.resultTypes[0])
    for (operand, axis) in zip(node.operands, passage.operandAxes) {
      if let axis { follow(operand, axis, &route) }
    }
  }
}

/// Writes the nodes of a route again for the positions that are kept.
private struct SelectionWriter {
  /// The graph before.
  let graph: Graph
  let route: SelectionRoute
  let builder: GraphBuilder
  /// What says which positions, behind the selection's first operand.
  let choice: [Value]

  /// The kept positions of a value along an axis.
  ///
  /// - Parameters:
  ///   - before: The value in the graph before.
  ///   - after: The same value in the graph that is written.
  func selected(_ before: ValueID, _ after: Value, _ axis: Int) -> Value {
    let node = graph.nodes[before.node]
    let operands = node.operands.map { graph.type(of: $0) }
    guard route.nodes.contains(before.node),
      let passage = node.operation?.passage(of: axis, operands: operands)
    else { return builder.apply(route.operation.selecting(along: axis), [after] + choice) }
    var values = after.operands
    for (place, axis) in passage.operandAxes.enumerated() {
      if let axis { values[place] = selected(node.operands[place], values[place], axis) }
    }
    let provenance = builder.currentProvenance
    defer { builder.currentProvenance = provenance }
    builder.currentProvenance = node.provenance
    return builder.apply(passage.operation(for: .fixed(route.count)), values)
  }
}
