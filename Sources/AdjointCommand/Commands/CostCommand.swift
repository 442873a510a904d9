import Adjoint
import ArgumentParser

struct CostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost",
    abstract: "Counts multiply-adds, and chooses the order of a Jacobian.",
    discussion: """
      Counts are those of the graph as it is written, node by node, before anything is fused; functions \
      such as exp are counted apart. For an output, all orders of the chain rule are costed that are \
      affordable: forward and reverse mode, and orders across. The last line says which costs least, \
      and why.

        adjoint cost Graphs/digits-mlp.graph --dim B=32
        adjoint cost Graphs/trace.graph --of y --with-respect-to x1
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @Option(
    help: ArgumentHelp(
      "The output whose Jacobian is costed; loss, or the only floating-point one, where it is not "
        + "given.",
      valueName: "output"))
  var of: String?

  @Option(
    help: ArgumentHelp("Inputs and parameters, with commas between.", valueName: "a,b"),
    transform: NameList.init)
  var withRespectTo: NameList?

  @OptionGroup var dimensions: DimensionOptions

  @Option(
    parsing: .unconditional, help: "How many nodes are listed, those that take most first.")
  var nodes = 10

  @Flag(help: "Print a JSON object, with all nodes.")
  var json = false

  func validate() throws {
    guard nodes >= 0 else { throw ValidationError("--nodes cannot be \(nodes)") }
  }

  func run() throws {
    let graph = try Graph(contentsOf: file)
    let extents = try dimensions.extents()
    for name in extents.keys.sorted() { try graph.checkDimension(named: name) }
    let cost = try graph.cost(dimensions: extents)
    let output = try graph.differentiableOutput(named: of)
    let jacobian = try graph.jacobianCost(
      of: output, withRespectTo: withRespectTo?.names, dimensions: extents)
    try StandardStream.output.write(
      json ? Self.json(graph, cost, jacobian).text : text(graph, cost, jacobian))
  }

  private func text(_ graph: Graph, _ cost: GraphCost, _ jacobian: JacobianCost) -> String {
    var text =
      "\(graph.name): \(NumberText.grouped(cost.multiplyAdds)) multiply-adds, "
      + "\(NumberText.grouped(cost.functionCount)) evaluations of functions\n"
    let order = cost.nodes.indices.sorted { left, right in
      let (a, b) = (cost.nodes[left], cost.nodes[right])
      let (x, y) = (a.multiplyAdds, b.multiplyAdds)
      if x != y { return x > y }
      return a.functionCount == b.functionCount ? left < right : a.functionCount > b.functionCount
    }
    if nodes > 0 {
      var table = TextTable(["node", "operator", "type", "multiply-adds", "functions"])
      table.rightAligned = [3, 4]
      for node in order.prefix(nodes).map({ cost.nodes[$0] }) {
        table.append([
          "%\(node.node)", node.mnemonic, node.type.description,
          NumberText.grouped(node.multiplyAdds), NumberText.grouped(node.functionCount),
        ])
      }
      text += "\n" + table.text
      if cost.nodes.count > nodes { text += "and \(cost.nodes.count - nodes) others\n" }
    }
    text +=
      "\nJacobian of \(jacobian.output) with respect to "
      + "\(jacobian.sources.joined(separator: ", ")): \(NumberText.grouped(jacobian.rowCount)) "
      + "× \(NumberText.grouped(jacobian.columnCount))\n"
    if let chain = jacobian.chain {
      text += "a chain: \(chain.map { "\($0)" }.joined(separator: "-"))\n"
    }
    var orders = TextTable(["order", "multiply-adds"])
    orders.rightAligned = [1]
    for strategy in EliminationStrategy.allCases {
      guard let order = jacobian.orders.first(where: { $0.strategy == strategy }) else { continue }
      orders.append([strategy.rawValue, NumberText.grouped(order.multiplyAdds)])
    }
    let brackets = jacobian.bracketing.map { ", \($0)" } ?? ""
    return text + orders.text
      + "chosen: \(jacobian.choice.strategy.rawValue)\(brackets): \(jacobian.reason)\n"
  }

  private static func json(
    _ graph: Graph, _ cost: GraphCost, _ jacobian: JacobianCost
  ) -> JSONValue {
    .object([
      "graph": .text(graph.name), "multiplyAdds": .integer(cost.multiplyAdds),
      "functions": .integer(cost.functionCount),
      "nodes": .array(
        cost.nodes.map { node in
          .object([
            "node": .text(node.node), "operator": .text(node.mnemonic),
            "type": .text(node.type.description), "multiplyAdds": .integer(node.multiplyAdds),
            "functions": .integer(node.functionCount),
          ])
        }),
      "output": .text(jacobian.output), "sources": .array(jacobian.sources.map { .text($0) }),
      "rows": .integer(jacobian.rowCount), "columns": .integer(jacobian.columnCount),
      "chain": jacobian.chain.map { .array($0.map { .integer($0) }) } ?? .null,
      "bracketing": jacobian.bracketing.map { .text($0) } ?? .null,
      "orders": .array(
        jacobian.orders.map { order in
          .object([
            "strategy": .text(order.strategy.rawValue),
            "multiplyAdds": .integer(order.multiplyAdds),
            "nodes": .array(order.nodes.map { .text($0) }),
          ])
        }),
      "choice": .text(jacobian.choice.strategy.rawValue), "reason": .text(jacobian.reason),
    ])
  }
}
