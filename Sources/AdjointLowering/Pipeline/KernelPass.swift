import AdjointCore

/// A change of a kernel graph that leaves what it computes as it is: a value with a name and a function.
///
/// What a pass fuses into contractions or rows, and what it leaves apart and why, it notes in the graph's
/// reports. Of a machine it sees only what may decide how sums are put together.
package struct KernelPass: Sendable {
  /// The name by which reports and the command line know it.
  package let name: String
  /// What it does, in one line.
  package let summary: String
  private let transform: @Sendable (KernelGraph, MachineModel.FixedPart) -> KernelGraph

  init(
    _ name: String, _ summary: String,
    transform: @escaping @Sendable (KernelGraph, MachineModel.FixedPart) -> KernelGraph
  ) {
    self.name = name
    self.summary = summary
    self.transform = transform
  }

  /// The kernel graph after the pass, for a machine.
  package func callAsFunction(
    _ graph: KernelGraph, on machine: MachineModel.FixedPart
  ) -> KernelGraph {
    transform(graph, machine)
  }
}

extension KernelPass: Hashable {
  package static func == (left: KernelPass, right: KernelPass) -> Bool { left.name == right.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
