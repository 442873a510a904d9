import AdjointCore

/// A value of a graph as a formula, in text and in LaTeX, with what it uses more than once under names of its own.
///
/// Broadcasts are not shown: a formula is read element by element, a smaller value standing for each part.
public struct Formula: Hashable, Sendable, CustomStringConvertible {
  /// A part that is used more than once, or that has a name in the graph.
  public struct Definition: Hashable, Sendable {
    /// The name: that of the node, or `t1`, `t2` and so on.
    public let name: String
    /// What it stands for.
    public let text: String
    /// The same in LaTeX.
    public let latex: String
  }

  /// What the formula uses by name, each behind what it uses itself.
  public let definitions: [Definition]
  /// The formula.
  public let text: String
  /// The formula in LaTeX.
  public let latex: String

  /// The definitions line by line, and then the formula: `t1 = exp(x)`, `t1 · t1 + 1`.
  public var description: String {
    (definitions.map { "\($0.name) = \($0.text)" } + [text]).joined(separator: "\n")
  }

  /// An `aligned` block: a line for each definition, and one for the whole under a name.
  ///
  /// - Parameter name: What the whole is called, in LaTeX.
  public func latexBlock(naming name: String) -> String {
    let lines =
      definitions.map { "\(FormulaWriter.latexName($0.name)) &= \($0.latex)" } + [
        "\(name) &= \(latex)"
      ]
    return "\\begin{aligned}\n" + lines.joined(separator: " \\\\\n") + "\n\\end{aligned}"
  }

  /// A name in LaTeX: upright where it has several letters, with digits at its end as an index.
  public static func latexName(of name: String) -> String { FormulaWriter.latexName(name) }

  /// The formula of a value.
  package init(of value: ValueID, in graph: Graph) {
    let writer = FormulaWriter(graph, value)
    let whole = writer.part(value)
    self.init(definitions: writer.definitions, text: whole.text, latex: whole.latex)
  }

  private init(definitions: [Definition], text: String, latex: String) {
    self.definitions = definitions
    self.text = text
    self.latex = latex
  }
}

/// Writes the formula of one value, node by node, so that no depth of a graph is a depth of calls.
private struct FormulaWriter {
  /// A formula, and how strongly it holds together.
  struct Part {
    var text: String
    var latex: String
    var strength: Notation.Strength
  }

  /// Formulas with more characters are given a name.
  private static let longest = 72

  private let graph: Graph
  private var parts: [ValueID: Part] = [:]
  private var names: Set<String>
  private(set) var definitions: [Formula.Definition] = []

  init(_ graph: Graph, _ target: ValueID) {
    self.graph = graph
    names = Set(graph.nodes.compactMap(\.name))
    var uses: [ValueID: Int] = [target: 1]
    var needed = Array(repeating: false, count: graph.nodes.count)
    needed[target.node] = true
    for index in graph.nodes.indices.reversed() where needed[index] {
      for operand in graph.nodes[index].operands {
        needed[operand.node] = true
        uses[operand, default: 0] += 1
      }
    }
    for index in graph.nodes.indices where needed[index] {
      for result in graph.nodes[index].resultTypes.indices {
        let value = ValueID(node: index, result: result)
        guard uses[value] != nil else { continue }
        enter(value, isShared: uses[value, default: 0] > 1, isTarget: value == target)
      }
    }
  }

  func part(_ value: ValueID) -> Part {
    parts[value] ?? Part(text: "?", latex: "?", strength: .atom)
  }

  private mutating func enter(_ value: ValueID, isShared: Bool, isTarget: Bool) {
    let node = graph.nodes[value.node]
    guard let operation = node.operation else {
      let name = node.name ?? "?"
      parts[value] = Part(text: name, latex: Self.latexName(name), strength: .atom)
      return
    }
    let whole = written(operation, node, value)
    let isPlain = whole.strength == .atom && !whole.text.contains("(")
    let isNamed = node.name != nil && value.result == 0
    guard !isTarget, !isPlain, isShared || isNamed || whole.text.count > Self.longest else {
      parts[value] = whole
      return
    }
    let name = isNamed ? node.name ?? "" : freeName()
    definitions.append(Formula.Definition(name: name, text: whole.text, latex: whole.latex))
    parts[value] = Part(text: name, latex: Self.latexName(name), strength: .atom)
  }

  private mutating func freeName() -> String {
    var number = definitions.count + 1
    while !names.insert("t\(number)").inserted { number += 1 }
    return "t\(number)"
  }

  private func written(_ operation: any Operator, _ node: Node, _ value: ValueID) -> Part {
    guard let notation = operation.notation(for: node.operands.map { graph.type(of: $0) }) else {
      return called(operation, node, value)
    }
    if notation.isOperand { return part(node.operands[0]) }
    func assembled(
      _ pieces: [Notation.Part], _ path: KeyPath<Part, String>, _ brackets: (String, String)
    ) -> String {
      pieces.map { piece in
        switch piece {
        case .text(let text): return text
        case .operand(let place, let strength):
          let operand = part(node.operands[place])
          let text = operand[keyPath: path]
          return operand.strength < strength ? brackets.0 + text + brackets.1 : text
        }
      }.joined()
    }
    return Part(
      text: assembled(notation.text, \.text, ("(", ")")),
      latex: assembled(notation.latex, \.latex, ("\\left(", "\\right)")),
      strength: notation.strength)
  }

  /// `name(x, y) {axes = [0]}`, as a graph file has it.
  private func called(_ operation: any Operator, _ node: Node, _ value: ValueID) -> Part {
    let attributes = GraphSpelling.attributes(operation.attributes)
    let operands = node.operands.map { part($0) }
    let result = node.resultTypes.count > 1 ? "#\(value.result)" : ""
    let text = operands.map(\.text).joined(separator: ", ")
    let latex = operands.map(\.latex).joined(separator: ", ")
    let name = Self.latexName(operation.mnemonic)
    return Part(
      text: "\(operation.mnemonic)(\(text))\(attributes)\(result)",
      latex: "\(name)\\left(\(latex)\\right)", strength: .atom)
  }

  /// A name that stands upright where it has several letters: `x_{1}`, `\mathrm{loss}`.
  static func latexName(_ name: String) -> String {
    let letters = name.prefix { $0.isLetter }
    let digits = name.dropFirst(letters.count)
    let isIndexed = !letters.isEmpty && !digits.isEmpty && digits.allSatisfy(\.isNumber)
    let base = isIndexed ? String(letters) : name
    let escaped = base.replacing("_", with: "\\_")
    let spelled = base.count == 1 ? escaped : "\\mathrm{\(escaped)}"
    return isIndexed ? "\(spelled)_{\(digits)}" : spelled
  }
}
