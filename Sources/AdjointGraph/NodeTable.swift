/// Finds a node with the same operator and operands among those entered before.
///
/// It holds numbers only and compares with the nodes themselves, so that entering one copies nothing.
struct NodeTable {
  /// For each hash of a content, the last node that has it.
  private var lastByHash: [Int: Int] = [:]
  /// For a node whose hash another one had before it, that one.
  private var earlierWithSameHash: [Int: Int] = [:]

  mutating func reserveCapacity(_ count: Int) { lastByHash.reserveCapacity(count) }

  /// Enters a node that is to have a number, unless an equal one is known, whose number is returned.
  ///
  /// Inputs and parameters are never equal to each other, and not entered.
  mutating func enter(_ node: Node, as number: Int, in nodes: [Node]) -> Int? {
    guard case .operation(let operation) = node.kind else { return nil }
    var hasher = Hasher()
    hasher.combine(ObjectIdentifier(type(of: operation)))
    operation.hash(into: &hasher)
    for operand in node.operands { hasher.combine(operand) }
    let hash = hasher.finalize()
    let last = lastByHash[hash]
    var candidate = last
    while let other = candidate {
      if nodes[other].operands == node.operands, case .operation(let known) = nodes[other].kind,
        operation.isEqual(to: known)
      {
        return other
      }
      candidate = earlierWithSameHash[other]
    }
    lastByHash[hash] = number
    if let last { earlierWithSameHash[number] = last }
    return nil
  }
}
