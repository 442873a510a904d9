import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

/// Appends the tangent and the adjoint of every value to a graph, spells the rules from the nodes that
/// were appended, and evaluates all of it node by node.
struct EvaluationTraceBuilder {
  private let graph: Graph
  private let builder: GraphBuilder
  private let values: [ValueID]
  private var tangents: [ValueID: Value] = [:]
  private var adjoints: [ValueID: Value] = [:]

  init(_ graph: Graph, _ output: String, _ direction: String) throws(Diagnostic) {
    self.graph = graph
    builder = GraphBuilder(extending: graph)
    values = graph.nodes.enumerated().flatMap { index, node in
      node.resultTypes.indices.map { ValueID(node: index, result: $0) }
    }
    let floating = values.filter { graph.type(of: $0).scalarType.isDifferentiable }
    let places = floating.map { builder.value($0) }
    let source = builder.value(ValueID(node: graph.source(named: direction) ?? 0))
    let target = builder.value(try graph.value(named: output))
    // Of the nodes as they stand, each of which has a row.
    let arithmetic = StandardArithmetic()
    let tangents = DifferentiationPath(from: [source], to: places, in: builder, arithmetic)
      .tangents(of: [builder.full(1, source.type)])
    let adjoints = DifferentiationPath(from: places, to: [target], in: builder, arithmetic)
      .adjoints(of: [builder.full(1, target.type)])
    for (index, id) in floating.enumerated() {
      self.tangents[id] = tangents[index]
      self.adjoints[id] = adjoints[index]
    }
  }

  func rows(_ tensors: [String: Tensor]) throws(Diagnostic) -> [EvaluationTrace.Row] {
    let wanted = values + tangents.values.map(\.id) + adjoints.values.map(\.id)
    let extended = Graph(
      name: graph.name, nodes: builder.nodes,
      outputs: wanted.map { Graph.Output(name: "value", value: $0) }, updates: [])
    let points = try extended.interpretedPointCount()
    guard points <= Self.maximumPointCount else {
      throw Diagnostic(
        .invalidArgument,
        "a trace is for small graphs, and \(graph.name) with its derivatives takes "
          + "\(Int(clampedConversion: points)) steps, more than \(Int(Self.maximumPointCount)); trace a "
          + "part, or bind smaller dimensions")
    }
    let results = try GraphInterpreter.evaluate(extended, tensors).values
    let tangentRules = rules(values, tangents, mark: "\u{307}")
    let adjointRules = rules(values.reversed(), adjoints, mark: "\u{304}")
    return values.map { id in
      EvaluationTrace.Row(
        name: name(of: id), formula: formula(of: id), primal: results[id.node][id.result],
        tangent: tangents[id].map { results[$0.id.node][$0.id.result] },
        tangentRule: tangentRules[id] ?? "",
        adjoint: adjoints[id].map { results[$0.id.node][$0.id.result] },
        adjointRule: adjointRules[id] ?? "")
    }
  }

  /// The rule of each derivative, in terms of values and of derivatives that come before it.
  private func rules(
    _ order: [ValueID], _ derivatives: [ValueID: Value], mark: String
  ) -> [ValueID: String] {
    var symbols: [ValueID: String] = [:]
    for id in values { symbols[id] = name(of: id) }
    var rules: [ValueID: String] = [:]
    for id in order {
      guard let derivative = derivatives[id] else { continue }
      var budget = Self.longestRule
      rules[id] = expression(derivative.id, symbols, &budget)
      if symbols[derivative.id] == nil {
        symbols[derivative.id] = marked(name(of: id), mark)
      }
    }
    return rules
  }

  /// The most points of loops in a trace: some seconds for the interpreter.
  private static let maximumPointCount = 0x1p26

  /// The most operators in a rule that is spelled out.
  private static let longestRule = 24

  private func expression(
    _ id: ValueID, _ symbols: [ValueID: String], _ budget: inout Int
  ) -> String {
    if let symbol = symbols[id] { return symbol }
    let value = builder.value(id)
    if let element = value.constantElement { return Self.spelled(element) }
    guard budget > 0 else { return "…" }
    budget -= 1
    let node = builder.node(id.node)
    var operands: [String] = []
    for operand in node.operands { operands.append(expression(operand, symbols, &budget)) }
    return "\(node.mnemonic)(\(operands.joined(separator: ", ")))"
  }

  /// The mnemonic with the operands' names; a constant's number in place of operands.
  private func formula(of id: ValueID) -> String {
    let node = graph.nodes[id.node]
    guard node.operation != nil else { return node.mnemonic }
    if node.operands.isEmpty, let element = builder.value(id).constantElement {
      return "\(node.mnemonic)(\(Self.spelled(element)))"
    }
    return "\(node.mnemonic)(\(node.operands.map(name).joined(separator: ", ")))"
  }

  /// The name of a node, `%` and its number where it has none; `#1`, `#2` … for further results.
  private func name(of id: ValueID) -> String {
    let name = graph.nodes[id.node].name ?? "%\(graph.label(of: id.node))"
    return id.result == 0 ? name : "\(name)#\(id.result)"
  }

  /// The name with a mark over its first letter or digit.
  private func marked(_ name: String, _ mark: String) -> String {
    let head = name.hasPrefix("%") ? name.prefix(2) : name.prefix(1)
    return head + mark + name.dropFirst(head.count)
  }

  /// A number, a whole one without a point.
  private static func spelled(_ element: Tensor) -> String {
    if let number = element.scalar, number == number.rounded(), number.magnitude < 1e15 {
      return String(Int(number))
    }
    return element.spelling(at: 0)
  }
}
