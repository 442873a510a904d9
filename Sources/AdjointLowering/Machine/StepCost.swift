import AdjointKernels

/// What a step takes, so far as it can be told without knowing the machine.
///
/// Code is generated later, with better estimates; this one says which steps are worth doing at the same
/// time, and the executor leaves forks alone that are not.
extension KernelGraph.Step {
  /// A rough number of nanoseconds on one thread, at least one.
  var cost: Int {
    let cost: Double =
      switch work {
      case .nest(let nest): nest.cost
      case .rows(let group): group.stages.cost
      case .call(let kernel, _, _): kernel.cost
      }
    return Int(min(max(cost, 1), 1e15))
  }
}

extension Kernel {
  fileprivate var cost: Double {
    switch self {
    case .loopNest(let nest): return nest.cost
    case .group(let group): return group.stages.cost
    case .contraction(let product):
      // Sixteen multiplications with each of two units.
      let count = Double(product.batch) * Double(product.rows) * Double(product.columns)
      return count * Double(product.inner) / 64 + (product.epilogue?.cost ?? 0)
    case .gather(let copy), .scatterAdd(let copy):
      return Double(copy.outer) * Double(copy.count) * Double(copy.inner) / 4
    }
  }
}

extension [FusionGroup.Stage] {
  fileprivate var cost: Double { reduce(0) { $0 + $1.nest.cost } }
}

extension LoopNest {
  /// Vectors of eight numbers, four of them in a nanosecond.
  fileprivate var cost: Double {
    let weight = program.steps.reduce(2 * outputs.count) { sum, step in
      switch step.instruction {
      case .unary(let function, _) where function.isTranscendental: sum + 14
      case .binary(.power, _, _): sum + 30
      case .constant, .index: sum
      case .load, .unary, .binary, .compare, .select, .cast: sum + 1
      }
    }
    return extents.reduce(Double(weight)) { $0 * Double($1) } / 32
  }
}
