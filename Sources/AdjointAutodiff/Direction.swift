import AdjointGraph

/// A tangent or a cotangent on its way through a graph, and where it is 0 for certain.
struct Direction {
  /// Right where `pending` holds; elsewhere the direction is 0 and this may be anything.
  var value: Value
  /// The value is 0 wherever this does not hold.
  var applied = Mask.everywhere
  /// What the value has to be selected by before it is used for anything but a product.
  var pending = Mask.everywhere

  init(_ value: Value) { self.value = value }

  init(_ value: Value, applied: Mask, pending: Mask = .everywhere) {
    self.value = value
    self.applied = applied
    self.pending = pending
  }
}
