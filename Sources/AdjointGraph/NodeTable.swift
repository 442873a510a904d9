/// Finds a node with the same operator and operands among those entered before.
///
/// It holds numbers only and compares with the nodes themselves, so that entering one copies nothing.
struct NodeTable {
  /// A place for each node, found by its hash or at the next free place behind.
  ///
  /// The upper half is the number of the node plus one, the lower a part of its hash. At least half of
  /// the places are free.
  private var places: [UInt64] = []
  private var count = 0

  mutating func reserveCapacity(_ count: Int) {
    if places.isEmpty { places = Self.places(for: count) }
  }

  /// Enters a node that is to have a number, unless an equal one is known, whose number is returned.
  ///
  /// Inputs and parameters are never equal to each other, and not entered.
  mutating func enter(_ node: Node, as number: Int, in nodes: [Node]) -> Int? {
    guard node.operatorType != nil else { return nil }
    if 2 * (count + 1) > places.count { grow(nodes) }
    let hash = node.contentHash
    let mask = places.count - 1
    var place = Int(truncatingIfNeeded: hash >> 32) & mask
    while places[place] != 0 {
      if UInt32(truncatingIfNeeded: places[place]) == UInt32(truncatingIfNeeded: hash) {
        let other = Self.node(at: places[place])
        if nodes[other].computesTheSame(as: node) { return other }
      }
      place = (place + 1) & mask
    }
    places[place] = Self.entry(number, hash)
    count += 1
    return nil
  }

  private mutating func grow(_ nodes: [Node]) {
    let entries = places.filter { $0 != 0 }
    places = Self.places(for: max(2 * count, 16))
    let mask = places.count - 1
    for entry in entries {
      let hash = nodes[Self.node(at: entry)].contentHash
      var place = Int(truncatingIfNeeded: hash >> 32) & mask
      while places[place] != 0 { place = (place + 1) & mask }
      places[place] = entry
    }
  }

  private static func places(for count: Int) -> [UInt64] {
    var size = 32
    while size < 2 * count + 2 { size *= 2 }
    return Array(repeating: 0, count: size)
  }

  private static func entry(_ number: Int, _ hash: UInt64) -> UInt64 {
    UInt64(number + 1) << 32 | UInt64(UInt32(truncatingIfNeeded: hash))
  }

  private static func node(at entry: UInt64) -> Int { Int(entry >> 32) - 1 }
}
