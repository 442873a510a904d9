import AdjointCore
import AdjointGraph

// NumPy-style broadcasting: the builder makes it explicit, so that element-wise operators, and their
// derivatives, only ever see equal shapes.
extension Value {
  /// Applies a two-operand operator after broadcasting both operands to one shape.
  package func combined(
    with other: Value, by operation: any Operator, at location: SourceLocation? = nil
  ) -> Value {
    let location = builder.currentLocation ?? location
    if shape == other.shape { return builder.apply(operation, [self, other], at: location) }
    return builder.attempt([self, other], at: location) { () throws(Diagnostic) in
      guard let shape = Shape.broadcast(shape, other.shape) else {
        throw Diagnostic(
          .shapeMismatch,
          "\(operation.mnemonic): the shapes of \(type) and \(other.type) do not broadcast; from the "
            + "last axis backwards, extents must be equal or one of them 1")
      }
      return builder.apply(
        operation, [expanded(to: shape, at: location), other.expanded(to: shape, at: location)],
        at: location)
    }
  }

  /// Applies a two-operand operator to this value and a number, which its scalar type can hold.
  package func combined(
    with number: NumberLiteral, by operation: any Operator, at location: SourceLocation? = nil
  ) -> Value {
    let constant = builder.constant(
      number, scalarType, at: location, for: operation.mnemonic)
    return combined(with: constant, by: operation, at: location)
  }

  /// Applies a two-operand operator to a number, which its scalar type can hold, and this value.
  package func combined(
    after number: NumberLiteral, by operation: any Operator, at location: SourceLocation? = nil
  ) -> Value {
    let constant = builder.constant(
      number, scalarType, at: location, for: operation.mnemonic)
    return constant.combined(with: self, by: operation, at: location)
  }

  /// This value broadcast to a shape that NumPy's rules give for it and some other.
  package func expanded(
    to target: Shape, at location: SourceLocation? = nil
  ) -> Value {
    if shape == target { return self }
    let offset = target.rank - rank
    // Extents of 1 that are to grow are dropped first: a broadcast only adds axes.
    let kept = (0..<rank).filter { shape[$0] == target[$0 + offset] }
    var source = self
    if kept.count < rank {
      source = builder.apply(
        Reshape(shape: Shape(kept.map { shape[$0] })), [self], at: location)
    }
    return builder.apply(
      Broadcast(shape: target, axes: kept.map { $0 + offset }), [source], at: location)
  }
}

extension Shape {
  /// The shape that two shapes broadcast to, or nil where they do not.
  package static func broadcast(_ left: Shape, _ right: Shape) -> Shape? {
    let rank = max(left.rank, right.rank)
    var dimensions: [Dimension] = []
    for axis in 0..<rank {
      let a = axis - (rank - left.rank)
      let b = axis - (rank - right.rank)
      switch (a < 0 ? 1 : left[a], b < 0 ? 1 : right[b]) {
      case (let x, let y) where x == y: dimensions.append(x)
      case (.fixed(1), let y): dimensions.append(y)
      case (let x, .fixed(1)): dimensions.append(x)
      default: return nil
      }
    }
    return Shape(dimensions)
  }
}

extension GraphBuilder {
  /// The same number everywhere in a tensor of the given type, as a scalar constant broadcast.
  ///
  /// It is what rules and rewrites have computed, and beyond the range of the type as infinite as the
  /// result of any other computation.
  package func full(_ number: Double, _ type: TensorType) -> Value {
    attempt([], like: type) { () throws(Diagnostic) in
      let scalar = try Tensor(scalar: number).cast(to: type.scalarType)
      return apply(Constant(scalar), []).expanded(to: type.shape)
    }
  }
}
