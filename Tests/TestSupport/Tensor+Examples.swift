import AdjointCore

extension Tensor {
  /// One of the examples along the first axis.
  package func example(_ number: Int) throws -> Tensor {
    let extents = Array(extents.dropFirst())
    let count = extents.reduce(1, *)
    let part = Array(doubles[number * count..<(number + 1) * count])
    return try Tensor(Storage(casting: part, as: scalarType), extents: extents)
  }
}
