import AdjointCore

/// An operator whose definition is a graph of other operators.
///
/// It stays one node, by name in text, until a pass expands it. Types and, where it pays, a derivative
/// of its own are stated as by any operator; what is not stated follows from the expansion.
package protocol Composite: Operator {
  /// The results, computed by nodes that are added to the builder of the operands.
  ///
  /// It may apply other composites, but not itself, and its results have the types that `resultTypes`
  /// states. Nodes that a result does not need are dropped later.
  func expansion(of operands: [Value]) throws(Diagnostic) -> [Value]

  /// Whether the expansion is written by a user, so that it may have formulas that overflow or cancel, in it
  /// or across its border. Otherwise it is written as it is best computed, and no rewrite touches it.
  var takesRewrites: Bool { get }
}

extension Composite {
  package var takesRewrites: Bool { false }

  package var composite: (any Composite)? { self }

  /// The graph of the expansion.
  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    try .graph(of: operands) { (values) throws(Diagnostic) in try expansion(of: values) }
  }

  /// The types of the results, read off an expansion of values that stand for the operands.
  ///
  /// A composite that states its types by itself is quicker, and refuses operands in its own terms.
  package func expandedTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let builder = GraphBuilder(mnemonic)
    var inputs: [Value] = []
    for (number, type) in operands.enumerated() {
      inputs.append(builder.input("operand\(number)", type.scalarType, type.shape))
    }
    let results = try expansion(of: inputs)
    try builder.refuseMistakes()
    return results.map(\.type)
  }
}
