import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

/// The derivative of an output with respect to one value as a formula, and which of the nodes that read the value
/// contributed which term of it.
///
/// <!-- given: graph: Graph -->
/// ```swift
/// let explanation = try graph.explained("y", withRespectTo: "x")
/// print(explanation.derivative)          // cos(x) · x + sin(x)
/// for term in explanation.terms { print(term) }
/// ```
///
/// The graph is that after the standard passes, as for `differentiated(_:withRespectTo:mode:options:)`. Where the
/// output is not a scalar, the derivative has its cotangent, `cotangent.<output>`, as a factor.
public struct DerivativeExplanation: Sendable {
  /// What one child of the value contributed.
  public struct Term: Hashable, Sendable, CustomStringConvertible {
    /// The name that the child has in print; that of the output where the value is the output.
    public let child: String
    /// The operator of the child, `output` for the output.
    public let rule: String
    /// At which place the child reads the value.
    public let operand: Int
    /// Where the child comes from, if that is known.
    public let location: SourceLocation?
    /// The term, simplified.
    public let formula: Formula
    /// The output of `graph` that computes it.
    public let output: String

    /// The child and the term: `%h = tanh, operand 0: cotangent · (1 − h · h)`.
    public var description: String { "%\(child) = \(rule), operand \(operand): \(formula.text)" }
  }

  /// The output.
  public let output: String
  /// The value.
  public let source: String
  /// The output itself, simplified.
  public let value: Formula
  /// The derivative, simplified.
  public let derivative: Formula
  /// The terms in the order in which they are added.
  public let terms: [Term]
  /// What computes the derivative, its output `derivative`, and each term, `term0`, `term1`, …, which sum up to it.
  public let graph: Graph

  fileprivate init(_ graph: Graph, _ output: String, _ source: String) throws(Diagnostic) {
    self.output = output
    self.source = source
    let standard = try graph.prepared(for: output, source)
    let builder = GraphBuilder(extending: standard)
    let target = builder.value(try standard.value(named: output))
    let path = DifferentiationPath(
      from: [builder.value(try standard.value(ofSource: source))], to: [target], in: builder,
      StandardArithmetic())
    let cotangent =
      target.rank == 0
      ? builder.constant(1, target.scalarType)
      : builder.input(Self.free("cotangent.\(output)", builder), target.scalarType, target.shape)
    builder.setOutputs([])
    builder.output("value", target)
    let adjoint = path.adjoints(of: [cotangent])[0]
    builder.output("derivative", adjoint)
    let found = path.adjointTerms(of: [cotangent])
    for (number, term) in found.enumerated() { builder.output("term\(number)", term.value) }
    let written = try builder.build()
    // Equal nodes may have become one, so that the formulas name what they share.
    let simplified = try Pipeline.standard(written)
    value = Formula(of: try simplified.value(named: "value"), in: simplified)
    derivative = Formula(of: try simplified.value(named: "derivative"), in: simplified)
    var terms: [Term] = []
    for (number, term) in found.enumerated() {
      let node = term.child.map { standard.nodes[$0] }
      terms.append(
        Term(
          child: term.child.map { standard.label(of: $0) } ?? output,
          rule: node?.mnemonic ?? "output", operand: term.operand, location: node?.location,
          formula: Formula(of: try simplified.value(named: "term\(number)"), in: simplified),
          output: "term\(number)"))
    }
    self.terms = terms
    self.graph = simplified
  }

  private static func free(_ name: String, _ builder: GraphBuilder) -> String {
    var free = name
    while builder.hasNode(named: free) { free += "_" }
    return free
  }
}

extension Graph {
  /// The derivative of an output with respect to an input, a parameter or a named node, as a formula and term by
  /// term.
  ///
  /// - Throws: `.unknownName` for a name the graph does not have; `.notDifferentiable` where the output does not
  ///   depend differentiably on the value, listing what is in the way.
  public func explained(
    _ output: String, withRespectTo source: String
  ) throws(Diagnostic) -> DerivativeExplanation {
    try DerivativeExplanation(self, output, source)
  }

  /// The graph that is explained: after the standard passes, unless they took away the node with the name.
  fileprivate func prepared(
    for output: String, _ source: String
  ) throws(Diagnostic) -> Graph {
    let sourceValue = try value(ofSource: source)
    // Refuses what has no derivative, with everything in the way.
    _ = try differentiatedAsWritten(output, withRespectTo: [source])
    let part = try keeping(outputs: [output])
    if nodes[sourceValue.node].operation == nil, outputsByNameHas(output) {
      return try Pipeline.standard(part)
    }
    return part
  }

  private func outputsByNameHas(_ name: String) -> Bool { outputs.contains { $0.name == name } }
}
