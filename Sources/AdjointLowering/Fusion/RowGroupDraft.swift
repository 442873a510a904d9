import AdjointCore
import AdjointKernels

/// A fusion group under construction: nests in order, and how many rows they have in common.
struct RowGroupDraft {
  private(set) var nests: [LoopNest]
  private(set) var rows: Int

  /// Longer chains are cut: a kernel has to be compiled, and fit the instruction cache.
  static let mostNests = 12

  /// A nest alone.
  init(_ nest: LoopNest) {
    nests = [nest]
    rows = 1
  }

  private init(_ nests: [LoopNest], rows: Int) {
    self.nests = nests
    self.rows = rows
  }

  var isReduction: Bool { nests.contains(where: \.isReduction) }

  /// The group with one more nest at its end, merged into an earlier one where that is possible.
  ///
  /// - Throws: why not, where they have no rows in common or it does not pay.
  func adding(_ nest: LoopNest, _ costs: RowCosts) throws(RowFusionReport.Reason) -> RowGroupDraft {
    guard nests.count < Self.mostNests else { throw .tooManyNests }
    // The rows may be blocks, which the loops of other nests do not make by themselves.
    let nest = rows > 1 ? nest.tiled(outerRows: rows) ?? nest : nest
    var reason: RowFusionReport.Reason?
    // The most rows are the smallest ones, and the most to share between threads.
    for rows in nest.rowCounts.sorted(by: >) {
      guard let stages = Self.stages(nests + [nest], rows: rows) else { continue }
      guard let refusal = costs.refusal(stages, rows: rows) else {
        return RowGroupDraft(merging(nest), rows: rows)
      }
      reason = reason ?? refusal
    }
    throw reason ?? .noCommonRows
  }

  /// The group with blocks of rows for its rows, and a reduction of all rows as far as each block does it.
  ///
  /// Before: `loop[512, 128]`s done row by row, and `r[j] += a[i, j]`. After: 32 blocks of 16 rows, with
  /// `p[i, j] += a[i, k, j]`; `r[j] += p[i, j]` is left for later. Nil where no blocks do, or where they
  /// do not pay.
  func addingBlocks(
    of nest: LoopNest, _ costs: RowCosts, _ values: inout [KernelGraph.Value]
  ) -> (draft: RowGroupDraft, rest: LoopNest)? {
    let reduced = nest.outputs.map { Set(nest.reducedAxes(of: $0)) }
    guard let first = reduced.first else { return nil }
    let common = reduced.reduce(first) { $0.intersection($1) }
    let axes = nest.axes.prefix { common.contains($0) }
    let count = axes.reduce(1) { $0 * nest.extents[$1] }
    let touched = Set(nests.flatMap { $0.readValues + $0.writtenValues })
    let shared = Set(nest.readValues).intersection(touched)
      .reduce(0) { $0 +| values[$1].byteCount }
    let kept = nest.writtenValues.reduce(0) { $0 +| values[$1].byteCount }
    // The rows that it has come first: these may be blocks already.
    for rows in [rows] + costs.blockCounts(of: count, sharing: shared, keeping: kept) {
      var split = values
      let cut = nests.compactMap { $0.tiled(outerRows: rows) }
      guard rows > 1, cut.count == nests.count,
        let parts = nest.tiled(outerRows: rows)?.rfactored(rows: rows, &split),
        let stages = Self.stages(cut + [parts.inner], rows: rows),
        rows == self.rows || costs.isBlock(stages),
        let draft = try? RowGroupDraft(cut, rows: rows).adding(parts.inner, costs)
      else { continue }
      values = split
      return (draft, parts.outer)
    }
    return nil
  }

  /// The nests and one more, which is done in the loops of an earlier one where no nest between them
  /// stands in the way.
  private func merging(_ nest: LoopNest) -> [LoopNest] {
    let reads = Set(nest.readValues)
    var merged = nests
    for number in nests.indices.reversed() {
      if nests[number].isMergeable, nest.isMergeable, let both = nests[number].merged(with: nest) {
        merged[number] = both
        return merged
      }
      if nests[number].writtenValues.contains(where: reads.contains) { break }
    }
    return nests + [nest]
  }

  /// The nests as stages, or nil where one of them does not have so many rows, or reaches into
  /// another row of what they pass to each other.
  private static func stages(_ nests: [LoopNest], rows: Int) -> [FusionGroup.Stage]? {
    var stages: [FusionGroup.Stage] = []
    for nest in nests {
      guard let axes = nest.rowAxes(rows) else { return nil }
      stages.append(FusionGroup.Stage(nest: nest, rowAxes: axes))
    }
    let written = Set(nests.flatMap(\.writtenValues))
    for stage in stages {
      let passed = stage.nest.inputs.filter { $0.source.value.map(written.contains) ?? false }
        .map(\.access)
      guard
        (passed + stage.nest.outputs.map(\.access)).allSatisfy({ stage.staysInRow($0, rows: rows) })
      else { return nil }
    }
    return stages
  }

  func group(locals: [ValueNumber]) -> KernelGraph.RowGroup {
    KernelGraph.RowGroup(
      rows: rows, stages: Self.stages(nests, rows: rows) ?? [], locals: locals)
  }

  /// The group, or the nest where all were merged into one, without what nothing needs.
  func work(isNeeded: (_ value: ValueNumber) -> Bool) -> KernelGraph.Work {
    var isRead = Set(nests.flatMap(\.readValues))
    var kept: [LoopNest] = []
    for nest in nests.reversed() {
      guard nest.writtenValues.contains(where: { isNeeded($0) || isRead.contains($0) })
      else { continue }
      kept.append(nest.keepingOutputs { isNeeded($0) || isRead.contains($0) })
    }
    kept.reverse()
    if kept.count == 1 { return .nest(kept[0]) }
    isRead = Set(kept.flatMap(\.writtenValues))
    let draft = RowGroupDraft(kept, rows: rows)
    return .rows(draft.group(locals: isRead.filter { !isNeeded($0) }.sorted()))
  }
}

extension LoopNest {
  /// The numbers of rows that the outermost loops may make.
  fileprivate var rowCounts: Set<Int> {
    var counts: Set<Int> = [1]
    var count = 1
    for extent in extents {
      count *= extent
      counts.insert(count)
    }
    return counts
  }

  /// Whether each output is a reduction or stored at its point.
  fileprivate var isMergeable: Bool {
    outputs.allSatisfy { $0.combiner != nil || storesAtItsPoint($0) }
  }
}
