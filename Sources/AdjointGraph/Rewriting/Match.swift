import AdjointCore

/// Where a pattern was found: the node about to be built, and the values that its variables stand for.
package struct Match {
  /// The node about to be built.
  package let site: Rewrite.Site
  private let variables: [String]
  private let values: [ValueID?]

  init(site: Rewrite.Site, variables: [String], values: [ValueID?]) {
    self.site = site
    self.variables = variables
    self.values = values
  }

  package var builder: GraphBuilder { site.builder }
  package var operands: [Value] { site.operands }
  /// The type of the only result of an operator that has one.
  package var resultType: TensorType { site.resultType }

  /// The operator of the node, if it is of the given type.
  package func root<Wanted: Operator>(as: Wanted.Type) -> Wanted? { site.operation as? Wanted }

  /// The value that a variable stands for; a poisoned one where the pattern has no such variable.
  package subscript(variable: Pattern) -> Value {
    guard case .variable(let name) = variable, let slot = variables.firstIndex(of: name),
      slot < values.count, let value = values[slot]
    else { return poison("the pattern has no variable \(variable)") }
    return builder.value(value)
  }

  /// The value that a pattern describes, made of what was matched.
  func value(of pattern: Pattern) -> Value {
    switch pattern {
    case .variable: return self[pattern]
    case .leaf(let leaf):
      return leaf.make?(builder, resultType) ?? poison("there is no value for \(pattern)")
    case .node(let node):
      guard let operation = node.operation, let operands = node.operands else {
        return poison("\(pattern) does not say the attributes")
      }
      return builder.apply(operation, operands.map { value(of: $0) })
    case .beneath(_, let inner), .known(let inner, _): return value(of: inner)
    case .either(let first, _): return value(of: first)
    case .computed(let computed): return computed.value(self)
    }
  }

  private func poison(_ message: String) -> Value {
    builder.poison(Diagnostic(.invalidGraph, "a rewrite: \(message)"), like: resultType)
  }
}
