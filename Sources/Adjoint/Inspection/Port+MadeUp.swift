import AdjointCore
import AdjointGraph

extension Graph.Port {
  /// A value that nobody gave, which follows from a seed and the name, and in words what it is.
  func madeUp(seed: UInt64) throws(Diagnostic) -> (tensor: Tensor, description: String) {
    switch type.scalarType {
    case .f32, .f64:
      let initializer = Initializer.normal(mean: 0, deviation: 1)
      return (
        try initializer.tensor(type, name: name, seed: seed), "numbers of the normal distribution"
      )
    case .i32, .i64, .u8, .bool:
      let extents = try type.boundExtents()
      let random = CounterBasedRandom(seed: seed, stream: name)
      var bits: [Double] = []
      for index in 0..<extents.reduce(1, *) {
        bits.append(Double(random.bits(at: UInt64(index)).0 & 1))
      }
      let storage = try Tensor.Storage(bits, as: type.scalarType)
      return (try Tensor(storage, extents: extents), "0 and 1 at random")
    }
  }
}
