import AdjointCore

/// What a builder knows of the rewrites that are at work.
struct RewritesAtWork {
  /// A rewrite that was applied: to which node of the graph before, and what took that one's place.
  struct Applied {
    let rewrite: String
    let node: Int
    let location: SourceLocation?
    let replacement: ValueID
  }

  /// The rewrites that made the node that is worked on.
  var history: NodeHistory?
  /// One that is tried on it, which is in the history when it makes a node.
  var tried: String?
  /// The node that is worked on, in the graph that it is of.
  var node: Int?
  /// What nodes of that graph are called.
  var label: ((Int) -> String?)?
  /// What was applied; nil where nobody wants to know.
  var applied: [Applied]?

  mutating func currentHistory() -> NodeHistory? {
    if let rewrite = tried {
      tried = nil
      history = NodeHistory(rewrite, of: node.flatMap { label?($0) }, after: history)
    }
    return history
  }
}

extension GraphBuilder {
  /// Says which node of which graph the next nodes stand for.
  ///
  /// - Parameter label: What the nodes of that graph are called; it is asked where a rewrite applies.
  package func labelNodes(by label: @escaping (Int) -> String?) { rewriting.label = label }

  /// The node, of the graph that is labelled, that the next nodes stand for.
  package var currentNode: Int? {
    get { rewriting.node }
    set { rewriting.node = newValue }
  }

  /// Marks new nodes with what is known of another one, in whose place they come.
  func work(on node: borrowing Node) {
    currentLocation = node.location
    currentProvenance = node.provenance
    currentHistory = node.history
  }

  /// What a rewrite puts in the place of a node whose operands are here.
  func replacement(for node: borrowing Node) -> [Value]? {
    guard let known = rewrites?.rewrites(of: node.operatorType), let operation = node.operation
    else { return nil }
    work(on: node)
    return rewritten(operation, node.operands, node.resultTypes, by: known)
  }

  /// What the first rewrite that applies makes of a node.
  func rewritten(
    _ operation: any Operator, _ operands: OperandList, _ types: [TensorType], by known: [Rewrite]
  ) -> [Value]? {
    // Rewrites make things simpler, so chains of them are short; the bound is for mistakes.
    guard !operands.isEmpty, rewriteDepth < 32, settledDepth == 0 else { return nil }
    rewriteDepth += 1
    let before = currentHistory
    defer {
      rewriteDepth -= 1
      rewriting.tried = nil
      currentHistory = before
    }
    let site = Rewrite.Site(in: self, operation, operands, types)
    let appliedCount = rewriting.applied?.count ?? 0
    for rewrite in known {
      rewriting.tried = rewrite.name
      rewriting.history = before
      guard let replacement = rewrite.result(at: site) else {
        rewriting.applied?.removeSubrange(appliedCount...)
        continue
      }
      let given = replacement.map(\.type)
      if given == types {
        note(rewrite, replacement, at: appliedCount)
        return replacement
      }
      record(
        Diagnostic(
          .invalidGraph, "the rewrite \(rewrite.name) changed the types from \(types) to \(given)"))
    }
    return nil
  }

  /// Enters what was applied in front of what was applied to its result.
  private func note(_ rewrite: Rewrite, _ replacement: [Value], at place: Int) {
    guard rewriting.applied != nil, let node = currentNode, let first = replacement.first else {
      return
    }
    let applied = RewritesAtWork.Applied(
      rewrite: rewrite.name, node: node, location: currentLocation, replacement: first.id)
    rewriting.applied?.insert(applied, at: place)
  }
}
