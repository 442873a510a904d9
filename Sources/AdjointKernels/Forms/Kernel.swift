/// The closed vocabulary of computations: what back ends run.
///
/// No kernel knows an operator.
package enum Kernel: Hashable, Sendable {
  /// Nested loops over a scalar program: element-wise work, data movement, reductions.
  case loopNest(LoopNest)
  /// Loop nests done together row by row.
  case group(FusionGroup)
  /// Operands: left, right, where it adds one the addend, and what its epilogue reads. A BLAS product.
  case contraction(Contraction)
  /// Operands: data, indices. `result[o, j, i] = data[o, indices[j], i]`.
  case gather(IndexedCopy)
  /// Operands: data, indices, updates. The result is the data, with
  /// `result[o, indices[j], i] += updates[o, j, i]` for j in ascending order.
  case scatterAdd(IndexedCopy)
}

extension Kernel {
  /// Whether a result may have the operand's place in memory: every element of the operand is read
  /// before or at the point that writes over it.
  package func mayAlias(result: Int, operand: Int) -> Bool {
    switch self {
    case .gather: false
    case .contraction(let product): product.mayAlias(result: result, operand: operand)
    case .scatterAdd: result == 0 && operand == 0
    case .loopNest(let nest): nest.mayAlias(result: result, operand: operand)
    case .group(let group):
      group.stages.mayAlias(.result(result), .operand(operand), rows: group.rows)
    }
  }
}

extension LoopNest {
  func mayAlias(result: Int, operand: Int) -> Bool {
    mayAlias(.result(result), .operand(operand))
  }

  /// Whether what is written to a slot may have the place in memory of another that is read.
  package func mayAlias(_ target: Slot, _ source: Slot) -> Bool {
    let writes = outputs.filter { $0.target == target }
    guard writes.count == 1, let write = writes.first, write.combiner == nil else { return false }
    return inputs.allSatisfy { $0.source != source || $0.access == write.access }
  }
}
