import AdjointCore

/// The rewrite that made a node, and those that made what was in its place before.
///
/// Nodes that no rewrite made have none. Passes keep it with the node.
package final class NodeHistory: Sendable {
  /// The rewrite, in symbols: `log(1 + x) → log1p(x)`.
  package let rewrite: String
  /// The label that the node it replaced had in the graph of that time; nil where none was known.
  package let node: String?
  /// How the node it replaced had come about.
  package let previous: NodeHistory?

  init(_ rewrite: String, of node: String?, after previous: NodeHistory?) {
    self.rewrite = rewrite
    self.node = node
    self.previous = previous
  }
}

extension Graph {
  /// A rewrite on the way from what was written to a node.
  public struct RewriteStep: Hashable, Sendable, CustomStringConvertible {
    /// The rewrite, in symbols: `log(1 + x) → log1p(x)`.
    public let rewrite: String
    /// What the node that it replaced was called in the graph of that time; nil where that is not known.
    public let node: String?

    /// The rewrite and the node that it replaced: `log(1 + x) → log1p(x), in place of %y`.
    public var description: String {
      node.map { "\(rewrite), in place of %\($0)" } ?? rewrite
    }
  }

  /// The rewrites that led to a node, the last first; none for a node that no rewrite made.
  ///
  /// - Parameter name: The name that the node has in print, its number where it has none of its own: `"y"`,
  ///   `"12"`.
  /// - Throws: `.unknownName` where there is no such node.
  public func history(ofNode name: String) throws(Diagnostic) -> [RewriteStep] {
    guard let node = node(labelled: name) else {
      throw Diagnostic(
        .unknownName,
        "the graph \(self.name) has no node %\(name); its text names the nodes that it has")
    }
    return history(of: node)
  }

  /// The rewrites that led to a node, the last first.
  package func history(of node: Int) -> [RewriteStep] {
    var steps: [RewriteStep] = []
    var history = nodes[node].history
    while let step = history {
      steps.append(RewriteStep(rewrite: step.rewrite, node: step.node))
      history = step.previous
    }
    return steps
  }

  /// The node that has a name in print.
  package func node(labelled label: String) -> Int? {
    if let node = nodesByName[label] { return node }
    return nodes.indices.first { nodes[$0].name == nil && self.label(of: $0) == label }
  }
}

extension Graph {
  /// The statement of a node, and below it the rewrites that led to it, the last first.
  ///
  /// - Throws: `.unknownName` where there is no node of the name.
  package func historyText(ofNode name: String) throws(Diagnostic) -> String {
    let steps = try history(ofNode: name)
    let line = node(labelled: name).map { GraphPrinter(self).line(of: $0) } ?? ""
    let list = steps.isEmpty ? ["no rewrite made it"] : steps.map(\.description)
    return ([line] + list.map { "  \($0)" }).joined(separator: "\n") + "\n"
  }
}
