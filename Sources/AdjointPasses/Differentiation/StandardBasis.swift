import AdjointCore
import AdjointGraph
import AdjointOperators

/// The unit tensors of a type, over which a linear map is applied to have its matrix.
enum StandardBasis {
  /// The results of a linear map for every unit tensor of a type, `y[i…, k…]` for the unit tensor at i…,
  /// all in one batch for each axis.
  static func results(
    of type: TensorType, in builder: GraphBuilder, _ map: @escaping (Value) -> [Value]
  ) -> [Value] {
    var nested: ([Value]) -> [Value] = { map($0[0]) }
    for _ in 0..<type.rank { nested = vectorized(nested) }
    return nested([tensors(of: type, in: builder)])
  }

  /// `e[i…, j…]`, which is 1 where i… = j… and 0 elsewhere.
  private static func tensors(of type: TensorType, in builder: GraphBuilder) -> Value {
    let rank = type.rank
    let shape = Shape(type.shape.dimensions + type.shape.dimensions)
    var isEqual: Value?
    for axis in 0..<rank {
      let extent = type.shape[axis]
      let square = Shape([extent, extent])
      // Positions along a named axis may be more than 32 bits hold.
      let positions: ScalarType = (extent.extent ?? .max) <= Int(Int32.max) ? .i32 : .i64
      let diagonal =
        builder.iota(positions, square, axis: 0) .== builder.iota(positions, square, axis: 1)
      let spread = diagonal.broadcast(to: shape, axes: [axis, rank + axis])
      isEqual = isEqual.map { $0 .& spread } ?? spread
    }
    return isEqual?.cast(to: type.scalarType) ?? builder.constant(1, type.scalarType)
  }
}

extension Value {
  /// The first axes behind the others.
  func movingFirstAxesBack(_ count: Int) -> Value {
    transposed(permutation: Array(count..<rank) + Array(0..<count))
  }
}
