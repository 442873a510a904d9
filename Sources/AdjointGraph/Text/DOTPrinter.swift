import AdjointCore

/// Writes a graph in the language of Graphviz (https://graphviz.org/doc/info/lang.html): values flow
/// down, inputs and parameters at the top, outputs at the bottom, each role in a colour of its own, and each
/// function in a frame.
package struct DOTPrinter {
  /// Characters of an operator's attributes that are shown.
  private static let attributeLength = 60

  private let graph: Graph
  private let names: FunctionNames
  /// What the nodes are called: `n0`, `n1`, … after it.
  private let prefix: String

  package init(_ graph: Graph) { self.init(graph, FunctionNames(graph), prefix: "") }

  private init(_ graph: Graph, _ names: FunctionNames, prefix: String) {
    self.graph = graph
    self.names = names
    self.prefix = prefix
  }

  /// The whole graph.
  package static func text(of graph: Graph) -> String { DOTPrinter(graph).text }

  package var text: String {
    var text = """
      digraph \(Self.quoted(graph.name)) {
        rankdir = TB;
        node [shape = box, style = "rounded,filled", fontname = "Helvetica", fontsize = 10];
        edge [color = "#606060", fontname = "Helvetica", fontsize = 8];

      """
    for (number, function) in names.functions.enumerated() {
      text += "  subgraph cluster_\(number) {\n    label = \(Self.quoted("@" + names[function]));\n"
      text += "    style = rounded; color = \"#909090\"; fontname = \"Helvetica\"; fontsize = 10;\n"
      text += DOTPrinter(function.body, names, prefix: "f\(number)").statements + "  }\n"
    }
    return text + statements + "}\n"
  }

  private var statements: String {
    var text = ""
    for index in graph.nodes.indices { text += node(index) }
    for (index, output) in graph.outputList.enumerated() {
      text += "  \(prefix)o\(index) [label = \(Self.quoted(output.name)), shape = doubleoctagon"
      text += ", style = filled, fillcolor = \"#fff2b3\"];\n"
      text += edge(from: output.value, to: "\(prefix)o\(index)", "")
    }
    for update in graph.updates {
      text += edge(
        from: update.value, to: "\(prefix)n\(update.parameter)",
        "style = dashed, constraint = false, label = \"next\"")
    }
    return text
  }

  private func node(_ index: Int) -> String {
    let node = graph.nodes[index]
    let types = node.resultTypes.map(\.description).joined(separator: ", ")
    var lines = ["%\(graph.label(of: index))"]
    var shape = "box"
    switch node.kind {
    case .input: shape = "ellipse"
    case .parameter(let initializer):
      shape = "cylinder"
      lines.append(Self.shortened(GraphSpelling.initializer(initializer)))
    case .operation(let operation):
      lines[0] += " = \(operation.mnemonic)"
      let attributes = GraphSpelling.attributes(operation.attributes, names)
      if !attributes.isEmpty { lines.append(Self.shortened(String(attributes.dropFirst()))) }
    }
    lines.append(types)
    if let provenance = node.provenance {
      lines.append("\(provenance.role.rawValue) of %\(provenance.node) (\(provenance.rule))")
    }
    var text = "  \(prefix)n\(index) [label = \(Self.quoted(lines.joined(separator: "\n")))"
    text += ", shape = \(shape), fillcolor = \"\(color(of: node))\"];\n"
    for operand in node.operands { text += edge(from: operand, to: "\(prefix)n\(index)", "") }
    return text
  }

  private func edge(from value: ValueID, to target: String, _ style: String) -> String {
    var styles = style.isEmpty ? [] : [style]
    if value.result > 0 { styles.append("taillabel = \"#\(value.result)\"") }
    let list = styles.isEmpty ? "" : " [\(styles.joined(separator: ", "))]"
    return "  \(prefix)n\(value.node) -> \(target)\(list);\n"
  }

  private func color(of node: Node) -> String {
    switch node.provenance?.role {
    case .tangent: return "#d8c8f0"
    case .adjoint: return "#f6c9c0"
    case .accumulation: return "#f0a898"
    case .update: return "#f9ddae"
    case nil: break
    }
    switch node.kind {
    case .input: return "#c6e5c3"
    case .parameter: return "#bfe3e6"
    case .operation: return "#d6e4f5"
    }
  }

  private static func shortened(_ text: String) -> String {
    text.count <= attributeLength ? text : text.prefix(attributeLength - 1) + "…"
  }

  /// A string of the DOT language; line breaks are `\n` there.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
