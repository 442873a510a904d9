import AdjointCore

/// What the named dimensions of a function stand for at one call: numbers, or names of the caller.
struct DimensionSubstitution {
  private(set) var dimensions: [String: Dimension] = [:]

  /// Refuses types that the declared ones do not become by putting dimensions in place of their names.
  ///
  /// - Throws: `.scalarTypeMismatch`, `.shapeMismatch` or `.invalidArgument` that name both.
  init(
    _ ports: [Graph.Port], to types: [TensorType], of owner: String
  ) throws(Diagnostic) {
    guard ports.count == types.count else {
      let given = types.map(\.description).joined(separator: ", ")
      throw Diagnostic(
        .invalidArgument,
        "\(owner) takes \(ports.count) operand\(ports.count == 1 ? "" : "s"), not \(types.count)"
          + (types.isEmpty ? "" : " (\(given))")
          + "; it takes \(ports.map(\.description).joined(separator: ", "))")
    }
    for (port, type) in zip(ports, types) {
      guard port.type.scalarType == type.scalarType else {
        throw Diagnostic(
          .scalarTypeMismatch, "\(owner) takes \(port), not \(type); convert it with cast(to:)")
      }
      guard bind(port.type.shape, to: type.shape) else {
        let known = port.type.substituting(dimensions)
        throw Diagnostic(
          .shapeMismatch,
          "\(owner) takes \(port)\(known == port.type ? "" : ", here \(known)"), not \(type)")
      }
    }
  }

  private mutating func bind(_ shape: Shape, to actual: Shape) -> Bool {
    guard shape.rank == actual.rank else { return false }
    for (declared, given) in zip(shape.dimensions, actual.dimensions) {
      switch declared {
      case .fixed: if declared != given { return false }
      case .named(let name):
        if let known = dimensions[name], known != given { return false }
        dimensions[name] = given
      }
    }
    return true
  }
}

extension Shape {
  /// The shape with dimensions in place of names.
  func substituting(_ substitution: [String: Dimension]) -> Shape {
    Shape(
      dimensions.map { dimension in
        guard case .named(let name) = dimension else { return dimension }
        return substitution[name] ?? dimension
      })
  }
}

extension TensorType {
  /// The type with dimensions in place of names.
  func substituting(_ substitution: [String: Dimension]) -> TensorType {
    TensorType(scalarType, shape.substituting(substitution))
  }
}

extension Function {
  /// The types of the results of a call.
  ///
  /// - Throws: `.scalarTypeMismatch`, `.shapeMismatch` or `.invalidArgument` for operands that it does not take.
  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let substitution = try DimensionSubstitution(inputs, to: operands, of: name).dimensions
    return outputs.map { $0.type.substituting(substitution) }
  }

  /// The body for operands of some types: their dimensions in place of the names that the inputs have.
  ///
  /// Calls of the same types share one.
  ///
  /// - Throws: as `resultTypes(for:)`, and what an operator says of shapes that do not fit once they are known.
  package func body(for operands: [TensorType]) throws(Diagnostic) -> Graph {
    if let known = storage.specialized.withLock({ $0[operands] }) { return known }
    let substitution = try DimensionSubstitution(inputs, to: operands, of: name).dimensions
    if substitution.allSatisfy({ $1 == .named($0) }) { return body }
    let made = try body.substituting(substitution)
    storage.specialized.withLock { bodies in
      if bodies.count >= Self.specializedLimit { bodies.removeAll(keepingCapacity: true) }
      bodies[operands] = made
    }
    return made
  }

  /// A function that is called for ever new extents does not keep a body for each.
  private static let specializedLimit = 8
}
