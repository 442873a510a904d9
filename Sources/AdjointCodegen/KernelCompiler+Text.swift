import AdjointKernels

extension KernelCompiler {
  /// The text of each of the kernels of a plan in LLVM IR, as a module of its own; nil for those for
  /// which no code is generated.
  package func texts(of kernels: [Kernel]) -> [String?] {
    let machine = generator.machine
    let place = KernelBatch.literalPlace(oneOf: Set(kernels).count)
    let sources = concurrentMap(kernels.count) { number in
      KernelModule(kernels[number], for: machine, literals: place).map(\.source)
    }
    let count = Set(sources.compactMap { $0?.functions.first }).count
    return sources.map { source in
      source.map {
        $0.module.assembled(KernelBatch.effort(for: $0, oneOf: count))
      }
    }
  }
}
