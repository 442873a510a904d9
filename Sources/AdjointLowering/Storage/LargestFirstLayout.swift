import AdjointCore
import AdjointKernels

/// Places storages from the largest to the smallest, each in the tightest gap.
///
/// A gap lies between storages that are in use at the same time. The strategy is quadratic, and
/// usually within a few percent of the lower bound.
enum LargestFirstLayout {
  private struct Placed {
    let offset: Int
    let end: Int
    let first: Moment
    let last: Moment
  }

  static func layout(_ storages: [Storage]) throws(Diagnostic) -> ArenaLayout {
    let order = storages.indices.sorted { a, b in
      (storages[b].byteCount, storages[a].first, a) < (storages[a].byteCount, storages[b].first, b)
    }
    var offsets = Array(repeating: 0, count: storages.count)
    var byteCount = 0
    // By offset.
    var placed: [Placed] = []
    for number in order {
      let storage = storages[number]
      let offset = gap(for: storage, between: placed)
      let end = try ArenaLayout.sum(offset, storage.byteCount)
      offsets[number] = offset
      byteCount = max(byteCount, end)
      var low = 0
      var high = placed.count
      while low < high {
        let middle = (low + high) / 2
        if placed[middle].offset <= offset { low = middle + 1 } else { high = middle }
      }
      placed.insert(
        Placed(offset: offset, end: end, first: storage.first, last: storage.last), at: low)
    }
    return ArenaLayout(offsets: offsets, byteCount: byteCount)
  }

  /// The start of the tightest gap, or the end of everything in use at the same time.
  private static func gap(for storage: Storage, between placed: [Placed]) -> Int {
    var end = 0
    var best: (offset: Int, size: Int)?
    for other in placed where other.first <= storage.last && storage.first <= other.last {
      let size = other.offset - end
      if size >= storage.byteCount, size < best?.size ?? .max { best = (end, size) }
      end = max(end, other.end)
    }
    return best?.offset ?? end
  }
}
