import AdjointCore

/// Writes a graph as text of the `.graph` format, version 1, in time linear in its length.
///
/// The grammar; a line break ends a statement, `//` begins a comment that ends with its line, and
/// other white space only separates:
///
///     file        = "adjoint" "1" "graph" NAME "{" { statement } "}"
///     statement   = "input" VALUE ":" type [ provenance ]
///                 | "parameter" VALUE ":" type "=" initializer [ provenance ]
///                 | results "=" OPERATOR "(" [ VALUE { "," VALUE } ] ")" [ attributes ]
///                   ":" type { "," type } [ provenance ]
///                 | "output" NAME "=" VALUE
///                 | "update" VALUE "=" VALUE
///     results     = VALUE { "," VALUE }
///     attributes  = "{" [ NAME "=" attribute { "," NAME "=" attribute } ] "}"
///     attribute   = number | "true" | "false" | TEXT | list | SCALAR_TYPE | type
///     list        = "[" [ item { "," item } ] "]"              item = number | NAME
///     type        = SCALAR_TYPE "[" [ extent { "," extent } ] "]"  extent = INTEGER | NAME
///     initializer = "zeros" | "he" | "glorot" | "constant" "(" number ")"
///                 | "uniform" "(" number "," number ")" | "normal" "(" number "," number ")"
///                 | "literal" list
///     provenance  = "@" ROLE "(" "node" "=" TEXT "," "rule" "=" TEXT
///                   [ "," "operand" "=" INTEGER ] [ "," "contribution" "=" INTEGER ] ")"
///
/// - A NAME is letters, digits, `_` and `.`, beginning with a letter or `_`. A VALUE is `%` and the
///   name of a node, or `%` and a number for a node without a name; numbers need not be in order, and
///   print as 0, 1, … in the order of the unnamed nodes. The further results of a node `%h` with
///   several are `%h#1`, `%h#2`, …
/// - A number with a point or an exponent, `inf`, `-inf` and `nan` are floating-point numbers, others
///   whole ones. A list with at least one of them is a list of floating-point numbers.
/// - `adjoint 1` is the first line. A value is used only on lines after the one that defines it, which
///   is why no graph can have a cycle.
/// - The types after the colon are those that the operator gives; the parser compares them.
package struct GraphPrinter {
  /// The version of the format that is written.
  package static let version = 1

  private let graph: Graph

  package init(_ graph: Graph) { self.graph = graph }

  /// The whole graph; `GraphParser` reads it back.
  package static func text(of graph: Graph) -> String { GraphPrinter(graph).text { _ in true } }

  /// The nodes with one of the roles (nil for those that the user wrote), with the outputs and updates
  /// that they compute, and a comment in front that counts the nodes.
  ///
  /// It is for reading: nodes may use values of the parts left out.
  package func text(of roles: Set<Provenance.Role?>) -> String {
    "// \(counts)\n" + text { roles.contains(graph.nodes[$0].provenance?.role) }
  }

  /// How many nodes there are of each role: `12 nodes: 7 forward, 4 adjoint, 1 accumulation`.
  package var counts: String {
    var counts: [Provenance.Role?: Int] = [:]
    for node in graph.nodes { counts[node.provenance?.role, default: 0] += 1 }
    let roles: [Provenance.Role?] = [nil] + Provenance.Role.allCases
    let parts = roles.compactMap { role in
      counts[role].map { "\($0) \(role?.rawValue ?? "forward")" }
    }
    let total = "\(graph.nodeCount) node\(graph.nodeCount == 1 ? "" : "s")"
    return parts.isEmpty ? total : "\(total): \(parts.joined(separator: ", "))"
  }

  private func text(where includes: (Int) -> Bool) -> String {
    var text = "adjoint \(Self.version)\n\ngraph \(graph.name) {\n"
    for index in graph.nodes.indices where includes(index) {
      text += "  "
      text += line(of: index)
      text += "\n"
    }
    for output in graph.outputList where includes(output.value.node) {
      text += "  output \(output.name) = \(spelling(of: output.value))\n"
    }
    for update in graph.updates where includes(update.value.node) {
      text += "  update %\(graph.label(of: update.parameter)) = \(spelling(of: update.value))\n"
    }
    return text + "}\n"
  }

  /// The statement of one node, without indentation and line break.
  package func line(of index: Int) -> String {
    let node = graph.nodes[index]
    let types = node.resultTypes.map(\.description).joined(separator: ", ")
    let label = graph.label(of: index)
    var text: String
    switch node.kind {
    case .input:
      text = "input %\(label): \(types)"
    case .parameter(let initializer):
      text = "parameter %\(label): \(types) = "
      text += GraphSpelling.initializer(initializer, of: node.resultTypes[0])
    case .operation(let operation):
      let results = node.resultTypes.indices.map { spelling(of: ValueID(node: index, result: $0)) }
      let operands = node.operands.map { spelling(of: $0) }
      text = "\(results.joined(separator: ", ")) = \(operation.mnemonic)"
      text += "(\(operands.joined(separator: ", ")))"
      text += GraphSpelling.attributes(operation.attributes)
      text += " : \(types)"
    }
    return text + GraphSpelling.provenance(node.provenance)
  }

  private func spelling(of value: ValueID) -> String {
    let label = graph.label(of: value.node)
    return value.result == 0 ? "%\(label)" : "%\(label)#\(value.result)"
  }
}

extension Graph: CustomStringConvertible {
  /// The graph in the `.graph` format: one node a line, with its type.
  public var description: String { GraphPrinter.text(of: self) }
}
