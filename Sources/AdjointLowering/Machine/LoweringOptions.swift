/// What lowering may do beyond the plain translation; everything is on unless a test or a user who
/// inspects a graph asks otherwise.
package struct LoweringOptions: Hashable, Sendable {
  /// Whether long sums over rows, such as weight gradients, and products of few rows with large matrices are
  /// cut so that threads keep to their rows.
  package var splitsInner = true
  /// Whether element-wise producers are computed inside the loop nests that read them.
  package var fusesProducers = true
  /// Whether scalings and sums are fused into the contractions before them.
  package var fusesAddends = true
  /// Whether element-wise work is fused into the contractions whose results it reads.
  package var fusesEpilogues = true
  /// Whether contractions read and store through the strides of copies that only transpose.
  package var elidesCopies = true
  /// Whether nests that pass rows to each other become one kernel.
  package var fusesRows = true
  /// The bytes of the cache in which a row of such a kernel has to stay; `thisMachine` has those of its
  /// cores.
  package var cacheByteCount = 1 << 20
  /// Whether neighbouring element-wise nests over equal extents become one nest with several outputs.
  package var mergesSiblings = true
  /// Whether a step may write over an operand that it reads for the last time.
  package var writesInPlace = true
  /// The nanoseconds that branches save at least where they run at the same time; `Int.max` for none that
  /// do.
  package var leastForkGain = 4_000
  /// The most bytes the arena may have.
  package var byteLimit = Int.max

  /// The options that give the same plan on every machine.
  package init() {}
}
