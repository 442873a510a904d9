import AdjointCore
import AdjointGraph
import AdjointKernels

/// What operators lower to, worked out once for equal operators on equal types: most nodes of a large
/// graph have many like them, and their kernels can share memory.
package struct LoweringTable {
  /// An operator and the types that its kernels depend on.
  private struct Key: Hashable {
    let operation: any Operator
    let operands: [TensorType]
    let results: [TensorType]

    func hash(into hasher: inout Hasher) {
      hasher.combine(ObjectIdentifier(type(of: operation)))
      operation.hash(into: &hasher)
      hasher.combine(operands)
      hasher.combine(results)
    }

    static func == (left: Key, right: Key) -> Bool {
      left.operation.isEqual(to: right.operation) && left.operands == right.operands
        && left.results == right.results
    }
  }

  private var lowerings: [Key: Lowering] = [:]

  package init() {}

  /// The lowering, its loop nests in canonical form.
  ///
  /// - Throws: `.unboundDimension`, `.invalidType` for loops of more points than a kernel may have, and
  ///   whatever the operator says of the types.
  package mutating func lowering(
    of operation: any Operator, on operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    // Constants may be large and are told apart where they are placed.
    if operands.isEmpty { return try Self.canonical(operation, operands, results) }
    let key = Key(operation: operation, operands: operands, results: results)
    if let known = lowerings[key] { return known }
    let lowering = try Self.canonical(operation, operands, results)
    lowerings[key] = lowering
    return lowering
  }

  private static func canonical(
    _ operation: any Operator, _ operands: [TensorType], _ results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    for type in results { _ = try type.boundExtents() }
    let lowering = try operation.lower(operands, to: results)
    guard case .kernels(let kernels) = lowering else { return lowering }
    for case .loopNest(let nest) in kernels where !nest.hasCountablePoints {
      throw Diagnostic(
        .invalidType,
        "\(operation.mnemonic): loops over \(nest.extents) have more points than the "
          + "\(LoopNest.maximumPointCount) that a kernel may have; use smaller shapes")
    }
    return .kernels(
      kernels.map { kernel in
        if case .loopNest(let nest) = kernel { .loopNest(nest.canonical()) } else { kernel }
      })
  }
}
