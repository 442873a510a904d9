import AdjointCore
import AdjointKernels

extension KernelGraph.Step {
  /// What there is to do in the step.
  private var cost: KernelCost {
    switch work {
    case .nest(let nest): nest.cost
    case .rows(let group): group.stages.cost
    case .call(let kernel, _, _): kernel.cost
    }
  }

  /// The nanoseconds that the step takes one core of a machine, its launch included; at least one.
  func nanoseconds(on machine: MachineModel) -> Int {
    max(1, Int(clampedConversion: machine.launchNanoseconds) +| machine.nanoseconds(of: cost))
  }
}
