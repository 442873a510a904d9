/// The local Jacobians of a computation as edges between its values, and what it costs to make the Jacobian of
/// the targets with respect to the sources of them.
///
/// Eliminating a value j that is neither replaces the paths through it by edges: for each i before and each k behind
/// it, `J_ki += J_kj · J_ji`. Once all are eliminated, the edges from sources to targets are the Jacobian. Any order
/// gives it; forward mode eliminates in the order of computation, reverse mode in the opposite one, and others may
/// cost less (Griewank and Walther, "Evaluating Derivatives", second edition, SIAM 2008, chapter 9). The best order is
/// NP-complete to find (Naumann, "Optimal Jacobian accumulation is NP-complete", Mathematical Programming 112, 2008).
package struct LinearisedGraph: Sendable {
  /// A matrix as far as its cost goes.
  package struct Jacobian: Hashable, Sendable {
    /// Where the elements are that need not be zero.
    package enum Structure: Hashable, Sendable {
      /// Spread evenly over rows and columns, as far as is known.
      case general
      /// On the diagonal.
      case diagonal
      /// On the diagonal, and 1: a product with it costs nothing.
      case identity
    }

    /// The number of elements that need not be zero.
    package var nonzeros: Double
    package var structure: Structure

    package init(nonzeros: Double, structure: Structure = .general) {
      self.nonzeros = nonzeros
      self.structure = structure
    }
  }

  /// The number of elements of each value, in the order of computation.
  package private(set) var sizes: [Double] = []
  /// For each value, those before it with the Jacobians of it with respect to them.
  private(set) var edges: [[Int: Jacobian]] = []
  private(set) var sources: Set<Int> = []
  private(set) var targets: Set<Int> = []

  package init() {}

  /// Adds a value with so many elements, and gives its number.
  package mutating func addValue(size: Int) -> Int {
    sizes.append(Double(size))
    edges.append([:])
    return sizes.count - 1
  }

  /// Adds a path from a value to one computed from it.
  package mutating func addEdge(from value: Int, to result: Int, _ jacobian: Jacobian) {
    let full = sizes[value] * sizes[result]
    let known = edges[result][value]
    edges[result][value] = known.map { $0.adding(jacobian, full: full) } ?? jacobian
  }

  package mutating func addSource(_ value: Int) { sources.insert(value) }

  package mutating func addTarget(_ value: Int) { targets.insert(value) }

  /// The values to eliminate, in the order of computation.
  package var intermediates: [Int] {
    sizes.indices.filter { !sources.contains($0) && !targets.contains($0) }
  }

  /// The multiply-adds of eliminating all values that are neither sources nor targets in an order.
  ///
  /// A product of a k × j by a j × i matrix with a and b nonzeros takes `a·b / j`, exactly `k·j·i` where both are
  /// dense, and j where both are diagonal. Working out the local Jacobians is not counted: every order needs them.
  package func multiplyAdds(of order: [Int]) -> Double {
    var elimination = Elimination(self)
    return order.reduce(0) { $0 + elimination.eliminate($1) }
  }

  /// The Jacobians of the targets with respect to the sources, those that there are.
  package var accumulated: [Jacobian] {
    var elimination = Elimination(self)
    for value in intermediates { _ = elimination.eliminate(value) }
    return targets.sorted().flatMap { target in
      elimination.jacobians(of: target).sorted { $0.key < $1.key }
        .compactMap { sources.contains($0.key) ? $0.value : nil }
    }
  }
}

extension LinearisedGraph.Jacobian {
  func adding(_ other: Self, full: Double) -> Self {
    structure != .general && other.structure != .general
      ? Self(nonzeros: nonzeros, structure: .diagonal)
      : Self(nonzeros: Swift.min(full, nonzeros + other.nonzeros))
  }

  /// What it adds to the cost of a product.
  fileprivate var weight: Double { structure == .identity ? 0 : nonzeros }
}

/// A linearised graph of which some values have been eliminated.
struct Elimination {
  private let sizes: [Double]
  /// The edges into each value, and the values that each has an edge to.
  private var before: [[Int: LinearisedGraph.Jacobian]]
  private var behind: [Set<Int>]

  init(_ graph: LinearisedGraph) {
    sizes = graph.sizes
    before = graph.edges
    behind = Array(repeating: [], count: graph.sizes.count)
    for (result, edges) in graph.edges.enumerated() {
      for value in edges.keys { behind[value].insert(result) }
    }
  }

  /// The edges into a value.
  func jacobians(of value: Int) -> [Int: LinearisedGraph.Jacobian] { before[value] }

  /// What eliminating a value would cost now.
  func cost(of value: Int) -> Double {
    guard sizes[value] > 0 else { return 0 }
    let later = behind[value].reduce(0) { $0 + (before[$1][value]?.weight ?? 0) }
    let earlier = before[value].values.reduce(0) { $0 + $1.weight }
    return later * earlier / sizes[value]
  }

  /// The nonzeros of the edges at a value, which go with it.
  func edgeNonzeros(of value: Int) -> Double {
    before[value].values.reduce(0) { $0 + $1.nonzeros }
      + behind[value].reduce(0) { $0 + (before[$1][value]?.nonzeros ?? 0) }
  }

  /// The nonzeros of edges that eliminating a value would make anew.
  func fill(of value: Int) -> Double {
    var fill = 0.0
    for result in behind[value] {
      guard let later = before[result][value] else { continue }
      for (origin, earlier) in before[value] {
        let made = product(later, earlier, over: value, from: origin, to: result)
        let known = before[result][origin]?.nonzeros ?? 0
        fill += max(0, min(sizes[result] * sizes[origin], made.nonzeros) - known)
      }
    }
    return fill
  }

  private func product(
    _ later: LinearisedGraph.Jacobian, _ earlier: LinearisedGraph.Jacobian, over value: Int,
    from origin: Int, to result: Int
  ) -> LinearisedGraph.Jacobian {
    if later.structure == .identity { return earlier }
    if earlier.structure == .identity { return later }
    let isDiagonal = later.structure == .diagonal && earlier.structure == .diagonal
    let count = sizes[value] > 0 ? later.nonzeros * earlier.nonzeros / sizes[value] : 0
    return LinearisedGraph.Jacobian(
      nonzeros: min(count, sizes[origin] * sizes[result]),
      structure: isDiagonal ? .diagonal : .general)
  }

  /// Eliminates a value, and gives what that costs.
  mutating func eliminate(_ value: Int) -> Double {
    let cost = cost(of: value)
    let earlier = before[value]
    for result in behind[value] {
      guard let later = before[result].removeValue(forKey: value) else { continue }
      for (origin, jacobian) in earlier {
        let made = product(later, jacobian, over: value, from: origin, to: result)
        let full = sizes[origin] * sizes[result]
        before[result][origin] =
          before[result][origin].map { $0.adding(made, full: full) } ?? made
        behind[origin].insert(result)
      }
    }
    for origin in earlier.keys { behind[origin].remove(value) }
    before[value] = [:]
    behind[value] = []
    return cost
  }
}
