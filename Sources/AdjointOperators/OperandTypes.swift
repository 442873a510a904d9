import AdjointCore

// What operators ask of the types of their operands. The builder puts the operator's mnemonic in
// front of these messages, and the place behind.
extension [TensorType] {
  /// Refuses any other number of operands.
  func expect(count: Int) throws(Diagnostic) {
    guard self.count == count else {
      throw Diagnostic(
        .operandCount,
        "the operator takes \(count) operand\(count == 1 ? "" : "s"), not \(self.count)")
    }
  }

  /// Refuses operands of different types; there is at least one.
  func expectEqual() throws(Diagnostic) -> TensorType {
    guard let first else {
      throw Diagnostic(.operandCount, "the operator takes at least one operand")
    }
    for other in dropFirst() {
      guard other.scalarType == first.scalarType else {
        throw Diagnostic(
          .scalarTypeMismatch,
          "the operands have different scalar types, \(first) and \(other); cast one of them")
      }
      guard other.shape == first.shape else {
        throw Diagnostic(
          .shapeMismatch, "the operands have different shapes, \(first) and \(other)")
      }
    }
    return first
  }
}

extension TensorType {
  /// Refuses scalar types for which the condition does not hold.
  func expect(
    _ wanted: String, _ condition: (ScalarType) -> Bool
  ) throws(Diagnostic) {
    guard condition(scalarType) else {
      throw Diagnostic(
        .scalarTypeMismatch, "the operand must be \(wanted), and it is \(self); cast it first")
    }
  }

  /// Refuses anything but `f32` and `f64`.
  func expectFloatingPoint() throws(Diagnostic) {
    try expect("f32 or f64") { $0.isDifferentiable }
  }

  /// Refuses `bool`.
  func expectNumeric() throws(Diagnostic) {
    try expect("a number type") { $0.isNumeric }
  }

  /// Refuses anything but `bool`.
  func expectTruthValues() throws(Diagnostic) {
    try expect("bool") { $0 == .bool }
  }

  /// Refuses axes that are out of range, repeated or out of order; for lists that must ascend.
  func expectAscending(axes: [Int]) throws(Diagnostic) {
    for (position, axis) in axes.enumerated() {
      guard axis >= 0, axis < rank else {
        throw Diagnostic(
          .invalidAttribute, "the axis \(axis) is not one of the \(rank) axes of \(self)")
      }
      guard position == 0 || axes[position - 1] < axis else {
        throw Diagnostic(
          .invalidAttribute, "the axes \(axes) must be in ascending order, each once")
      }
    }
  }

  /// The axis counted from the front; negative numbers count from the back, −1 the last.
  func normalized(axis: Int) throws(Diagnostic) -> Int {
    let fromFront = axis < 0 ? axis + rank : axis
    guard fromFront >= 0, fromFront < rank else {
      throw Diagnostic(
        .invalidArgument, "the axis \(axis) is not one of the \(rank) axes of \(self)")
    }
    return fromFront
  }

  /// Axes counted from the front in ascending order; all of them for nil.
  ///
  /// Refuses repeated ones.
  func normalized(axes: [Int]?) throws(Diagnostic) -> [Int] {
    guard let axes else { return Array(0..<rank) }
    var result: [Int] = []
    for axis in axes { result.append(try normalized(axis: axis)) }
    guard Set(result).count == result.count else {
      throw Diagnostic(.invalidArgument, "the axes \(axes) of \(self) repeat one; give each once")
    }
    return result.sorted()
  }
}
