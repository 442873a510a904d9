import AdjointCore
import AdjointGraph

/// A composite that treats the elements along axes together, separately for each position of the others.
protocol AxesComposite: Composite {
  /// The axes, ascending.
  var axes: [Int] { get }
  init(axes: [Int])
}

extension AxesComposite {
  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("axes")
    self.init(axes: try attributes.integers("axes"))
  }

  package var attributes: AttributeList { AttributeList(["axes": .integers(axes)]) }

  package var batching: Batching {
    .rule { $0.applying(Self(axes: axes.map { $0 + 1 })) }
  }

  /// Refuses anything but one floating-point operand that has the axes.
  func checkedOperand(_ operands: [TensorType]) throws(Diagnostic) -> TensorType {
    try operands.expect(count: 1)
    try operands[0].expectFloatingPoint()
    try operands[0].expectAscending(axes: axes)
    return operands[0]
  }

  /// The type without the axes.
  func reduced(_ type: TensorType) -> TensorType {
    let kept = (0..<type.rank).filter { !axes.contains($0) }
    return TensorType(type.scalarType, Shape(kept.map { type.shape[$0] }))
  }

  /// The sum over the axes, without them.
  func sum(_ value: Value) -> Value { value.builder.apply(ReduceSum(axes: axes), [value]) }

  /// A value without the axes, repeated along those of another one.
  func repeated(_ value: Value, over other: Value) -> Value {
    value.repeated(over: other, alongAxes: axes)
  }
}

extension GraphBuilder {
  /// Applies the composite that a function in Swift stands for, so that what it refuses begins with the name
  /// of the function.
  func placed(
    _ name: String, _ operation: some Composite, on values: [Value], _ file: String, _ line: Int
  ) -> Value {
    placed(name, of: values, file, line) { () throws(Diagnostic) in
      _ = try operation.resultTypes(for: values.map(\.type))
      return apply(operation, values)
    }
  }
}
