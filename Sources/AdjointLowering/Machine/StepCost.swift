import AdjointCore
import AdjointKernels

/// What a step takes a core of a machine.
///
/// Code is generated later, with better estimates; this one says which steps are worth doing at the same
/// time, and the executor leaves forks alone that are not.
extension KernelGraph.Step {
  /// A rough number of nanoseconds on one thread, at least one.
  func cost(on machine: MachineModel) -> Int {
    let multiplyAdds: Double =
      switch work {
      case .nest(let nest): nest.multiplyAdds
      case .rows(let group): group.stages.multiplyAdds
      case .call(let kernel, _, _): kernel.multiplyAdds
      }
    return max(
      Int(clampedConversion: min(multiplyAdds / machine.multiplyAddsPerNanosecond, 1e15)), 1)
  }
}

extension Kernel {
  /// What takes as long as so many multiplications with an addition.
  fileprivate var multiplyAdds: Double {
    switch self {
    case .loopNest(let nest): return nest.multiplyAdds
    case .group(let group): return group.stages.multiplyAdds
    case .contraction(let product):
      let count = Double(product.batch) * Double(product.rows) * Double(product.columns)
      return count * Double(product.inner) + (product.epilogue?.multiplyAdds ?? 0)
    case .gather(let copy), .scatterAdd(let copy):
      // Element by element, where products have vectors of sixteen.
      return Double(copy.outer) * Double(copy.count) * Double(copy.inner) * 16
    }
  }
}

extension [FusionGroup.Stage] {
  fileprivate var multiplyAdds: Double { reduce(0) { $0 + $1.nest.multiplyAdds } }
}

extension LoopNest {
  /// A function takes as long as two multiplications with an addition, which have two units and vectors
  /// that are full.
  fileprivate var multiplyAdds: Double {
    let weight = program.steps.reduce(2 * outputs.count) { sum, step in
      switch step.instruction {
      case .unary(let function, _) where function.isTranscendental: sum + 14
      case .binary(.power, _, _): sum + 30
      case .constant, .index: sum
      case .load, .unary, .binary, .compare, .select, .cast: sum + 1
      }
    }
    return extents.reduce(2 * Double(weight)) { $0 * Double($1) }
  }
}
