import AdjointCore
import AdjointGraph

/// Batches written with the operators of this library.
package struct StandardBatching: BatchingArithmetic {
  package init() {}

  package func repeated(_ value: Value, _ extent: Dimension) -> Value {
    let shape = value.shape.batched(extent)
    // What is broadcast already is broadcast once.
    if let inner = value.definition(as: Broadcast.self) {
      return value.builder.apply(
        Broadcast(shape: shape, axes: inner.axes.map { $0 + 1 }), value.operands)
    }
    return value.builder.apply(
      Broadcast(shape: shape, axes: Array(1..<shape.rank)), [value],
      like: TensorType(value.scalarType, shape))
  }
}

extension Value {
  /// The axes in the same order but for one, which becomes the first.
  package func movingAxisToFront(_ axis: Int) -> Value {
    if axis == 0 { return self }
    let others = (0..<rank).filter { $0 != axis }
    return builder.apply(Transpose(permutation: [axis] + others), [self])
  }
}
