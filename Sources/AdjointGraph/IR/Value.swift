import AdjointCore

/// A value of a graph under construction: what the operators and functions of Adjoint take and give.
///
/// A value belongs to the builder that made it. Computing with it adds nodes to that builder's graph;
/// no number is computed before the graph is compiled and run.
public struct Value {
  /// The builder that made it, where constants that go with it come from.
  public let builder: GraphBuilder
  package let id: ValueID

  package init(_ builder: GraphBuilder, _ id: ValueID) {
    self.builder = builder
    self.id = id
  }

  /// The scalar type and the shape.
  public var type: TensorType { builder.type(of: id) }
  /// The type of one element.
  public var scalarType: ScalarType { type.scalarType }
  /// The extents, outermost first.
  public var shape: Shape { type.shape }
  /// The number of dimensions.
  public var rank: Int { type.rank }

  /// The same value, its node named for print and for later look-up.
  ///
  /// Mistakes: `.duplicateName` where another node has the name, `.invalidArgument` where it is not an
  /// identifier.
  @discardableResult
  public func named(
    _ name: String, file: String = #fileID, line: Int = #line
  ) -> Value {
    builder.attempt([self], at: SourceLocation(file: file, line: line)) { () throws(Diagnostic) in
      try builder.setName(name, of: id.node)
      return self
    }
  }

  /// The operator of the node that computes this value, if it is of the given type.
  package func definition<Wanted: Operator>(as: Wanted.Type) -> Wanted? {
    builder.operation(of: id.node, as: Wanted.self)
  }

  /// The values that the node of this value reads.
  package var operands: [Value] { builder.nodes[id.node].operands.map { Value(builder, $0) } }

  /// Whether both are the same value of the same builder.
  package func isIdentical(to other: Value) -> Bool { builder === other.builder && id == other.id }
}

extension Value: CustomStringConvertible {
  /// The name and the type: `%name: f32[B, 10]`.
  public var description: String { "%\(builder.label(of: id.node)): \(type)" }
}
