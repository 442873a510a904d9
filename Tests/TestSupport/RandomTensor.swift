import AdjointCore

extension Tensor {
  /// A tensor of seeded numbers evenly distributed between two bounds.
  package static func random(
    _ type: TensorType, seed: UInt64, from low: Double = -1, to high: Double = 1
  ) throws -> Tensor {
    let random = CounterBasedRandom(seed: seed, stream: 7)
    let extents = try type.boundExtents()
    let values = (0..<extents.reduce(1, *)).map {
      low + (high - low) * random.uniform(at: UInt64($0))
    }
    return try Tensor(Tensor.Storage(casting: values, as: type.scalarType), extents: extents)
  }

  /// A tensor of seeded elements of a pool, cast to its type.
  package static func drawn(
    _ type: TensorType, from pool: [Double], using random: inout SeededGenerator
  ) throws -> Tensor {
    let extents = try type.boundExtents()
    let values = (0..<extents.reduce(1, *)).map { _ in
      pool[Int.random(in: 0..<pool.count, using: &random)]
    }
    return try Tensor(Tensor.Storage(casting: values, as: type.scalarType), extents: extents)
  }

  /// The sum of the products of two tensors' elements.
  package func dot(_ other: Tensor) -> Double {
    zip(doubles, other.doubles).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// This tensor plus another times a number, in `f64`.
  package func adding(_ other: Tensor, times factor: Double) throws -> Tensor {
    let sum = zip(doubles, other.doubles).map { $0 + factor * $1 }
    return try Tensor(Tensor.Storage(casting: sum, as: scalarType), extents: extents)
  }
}
