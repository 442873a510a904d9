import AdjointCore
import AdjointKernels

extension Operator {
  /// Whether each element of the only result depends on the elements of the operands at the same
  /// place alone, read off the kernel that the operator becomes.
  package func isElementwise(on operands: [TensorType]) -> Bool {
    // Any extent will do for a named dimension: the form of the kernel does not depend on it.
    var extents: [String: Int] = [:]
    for operand in operands { for name in operand.shape.names { extents[name] = 2 } }
    let probes = operands.map { $0.binding(extents) }
    guard let bound = try? Self(attributes: attributes.binding(extents)),
      let results = try? bound.resultTypes(for: probes), results.count == 1,
      case .kernels(let kernels)? = try? bound.lower(probes, to: results),
      kernels.count == 1, case .loopNest(let nest) = kernels[0]
    else { return false }
    return !nest.isReduction
      && nest.inputs.allSatisfy { $0.access.map.isIdentity(rank: nest.rank) }
      && nest.outputs.allSatisfy { $0.access.map.isIdentity(rank: nest.rank) }
      && nest.program.steps.allSatisfy { step in
        if case .index = step.instruction { false } else { true }
      }
  }
}
