import AdjointCore

/// How a graph becomes a plan: kernel passes, the machine it is for, and what follows the passes.
package struct LoweringOptions: Hashable, Sendable {
  /// The kernel passes.
  package var pipeline = LoweringPipeline.standard
  /// The machine that the plan is for.
  package var machine = MachineModel.reference
  /// Whether a step may write over an operand that it reads for the last time.
  package var writesInPlace = true
  /// The nanoseconds that branches save at least where they run at the same time; nil for what the costs of
  /// the machine ask for, `Int.max` for none that do.
  package var leastForkGain: Int?
  /// The most bytes the arena may have.
  package var byteLimit = Int.max

  /// The options that give the same plan on every machine.
  package init() {}

  /// The options for a machine.
  package init(machine: MachineModel) { self.machine = machine }
}
