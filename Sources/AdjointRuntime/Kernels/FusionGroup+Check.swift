import AdjointCore
import AdjointKernels

extension FusionGroup {
  /// Checks every stage and what passes between them, and returns what the group uses of its buffers.
  func checkedUses() throws(Diagnostic) -> [BufferUse] {
    var uses: [BufferUse] = []
    for stage in stages { uses += try stage.nest.checkedUses() }
    try check()
    return uses.filter { use in
      use.isResult ? use.number < resultCount : use.number < operandCount
    }
  }

  /// Where each local lies behind an arena, with all its rows, and the end of the last.
  func localOffsets(from arenaEnd: Int) throws(Diagnostic) -> (offsets: [Int], end: Int) {
    var offsets: [Int] = []
    var end = arenaEnd
    for local in locals {
      let bytes = try BufferUse.product([local.elementCount, local.scalarType.byteCount])
      let (padded, isPaddedTooWide) = end.addingReportingOverflow(Plan.alignment - 1)
      let start = padded / Plan.alignment * Plan.alignment
      let (next, isTooWide) = start.addingReportingOverflow(bytes)
      guard !isPaddedTooWide, !isTooWide else {
        throw Diagnostic(.invalidPlan, "the locals of a fusion group overflow a 64-bit integer")
      }
      offsets.append(start)
      end = next
    }
    return (offsets, end)
  }
}
