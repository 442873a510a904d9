/// What there is to do in a kernel, apart from the machine that does it.
///
/// There is one cost model: kernels say what there is to do in this unit, and a `MachineModel` how long that
/// takes one core.
package struct KernelCost: Hashable, Sendable {
  /// The multiplications with an addition, in full vectors of f32 that lie near, which take a core as long.
  package var multiplyAdds: Double
  /// The bytes that are read and written, each once.
  package var byteCount: Double

  package init(multiplyAdds: Double = 0, byteCount: Double = 0) {
    self.multiplyAdds = multiplyAdds
    self.byteCount = byteCount
  }

  package static func + (left: KernelCost, right: KernelCost) -> KernelCost {
    KernelCost(
      multiplyAdds: left.multiplyAdds + right.multiplyAdds,
      byteCount: left.byteCount + right.byteCount)
  }
}

extension MachineModel.FixedPart {
  /// The multiplications with an addition in f32 that a core is taken to do in a nanosecond: those of two vectors
  /// in a cycle of a third of one.
  var nominalMultiplyAddsPerNanosecond: Double { 1.5 * Double(vectorByteCount) }

  /// The nanoseconds that something takes a core of this kind, whatever was measured: what decides how a sum
  /// is cut, and what code is written.
  package func nanoseconds(of cost: KernelCost) -> Int {
    Int(clampedConversion: min(cost.multiplyAdds / nominalMultiplyAddsPerNanosecond, 1e15))
  }

  /// The nanoseconds that an item of work takes: long enough to be handed over, short enough that threads
  /// finish together.
  package static let itemNanoseconds = 2_000
}

extension MachineModel {
  /// The nanoseconds that something takes one core: its arithmetic or, where its own caches do not hold what is
  /// read and written, memory, if that takes longer.
  package func nanoseconds(of cost: KernelCost) -> Int {
    let arithmetic = cost.multiplyAdds / multiplyAddsPerNanosecond
    let isFar = cost.byteCount > Double(fixedPart.ownByteCount)
    let memory = isFar ? cost.byteCount / bytesPerNanosecond : 0
    return Int(clampedConversion: min(max(arithmetic, memory), 1e15))
  }

  /// The least of what takes one core so many nanoseconds: so much arithmetic, or so many bytes.
  package func cost(lasting nanoseconds: Int) -> KernelCost {
    let nanoseconds = Double(nanoseconds)
    return KernelCost(
      multiplyAdds: nanoseconds * multiplyAddsPerNanosecond,
      byteCount: max(nanoseconds * bytesPerNanosecond, Double(fixedPart.ownByteCount) + 1))
  }

  /// The hand-overs that it takes to do something together: cores begin and end it, and find in each other's
  /// caches, line by line, what they read.
  private static let handOversTogether = 60.0
  /// The hand-overs where one core alone would fetch what it reads from others too.
  private static let handOversOfSpread = 20.0

  /// The nanoseconds that several cores have to save where they do something together.
  package var leastGain: Int {
    Int(clampedConversion: handOverNanoseconds * Self.handOversTogether)
  }

  /// The nanoseconds of something that takes one core so many, where it is shared by several if that pays.
  package func nanoseconds(sharing nanoseconds: Int, cores: Int) -> Int {
    min(nanoseconds, nanoseconds / max(cores, 1) +| leastGain)
  }

  /// The nanoseconds from which on something that one core does alone is worth being done by several.
  ///
  /// - Parameter isSpread: Whether what is read lies in the caches of several cores.
  package func leastShared(cores: Int, isSpread: Bool) -> Int {
    guard cores > 1 else { return .max }
    let gain =
      handOverNanoseconds * (isSpread ? Self.handOversOfSpread : Self.handOversTogether)
    // Of what it takes alone, all but a core's part is saved.
    return Int(clampedConversion: gain * Double(cores) / Double(cores - 1))
  }
}
