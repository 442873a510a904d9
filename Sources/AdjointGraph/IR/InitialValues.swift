import AdjointCore

/// What a parameter starts with, before it is in memory.
package enum InitialValues: Sendable {
  /// The same number everywhere.
  case same(NumberLiteral)
  /// Given elements, of the parameter's type.
  case given(Tensor)
  /// A function of each element's place, so that any part can be worked out on any thread.
  case drawn(InitialLaw)
}

/// Random numbers of a distribution, one for each place.
package struct InitialLaw: Sendable {
  package enum Distribution: Sendable {
    case uniform(from: Double, to: Double)
    /// Uniform on ±bound.
    case symmetric(bound: Double)
    case normal(mean: Double, deviation: Double)
    /// Normal with mean 0.
    case centred(deviation: Double)
  }

  private let distribution: Distribution
  private let random: CounterBasedRandom

  package init(_ distribution: Distribution, _ random: CounterBasedRandom) {
    self.distribution = distribution
    self.random = random
  }

  /// The numbers of some places.
  package func numbers(in places: Range<Int>) -> [Double] {
    var numbers = Array(repeating: 0.0, count: places.count)
    let first = UInt64(places.lowerBound)
    switch distribution {
    case .uniform(let low, let high):
      random.fillUniformly(&numbers, from: first)
      for place in numbers.indices { numbers[place] = low + (high - low) * numbers[place] }
    case .symmetric(let bound):
      random.fillUniformly(&numbers, from: first)
      for place in numbers.indices { numbers[place] = bound * (2 * numbers[place] - 1) }
    case .normal(let mean, let deviation):
      random.fillNormally(&numbers, from: first)
      for place in numbers.indices { numbers[place] = mean + deviation * numbers[place] }
    case .centred(let deviation):
      random.fillNormally(&numbers, from: first)
      for place in numbers.indices { numbers[place] = deviation * numbers[place] }
    }
    return numbers
  }
}
