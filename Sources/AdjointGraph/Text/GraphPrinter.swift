import AdjointCore

/// Writes a graph as text of the `.graph` format, in time linear in its length.
///
/// The grammar; a line break ends a statement, `//` begins a comment that ends with its line, and
/// other white space only separates:
///
///     file        = "adjoint" ( "1" | "2" ) { function } "graph" NAME "{" { statement } "}"
///     function    = "function" NAME [ "(" [ derivative { "," derivative } ] ")" ] "{" { statement } "}"
///     derivative  = ( "vjp" | "jvp" ) "=" "@" NAME
///     statement   = "input" VALUE ":" type [ provenance ]
///                 | "parameter" VALUE ":" type "=" initializer [ provenance ]
///                 | results "=" OPERATOR "(" [ VALUE { "," VALUE } ] ")" [ attributes ]
///                   ":" type { "," type } [ provenance ]
///                 | "output" NAME "=" VALUE
///                 | "update" VALUE "=" VALUE
///     results     = VALUE { "," VALUE }
///     attributes  = "{" [ NAME "=" attribute { "," NAME "=" attribute } ] "}"
///     attribute   = number | "true" | "false" | TEXT | list | SCALAR_TYPE | type | "@" NAME
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
/// - `adjoint 1` is the first line, `adjoint 2` that of a file with functions. A function has neither parameters
///   nor updates, and is named only in what stands below it, which is why none can call itself. Values and
///   dimensions have names of their own in each function. A value is used only on lines after the one that defines it, which
///   is why no graph can have a cycle.
/// - The types after the colon are those that the operator gives; the parser compares them.
package struct GraphPrinter {
  /// The version of the format that is written: the first that has what the graph has.
  package var version: Int { names.functions.isEmpty ? 1 : 2 }

  private let graph: Graph
  private let names: FunctionNames

  package init(_ graph: Graph) { self.init(graph, FunctionNames(graph)) }

  private init(_ graph: Graph, _ names: FunctionNames) {
    self.graph = graph
    self.names = names
  }

  /// The whole graph; `GraphParser` reads it back.
  package static func text(of graph: Graph) -> String { GraphPrinter(graph).text { _ in true } }

  /// Gives the text of the whole graph to a receiver in parts of about a mebibyte, so that no text is
  /// in memory as a whole.
  ///
  /// - Throws: what the receiver throws; `.memoryLimit` for a graph that `GraphParser` would not read
  ///   back, because its text or its number of nodes is beyond `GraphLimits`.
  package static func write(
    _ graph: Graph, byteLimit: Int = GraphLimits.fileBytes,
    to receive: ([UInt8]) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    guard graph.nodes.count <= GraphLimits.nodes else { throw GraphLimits.tooManyNodes(graph.name) }
    var byteCount = 0
    try GraphPrinter(graph).write(where: { _ in true }) { (part) throws(Diagnostic) in
      byteCount += part.count
      guard byteCount <= byteLimit else {
        throw Diagnostic(
          .memoryLimit,
          "the graph \(graph.name) takes more than \(byteLimit) bytes as text, the most "
            + "that are read; write it in parts, or with fewer nodes")
      }
      try receive(part)
    }
  }

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

  private func text(where includes: @Sendable (Int) -> Bool) -> String {
    var buffer = TextBuffer()
    write(where: includes) { buffer.append(contentsOf: $0) }
    return buffer.text
  }

  private func write<Failure: Error>(
    where includes: @Sendable (Int) -> Bool, to receive: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var buffer = TextBuffer()
    buffer.reserveCapacity(Self.partByteCount + 4096)
    buffer.append("adjoint \(version)\n\n")
    for function in names.functions {
      buffer.append("function \(names[function])\(derivatives(of: function)) {\n")
      try GraphPrinter(function.body, names).writeStatements(
        to: &buffer, where: { _ in true }, to: receive)
      buffer.append("}\n\n")
      try pass(on: &buffer, to: receive)
    }
    buffer.append("graph \(graph.name) {\n")
    try writeStatements(to: &buffer, where: includes, to: receive)
    buffer.append("}\n")
    try receive(buffer.bytes)
  }

  /// ` (vjp = @f, jvp = @g)`, with what the function has of these.
  private func derivatives(of function: Function) -> String {
    let parts = [("vjp", function.vectorJacobianProduct), ("jvp", function.jacobianVectorProduct)]
      .compactMap { kind, derivative in derivative.map { "\(kind) = @\(names[$0])" } }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
  }

  private func writeStatements<Failure: Error>(
    to buffer: inout TextBuffer, where includes: @Sendable (Int) -> Bool,
    to receive: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let blockCount = (graph.nodes.count + Self.blockNodeCount - 1) / Self.blockNodeCount
    for first in stride(from: 0, to: blockCount, by: Self.blocksAtOnce) {
      let blocks = first..<min(first + Self.blocksAtOnce, blockCount)
      for block in concurrentMap(blocks.count, { text(ofBlock: first + $0, where: includes) }) {
        buffer.append(contentsOf: block)
        try pass(on: &buffer, to: receive)
      }
    }
    for output in graph.outputList where includes(output.value.node) {
      buffer.append("  output ")
      buffer.append(output.name)
      buffer.append(" = ")
      append(output.value, to: &buffer)
      buffer.append("\n")
      try pass(on: &buffer, to: receive)
    }
    for update in graph.updates where includes(update.value.node) {
      buffer.append("  update ")
      append(ValueID(node: update.parameter), to: &buffer)
      buffer.append(" = ")
      append(update.value, to: &buffer)
      buffer.append("\n")
      try pass(on: &buffer, to: receive)
    }
  }

  /// The nodes whose text one thread writes at a time, and how many such blocks are written at once.
  private static let blockNodeCount = 8192
  private static let blocksAtOnce = 8

  private func text(
    ofBlock block: Int, where includes: @Sendable (Int) -> Bool
  ) -> [UInt8] {
    var buffer = TextBuffer()
    let first = block * Self.blockNodeCount
    for index in first..<min(first + Self.blockNodeCount, graph.nodes.count)
    where includes(index) {
      buffer.append("  ")
      append(index, to: &buffer)
      buffer.append("\n")
    }
    return buffer.bytes
  }

  /// The bytes after which a part of the text is passed on.
  private static let partByteCount = 1 << 20

  private func pass<Failure: Error>(
    on buffer: inout TextBuffer, to receive: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    guard buffer.bytes.count >= Self.partByteCount else { return }
    try receive(buffer.bytes)
    buffer.removeAll()
  }

  /// The statement of one node, without indentation and line break.
  package func line(of index: Int) -> String {
    var buffer = TextBuffer()
    append(index, to: &buffer)
    return buffer.text
  }

  private func append(_ index: Int, to buffer: inout TextBuffer) {
    let node = graph.nodes[index]
    switch node.kind {
    case .input:
      buffer.append("input ")
      append(ValueID(node: index), to: &buffer)
      buffer.append(": ")
      buffer.append(node.resultTypes) { $0.append($1) }
    case .parameter(let initializer):
      buffer.append("parameter ")
      append(ValueID(node: index), to: &buffer)
      buffer.append(": ")
      buffer.append(node.resultTypes) { $0.append($1) }
      buffer.append(" = ")
      buffer.append(GraphSpelling.initializer(initializer))
    case .operation(let operation):
      buffer.append(node.resultTypes.indices) {
        append(ValueID(node: index, result: $1), to: &$0)
      }
      buffer.append(" = ")
      buffer.append(operation.mnemonic)
      buffer.append("(")
      buffer.append(node.operands) { append($1, to: &$0) }
      buffer.append(")")
      buffer.append(GraphSpelling.attributes(operation.attributes, names))
      buffer.append(" : ")
      buffer.append(node.resultTypes) { $0.append($1) }
    }
    if let provenance = node.provenance { append(provenance, to: &buffer) }
  }

  /// Appends `%h`, `%12` or `%h#1`.
  private func append(_ value: ValueID, to buffer: inout TextBuffer) {
    buffer.append("%")
    graph.appendLabel(of: value.node, to: &buffer)
    guard value.result > 0 else { return }
    buffer.append("#")
    buffer.append(value.result)
  }

  /// Appends ` @adjoint(node = "h", rule = "tanh", operand = 0)`.
  private func append(_ provenance: Provenance, to buffer: inout TextBuffer) {
    buffer.append(" @")
    buffer.append(provenance.role.rawValue)
    buffer.append("(node = ")
    buffer.append(GraphSpelling.quoted(provenance.node))
    buffer.append(", rule = ")
    buffer.append(GraphSpelling.quoted(provenance.rule))
    if let operand = provenance.operand {
      buffer.append(", operand = ")
      buffer.append(operand)
    }
    if let contribution = provenance.contribution {
      buffer.append(", contribution = ")
      buffer.append(contribution)
    }
    buffer.append(")")
  }
}

extension Graph: CustomStringConvertible {
  /// The graph in the `.graph` format: one node a line, with its type.
  public var description: String { GraphPrinter.text(of: self) }
}
