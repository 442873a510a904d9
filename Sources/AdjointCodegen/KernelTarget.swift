import AdjointCore

/// What kernels are written for: the vectors and caches of a machine model, on a processor.
///
/// How sums are put together follows from the model. The processor may have other vectors: LLVM makes those of the
/// model of its own.
package struct KernelTarget: Hashable, Sendable {
  package let host: HostMachine
  package let machine: MachineModel.FixedPart

  package init(_ host: HostMachine, _ machine: MachineModel.FixedPart) {
    self.host = host
    self.machine = machine
  }

  /// The vectors of the model that the registers of the processor hold.
  package var vectorRegisterCount: Int {
    let wide = max(1, machine.vectorByteCount / host.vectorByteCount)
    return max(8, host.vectorRegisterCount / wide)
  }
}
