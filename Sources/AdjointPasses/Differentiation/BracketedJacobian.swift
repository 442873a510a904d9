import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

/// The Jacobian of one value with respect to another through the values that every path between them passes.
///
/// Between two such cuts the Jacobian is either formed in one batch, by rows or columns, or is the product of those
/// on both sides of a cut between them. Which costs least is found for every pair of cuts, the shorter ones first
/// (as for chains of matrices; Griewank and Naumann, "Accumulating Jacobians as chained sparse matrix products",
/// Mathematical Programming 95, 2003).
struct BracketedJacobian {
  /// The most cuts that are considered; of more, those with the fewest elements.
  private static let mostCuts = 48

  private let source: Value
  private let target: Value
  /// The values that every path passes, from the source to the target, both included.
  private let cuts: [Value]
  /// The elements of each cut.
  private let sizes: [Int]
  /// For each cut, the elements that nodes before it read and write, which stand for their multiply-adds.
  private let work: [Int]

  /// Nil where an extent is known by name only, and where no path leads from the source to the target.
  init?(of target: Value, withRespectTo source: Value) {
    let builder = target.builder
    let nodes = Array(builder.nodes.prefix(Swift.max(source.id.node, target.id.node) + 1))
    let activity = Activity(of: [target.id], withRespectTo: [source.id], in: nodes)
    guard activity.isActive(source.id), source.id != target.id else { return nil }
    var cuts: [Value] = []
    var sizes: [Int] = []
    var work: [Int] = []
    var total = 0
    // What nobody reads is needed until it is there.
    var lastReader = Array(nodes.indices)
    for (index, node) in nodes.enumerated() where activity.activeNodes[index] {
      for operand in node.operands { lastReader[operand.node] = index }
    }
    // Behind a node that all values before it are read by for the last time, every path goes through it.
    var reach = source.id.node
    for index in nodes.indices.dropFirst(source.id.node) where activity.activeNodes[index] {
      let node = nodes[index]
      if index > source.id.node {
        for type in node.operands.map({ builder.type(of: $0) }) + node.resultTypes {
          guard let count = type.shape.elementCount else { return nil }
          total = total +| count
        }
      }
      let value = ValueID(node: index)
      if reach <= index, node.resultTypes.count == 1 || index == source.id.node {
        let cut = index == source.id.node ? source.id : value
        guard let size = builder.type(of: cut).shape.elementCount else { return nil }
        cuts.append(builder.value(cut))
        sizes.append(size)
        work.append(total)
      }
      reach = Swift.max(reach, lastReader[index])
      if index == target.id.node { break }
    }
    guard cuts.last?.isIdentical(to: target) == true else { return nil }
    let kept = Self.narrowest(sizes)
    self.source = source
    self.target = target
    self.cuts = kept.map { cuts[$0] }
    self.sizes = kept.map { sizes[$0] }
    self.work = kept.map { work[$0] }
  }

  /// The first and the last place, and between them those of the fewest elements, in order.
  private static func narrowest(_ sizes: [Int]) -> [Int] {
    let inner = sizes.indices.dropFirst().dropLast().sorted { (sizes[$0], $0) < (sizes[$1], $1) }
    return ([0] + inner.prefix(mostCuts - 2) + [sizes.count - 1]).sorted()
  }

  /// The Jacobian, of the shape of the target followed by that of the source.
  func value() -> Value {
    let splits = splits()
    let matrix = matrix(0, cuts.count - 1, splits)
    let shape = Shape(target.shape.dimensions + source.shape.dimensions)
    return matrix.shape == shape ? matrix : matrix.reshaped(to: shape)
  }

  /// For each pair of cuts, by row and column, the cut between them at which the product is cheapest; nil where the
  /// Jacobian is best formed at once.
  private func splits() -> [[Int?]] {
    let count = cuts.count
    var costs = Array(repeating: Array(repeating: 0, count: count), count: count)
    var splits = Array(repeating: [Int?](repeating: nil, count: count), count: count)
    for length in 1..<count {
      for first in 0..<(count - length) {
        let last = first + length
        var least = Swift.min(sizes[first], sizes[last]) *| (work[last] - work[first])
        for middle in (first + 1)..<Swift.max(last, first + 1) {
          let cost =
            costs[first][middle] +| costs[middle][last]
            +| sizes[first] *| sizes[middle] *| sizes[last]
          if cost < least {
            least = cost
            splits[first][last] = middle
          }
        }
        costs[first][last] = least
      }
    }
    return splits
  }

  /// The Jacobian of one cut with respect to another, as a matrix.
  private func matrix(_ first: Int, _ last: Int, _ splits: [[Int?]]) -> Value {
    if let middle = splits[first][last] {
      return matmul(matrix(middle, last, splits), matrix(first, middle, splits))
    }
    let whole = jacobian(of: cuts[last], withRespectTo: cuts[first], by: .cheaper)
    return whole.reshaped(to: Shape(extents: [sizes[last], sizes[first]]))
  }
}
