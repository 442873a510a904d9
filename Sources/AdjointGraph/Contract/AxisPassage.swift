import AdjointCore

/// How the positions along one axis of a result come about: each from the same position along an axis of some
/// operands, and from all of the others.
package struct AxisPassage {
  /// For each operand the axis that has the positions; nil where all of it is for every one of them.
  package let operandAxes: [Int?]
  private let resize: (Shape.Dimension) -> any Operator

  /// - Parameters:
  ///   - operandAxes: For each operand the axis that has the positions, or nil.
  ///   - resize: The operator for another number of positions.
  package init(_ operandAxes: [Int?], resize: @escaping (Shape.Dimension) -> any Operator) {
    self.operandAxes = operandAxes
    self.resize = resize
  }

  /// The operator that gives some of the positions, from operands that have just these.
  package func operation(for extent: Shape.Dimension) -> any Operator { resize(extent) }
}

extension Operator {
  /// Element by element, an axis of the result is that axis of each operand.
  package func passage(of axis: Int, operands: [TensorType]) -> AxisPassage? {
    guard case .elementwise = batching else { return nil }
    return AxisPassage(operands.map { _ in axis }) { _ in self }
  }

  package var passesNaN: Bool {
    switch derivative {
    case .linear, .movement, .multilinear: true
    case .zero, .stopped, .partials, .rules: false
    }
  }
}

/// An operator that keeps some positions along one axis of its first operand, and all of the other axes.
package protocol PositionSelection: Operator {
  /// The axis; nil where it is not one axis that takes the place of one.
  func selectedAxis(of operands: [TensorType]) -> Int?
  /// The same positions along another axis.
  func selecting(along axis: Int) -> Self
  /// Whether positions that are not there may be asked for, which gives NaN or zero.
  static var reachesOutside: Bool { get }
}
