import AdjointCore
import AdjointKernels

extension Operator {
  /// Whether each element of the only result depends on the elements of the operands at the same
  /// place alone, read off the kernel that the operator becomes.
  package func isElementwise(on operands: [TensorType]) -> Bool {
    elementwiseNest(on: operands) != nil
  }

  /// The kernel that an element-wise operator becomes, over extents that stand for those that are known by
  /// name only; nil where the operator is not element-wise.
  package func elementwiseNest(on operands: [TensorType]) -> LoopNest? {
    guard let result = try? resultTypes(for: operands), result.count == 1,
      operands.allSatisfy({ $0.shape == result[0].shape })
    else { return nil }
    let extents = standIns(for: operands)
    let probes = operands.map { $0.binding(extents) }
    guard let bound = try? Self(attributes: attributes.binding(extents)),
      let results = try? bound.resultTypes(for: probes), results.count == 1,
      // Kernels are made of types that can be, and with other numbers these may not be any.
      (try? (probes + results).forEach { type throws(Diagnostic) in try type.validate() }) != nil,
      case .kernels(let kernels)? = try? bound.lower(probes, to: results),
      kernels.count == 1, case .loopNest(let nest) = kernels[0], nest.isElementwise
    else { return nil }
    return nest
  }

  /// A number for each extent that is known by name only: one that no other extent has and that no
  /// attribute mentions, so that nothing fits by chance.
  private func standIns(for operands: [TensorType]) -> [String: Int] {
    var taken = Set(operands.flatMap { $0.shape.dimensions.compactMap(\.extent) })
    for attribute in attributes.attributes { taken.formUnion(attribute.value.integers) }
    var extents: [String: Int] = [:]
    var next = 1009
    for name in operands.flatMap(\.shape.names) where extents[name] == nil {
      while taken.contains(next) { next += 1 }
      extents[name] = next
      next += 1
    }
    return extents
  }
}

extension AttributeValue {
  /// The whole numbers in it.
  fileprivate var integers: [Int] {
    switch self {
    case .integer(let value): [value]
    case .dimensions(let dimensions): dimensions.compactMap(\.extent)
    case .type(let type): type.shape.dimensions.compactMap(\.extent)
    case .floating, .bool, .text, .numbers, .scalarType, .function: []
    }
  }
}
