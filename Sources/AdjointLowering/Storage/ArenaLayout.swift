import AdjointCore
import AdjointKernels

/// An offset for each storage such that those in use at the same time do not overlap.
struct ArenaLayout {
  var offsets: [Int]
  var byteCount: Int

  /// Up to this many storages the quadratic strategy is tried as well.
  private static let quadraticLimit = 5_000

  /// The smaller of the layouts that the strategies find.
  static func best(for storages: [Storage], stepCount: Int) throws(Diagnostic) -> ArenaLayout {
    // What is in use throughout lies side by side at the start under any strategy.
    var offsets = Array(repeating: 0, count: storages.count)
    var base = 0
    var passing: [Int] = []
    for (number, storage) in storages.enumerated() {
      if storage.first == .before, storage.last == .after {
        offsets[number] = base
        base = try sum(base, storage.byteCount)
      } else if storage.byteCount > 0 {
        passing.append(number)
      }
    }
    let chosen = passing.map { storages[$0] }
    var best = try BestFitLayout.layout(chosen)
    if chosen.count <= quadraticLimit {
      let other = try LargestFirstLayout.layout(chosen)
      if other.byteCount < best.byteCount { best = other }
    }
    for (place, number) in passing.enumerated() {
      offsets[number] = try sum(base, best.offsets[place])
    }
    return ArenaLayout(offsets: offsets, byteCount: try sum(base, best.byteCount))
  }

  /// A sum of bytes, refused where it overflows.
  static func sum(_ a: Int, _ b: Int) throws(Diagnostic) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    guard !overflow else {
      throw Diagnostic(
        .memoryLimit,
        "the values of the graph need more bytes than a 64-bit integer counts; use smaller extents")
    }
    return sum
  }

  /// The next multiple of the alignment.
  static func aligned(_ byteCount: Int) throws(Diagnostic) -> Int {
    try sum(byteCount, Plan.alignment - 1) / Plan.alignment * Plan.alignment
  }
}
