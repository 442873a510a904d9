import AdjointCore
import AdjointKernels

extension KernelCompiler {
  /// The text of each of the kernels of a plan in LLVM IR, as a module of its own; nil for those for
  /// which no code is generated.
  package func texts(
    of kernels: [Kernel], for machine: MachineModel.FixedPart
  ) -> [String?] {
    let target = KernelTarget(generator.machine, machine)
    let scale = PlanScale(kernelCount: Set(kernels).count)
    return concurrentMap(kernels.count) { number in
      KernelModule(kernels[number], for: target, literals: scale.literalPlace).map { module in
        let source = module.source
        return source.module.assembled(KernelBatch.effort(for: source, in: scale))
      }
    }
  }
}
