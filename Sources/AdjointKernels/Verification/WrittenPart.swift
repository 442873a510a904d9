import AdjointCore

/// Elements of a buffer that a kernel writes: as many as there are points, within a box.
struct WrittenPart {
  private let extents: [Int]
  private let lower: [Int]
  private let upper: [Int]
  let count: Int

  /// All of so many elements.
  init(all count: Int) {
    extents = [count]
    lower = [0]
    upper = [count - 1]
    self.count = count
  }

  /// What an injective store of a loop writes; all its indices are known to be in bounds.
  init(_ access: Access, _ loop: PerAxis<Int>, _ points: Int) {
    extents = access.extents
    count = points
    let ranges = access.map.axes.map { index in
      let span = index.axis.map { max(loop[$0] - 1, 0) } ?? 0
      let last = points == 0 ? index.start : index.start + index.step * span
      return (min(index.start, last), max(index.start, last))
    }
    lower = ranges.map(\.0)
    upper = ranges.map(\.1)
  }

  /// Whether parts are known not to overlap: each pair is apart along some axis.
  static func areDisjoint(_ parts: [WrittenPart]) -> Bool {
    let parts = parts.filter { $0.count > 0 }
    guard let first = parts.first, parts.allSatisfy({ $0.extents == first.extents }) else {
      return parts.isEmpty
    }
    // Mostly, as with a concatenation, one axis separates all of them.
    for axis in first.extents.indices {
      let ordered = parts.sorted { $0.lower[axis] < $1.lower[axis] }
      if zip(ordered, ordered.dropFirst()).allSatisfy({ $0.upper[axis] < $1.lower[axis] }) {
        return true
      }
    }
    guard parts.count <= 256 else { return false }
    return parts.indices.allSatisfy { a in
      parts.indices.dropFirst(a + 1).allSatisfy { b in parts[a].isApart(from: parts[b]) }
    }
  }

  private func isApart(from other: WrittenPart) -> Bool {
    extents.indices.contains {
      upper[$0] < other.lower[$0] || other.upper[$0] < lower[$0]
    }
  }
}
