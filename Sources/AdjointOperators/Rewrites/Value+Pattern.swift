import AdjointCore
import AdjointGraph

// What identities look for below the node they replace.
extension Value {
  /// The operand of the node that computes this value, if it is a node of the given unary operator.
  func argument<Wanted: UnaryOperator>(of operation: Wanted.Type) -> Value? {
    definition(as: operation) == nil ? nil : operands[0]
  }

  /// The x of a value that is 1 + x or x + 1.
  var addendOfOne: Value? {
    guard definition(as: Add.self) != nil else { return nil }
    if operands[0].isConstant(1) { return operands[1] }
    return operands[1].isConstant(1) ? operands[0] : nil
  }

  /// The x of a value that is 1 − x.
  var subtrahendFromOne: Value? {
    definition(as: Subtract.self) != nil && operands[0].isConstant(1) ? operands[1] : nil
  }

  /// The number that this value is everywhere, also where numbers are yet to be subtracted from it, as from
  /// the exponent of a power with every derivative.
  var differenceOfNumbers: Double? {
    var (value, subtrahends) = (self, [Double]())
    while subtrahends.count < Self.mostSubtractions {
      if let number = value.constantNumber { return subtrahends.reversed().reduce(number, -) }
      guard value.scalarType.isDifferentiable, value.definition(as: Subtract.self) != nil,
        let number = value.operands[1].constantNumber
      else { return nil }
      subtrahends.append(number)
      value = value.operands[0]
    }
    return nil
  }

  /// How far a pattern looks, so that it takes the same time in every graph.
  private static var mostSubtractions: Int { 8 }

  /// The x of a value that is 1/x.
  var inverse: Value? {
    if let x = argument(of: Reciprocal.self) { return x }
    return definition(as: Divide.self) != nil && operands[0].isConstant(1) ? operands[1] : nil
  }

  /// The dividend and the divisor of x / y, also where it is written x · (1/y).
  var quotient: (dividend: Value, divisor: Value)? {
    if definition(as: Divide.self) != nil { return (operands[0], operands[1]) }
    guard definition(as: Multiply.self) != nil else { return nil }
    if let divisor = operands[1].argument(of: Reciprocal.self) { return (operands[0], divisor) }
    if let divisor = operands[0].argument(of: Reciprocal.self) { return (operands[1], divisor) }
    return nil
  }

  /// sigmoid(−x) for this x, without the two signs of −(−x).
  func sigmoidOfNegative() -> Value {
    if let positive = argument(of: Negate.self) {
      return builder.apply(Sigmoid(), [positive])
    }
    return builder.apply(Sigmoid(), [-self])
  }
}

extension [Value] {
  /// Two operands as they are, and exchanged.
  var inEitherOrder: [(Value, Value)] { [(self[0], self[1]), (self[1], self[0])] }

  /// Of the operands of a product, the one that is the same number everywhere, and the other one;
  /// floating point only.
  var constantFactor: (number: Double, other: Value)? {
    guard self[0].scalarType.isDifferentiable else { return nil }
    if let number = self[1].constantNumber { return (number, self[0]) }
    return self[0].constantNumber.map { ($0, self[1]) }
  }
}
