import AdjointCore
import AdjointKernels

/// The bytes that a context allocates, all of which count in the memory limit.
///
/// Only the first are the same on every machine: the plan's own. The others depend on the back end and on
/// the number of threads.
package struct ContextMemory: Hashable, Sendable {
  /// The plan's arena.
  package let arena: Int
  /// What groups without generated code keep between their stages, with all their rows; it lies behind the
  /// arena.
  package let locals: Int
  /// What threads keep while they run a kernel, for all of them.
  package let scratch: Int
  /// Partial reductions until they are put together.
  package let partials: Int

  init(arena: Int, locals: Int = 0, scratch: Int = 0, partials: Int = 0) {
    self.arena = arena
    self.locals = locals
    self.scratch = scratch
    self.partials = partials
  }

  /// All of it.
  package var total: Int { arena +| locals +| scratch +| partials }

  /// Refuses what is more than a limit, before any of it is allocated.
  ///
  /// - Throws: `.memoryLimit` that names the sum and its parts.
  func check(limit: Int) throws(Diagnostic) {
    guard total > limit else { return }
    let parts = [
      "\(Arena.mebibytes(arena)) MiB of values",
      locals > 0 ? "\(Arena.mebibytes(locals)) MiB of locals of fusion groups" : nil,
      scratch > 0 ? "\(Arena.mebibytes(scratch)) MiB for threads to work in" : nil,
      partials > 0 ? "\(Arena.mebibytes(partials)) MiB of partial reductions" : nil,
    ].compactMap(\.self)
    throw Diagnostic(
      .memoryLimit,
      "the plan needs \(Arena.mebibytes(total)) MiB"
        + (parts.count > 1 ? " (\(parts.joined(separator: ", ")))" : "")
        + ", the limit is \(Arena.mebibytes(limit)) MiB; use a smaller batch or a smaller model, or"
        + " raise the limit")
  }
}

extension FusionGroup {
  /// Where each local lies behind an arena, with all its rows, and the end of the last; saturating, so that
  /// what no memory holds is refused by its size.
  func localOffsets(from arenaEnd: Int) -> (offsets: [Int], end: Int) {
    var offsets: [Int] = []
    var end = arenaEnd
    for local in locals {
      let start = (end +| (Plan.alignment - 1)) / Plan.alignment * Plan.alignment
      offsets.append(start)
      end = start +| local.byteCount
    }
    return (offsets, end)
  }
}
