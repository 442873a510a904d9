/// How the order is found in which a Jacobian is accumulated.
public enum EliminationStrategy: String, Hashable, Sendable, CaseIterable {
  /// In the order of computation, as forward mode does.
  case forward
  /// Against the order of computation, as reverse mode does.
  case reverse
  /// That value next whose elimination costs least at the time (Markowitz 1957; Griewank and Reese 1991).
  case markowitz
  /// That value next whose elimination adds the fewest nonzeros for those that go with it, of equal ones the cheapest.
  case leastFill = "least-fill"
  /// The cheapest of the others, for a chain also the best bracketing, improved by moving one value at a time
  /// as long as that makes it cheaper.
  case improved
}

/// An order of elimination and what it costs.
package struct EliminationOrder: Hashable, Sendable {
  package let strategy: EliminationStrategy
  /// The values in the order in which they go.
  package let values: [Int]
  package let multiplyAdds: Double
}

extension LinearisedGraph {
  /// With more values than this only forward and reverse mode are looked at: the others look at all values that
  /// are left before each.
  package static let maximumSearchedCount = 300
  /// How often an order is evaluated for the improved one.
  private static let maximumTrials = 4000

  /// The order of each strategy that is affordable, the cheapest first; of equally cheap ones the simpler.
  package func orders() -> [EliminationOrder] {
    let values = intermediates
    var orders = [order(.forward, values), order(.reverse, values.reversed())]
    if values.count <= Self.maximumSearchedCount {
      orders.append(greedy(.markowitz) { $0.cost(of: $1) })
      orders.append(
        greedy(.leastFill) { elimination, value in
          elimination.fill(of: value) - elimination.edgeNonzeros(of: value)
        })
      orders.append(improved(orders))
    }
    let simplest = EliminationStrategy.allCases
    return orders.sorted { left, right in
      left.multiplyAdds == right.multiplyAdds
        ? simplest.firstIndex(of: left.strategy) ?? 0 < simplest.firstIndex(of: right.strategy) ?? 0
        : left.multiplyAdds < right.multiplyAdds
    }
  }

  private func order(_ strategy: EliminationStrategy, _ values: [Int]) -> EliminationOrder {
    EliminationOrder(
      strategy: strategy, values: values, multiplyAdds: multiplyAdds(of: values))
  }

  /// Takes that value next which a measure says is best; of equal ones the cheapest, then the first.
  private func greedy(
    _ strategy: EliminationStrategy, by measure: (Elimination, Int) -> Double
  ) -> EliminationOrder {
    var elimination = Elimination(self)
    var rest = intermediates
    var values: [Int] = []
    while !rest.isEmpty {
      var best = 0
      var least = (measure: Double.infinity, cost: Double.infinity)
      for (place, value) in rest.enumerated() {
        let found = (measure: measure(elimination, value), cost: elimination.cost(of: value))
        if found < least { (best, least) = (place, found) }
      }
      values.append(rest.remove(at: best))
      _ = elimination.eliminate(values[values.count - 1])
    }
    return order(strategy, values)
  }

  /// The best of some orders, and of the best bracketing of a chain, improved.
  private func improved(_ orders: [EliminationOrder]) -> EliminationOrder {
    var candidates = orders
    if let chain = chain(), let dense = try? JacobianChain(dimensions: chain.map { Int(sizes[$0]) })
    {
      candidates.append(order(.improved, dense.best.bracketing.eliminations.map { chain[$0] }))
    }
    guard let first = candidates.min(by: { $0.multiplyAdds < $1.multiplyAdds }) else {
      return order(.improved, intermediates)
    }
    var (values, cost) = (first.values, first.multiplyAdds)
    var trials = 0
    var isBetter = values.count > 1
    while isBetter {
      isBetter = false
      for place in values.indices {
        for target in values.indices where target != place {
          guard trials < Self.maximumTrials else { return order(.improved, values) }
          trials += 1
          var moved = values
          moved.insert(moved.remove(at: place), at: target)
          let found = multiplyAdds(of: moved)
          if found < cost {
            (values, cost, isBetter) = (moved, found, true)
          }
        }
      }
    }
    return order(.improved, values)
  }

  /// The values from the source to the target where each but the first is computed from the one before alone.
  package func chain() -> [Int]? {
    guard sources.count == 1, targets.count == 1, let source = sources.first,
      let target = targets.first
    else { return nil }
    var chain = [target]
    while let value = chain.last, value != source {
      guard edges[value].count == 1, let earlier = edges[value].keys.first else { return nil }
      chain.append(earlier)
    }
    return chain.count == sizes.count ? chain.reversed() : nil
  }
}
