/// Finds a node with the same operator and operands among those entered before.
///
/// It holds numbers only and compares with the nodes themselves, so that entering one copies nothing.
struct NodeTable {
  /// A place for each node: one near those of its operands, or, where that is taken, the first free one from
  /// where its hash points.
  ///
  /// Graphs list nodes behind their operands, so that a table larger than the caches is filled from one end to
  /// the other.
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
    let free = place(of: node, hash) { place in
      guard UInt32(truncatingIfNeeded: place) == UInt32(truncatingIfNeeded: hash) else {
        return false
      }
      return nodes[Self.node(at: place)].computesTheSame(as: node)
    }
    if places[free] != 0 { return Self.node(at: places[free]) }
    places[free] = Self.entry(number, hash)
    count += 1
    return nil
  }

  /// Where a node is, by a test of what is found on the way, or where it would be entered.
  @inline(__always)
  private func place(of node: Node, _ hash: UInt64, _ isFound: (UInt64) -> Bool) -> Int {
    let mask = places.count - 1
    if let operand = node.operands.max(by: { $0.node < $1.node }) {
      let near = (2 * operand.node + Int(hash & 1)) & mask
      if places[near] == 0 || isFound(places[near]) { return near }
    }
    var place = Int(truncatingIfNeeded: hash >> 32) & mask
    while places[place] != 0, !isFound(places[place]) { place = (place + 1) & mask }
    return place
  }

  private mutating func grow(_ nodes: [Node]) {
    let entries = places.filter { $0 != 0 }
    places = Self.places(for: max(2 * count, 16))
    for entry in entries {
      let node = nodes[Self.node(at: entry)]
      places[place(of: node, node.contentHash) { _ in false }] = entry
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
