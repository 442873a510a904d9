import AdjointCore
import AdjointGraph

// What rewrites look for below the node they replace.
extension Value {
  /// The operand of the node that computes this value, if it is a node of the given unary operator.
  func argument<Wanted: UnaryOperator>(of operation: Wanted.Type) -> Value? {
    definition(as: operation) == nil ? nil : operands[0]
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
}

extension [Value] {
  /// Two operands as they are, and exchanged.
  var inEitherOrder: [(Value, Value)] { [(self[0], self[1]), (self[1], self[0])] }
}
