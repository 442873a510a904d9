import AdjointCore

/// Places storages in the order of their first use, each in the smallest free block that holds it.
///
/// Blocks are free again after the last use, and join their free neighbours. Near linear, for any
/// number of storages.
struct BestFitLayout {
  private struct Block {
    let byteCount: Int
    let offset: Int
  }

  /// By size, then by offset.
  private var free: [Block] = []
  /// The sizes of free blocks by where they start, and where they start by where they end.
  private var sizeByStart: [Int: Int] = [:]
  private var startByEnd: [Int: Int] = [:]
  private var byteCount = 0

  static func layout(_ storages: [Storage]) throws(Diagnostic) -> ArenaLayout {
    var layout = BestFitLayout()
    var offsets = Array(repeating: 0, count: storages.count)
    let starting = storages.indices.sorted { (storages[$0].first, $0) < (storages[$1].first, $1) }
    let ending = storages.indices.sorted { (storages[$0].last, $0) < (storages[$1].last, $1) }
    var freed = 0
    for number in starting {
      while freed < ending.count, storages[ending[freed]].last < storages[number].first {
        layout.release(offsets[ending[freed]], storages[ending[freed]].byteCount)
        freed += 1
      }
      offsets[number] = try layout.take(storages[number].byteCount)
    }
    return ArenaLayout(offsets: offsets, byteCount: layout.byteCount)
  }

  private mutating func take(_ size: Int) throws(Diagnostic) -> Int {
    let place = firstPlace(of: Block(byteCount: size, offset: 0))
    if place < free.count {
      let block = free[place]
      remove(block)
      if block.byteCount > size {
        insert(Block(byteCount: block.byteCount - size, offset: block.offset + size))
      }
      return block.offset
    }
    // The arena grows, by less if its end is free.
    var offset = byteCount
    if let start = startByEnd[byteCount], let available = sizeByStart[start] {
      remove(Block(byteCount: available, offset: start))
      offset = start
    }
    byteCount = try ArenaLayout.sum(offset, size)
    return offset
  }

  private mutating func release(_ offset: Int, _ size: Int) {
    var start = offset
    var end = offset + size
    if let before = startByEnd[start] {
      remove(Block(byteCount: start - before, offset: before))
      start = before
    }
    if let after = sizeByStart[end] {
      remove(Block(byteCount: after, offset: end))
      end += after
    }
    insert(Block(byteCount: end - start, offset: start))
  }

  private mutating func insert(_ block: Block) {
    free.insert(block, at: firstPlace(of: block))
    sizeByStart[block.offset] = block.byteCount
    startByEnd[block.offset + block.byteCount] = block.offset
  }

  private mutating func remove(_ block: Block) {
    free.remove(at: firstPlace(of: block))
    sizeByStart[block.offset] = nil
    startByEnd[block.offset + block.byteCount] = nil
  }

  /// The place of the first block that is not less.
  private func firstPlace(of block: Block) -> Int {
    var low = 0
    var high = free.count
    while low < high {
      let middle = (low + high) / 2
      let other = free[middle]
      if (other.byteCount, other.offset) < (block.byteCount, block.offset) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
