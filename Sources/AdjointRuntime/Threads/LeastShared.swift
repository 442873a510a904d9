import AdjointCore

/// What there has to be to do in a kernel for the threads of a plan to do it together.
///
/// It is known once for all, so that a run compares numbers and computes none.
struct LeastShared: Sendable {
  /// Where one thread finds what it reads in its own caches or in memory.
  private let near: KernelCost
  /// Where it would fetch what it reads from the caches of other cores.
  private let spread: KernelCost
  /// The most threads that do something together.
  private let threads: Int

  init(_ machine: MachineModel, threads: Int) {
    func least(isSpread: Bool) -> KernelCost {
      machine.cost(lasting: machine.leastShared(cores: threads, isSpread: isSpread))
    }
    near = least(isSpread: false)
    spread = least(isSpread: true)
    self.threads = threads
  }

  /// Whether several threads do something together.
  @inline(__always)
  func isReached(by cost: KernelCost, _ locality: Locality) -> Bool {
    let least = locality.operandsAreSharedAcrossCores ? spread : near
    return threads > 1
      && (cost.multiplyAdds >= least.multiplyAdds || cost.byteCount >= least.byteCount)
  }
}
