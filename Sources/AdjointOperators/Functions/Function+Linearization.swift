import AdjointCore
import AdjointGraph

/// The derivative of a function with one result at some operands, to be applied to directions.
struct FunctionLinearization {
  private let function: Function
  private let operands: [Value]
  private let result: Value

  init(_ function: Function, at operands: [Value]) {
    self.function = function
    self.operands = operands
    result = function(operands)
  }

  /// The cotangents of some operands, for that of the result; nil for an operand that is no floating-point number.
  func cotangents(of places: Range<Int>, for cotangent: Value) -> [Value?] {
    let site = Derivative.Site(
      operands: operands, results: [result], wanted: operands.indices.map(places.contains))
    let all = function.pullback(of: [cotangent], at: site)
    return places.map { place in
      guard operands[place].scalarType.isDifferentiable else { return nil }
      return all[place] ?? zero(like: operands[place])
    }
  }

  /// The tangent of the result, for those of some operands.
  func tangent(for tangents: [Int: Value]) -> Value {
    let site = Derivative.Site(
      operands: operands, results: [result],
      wanted: operands.indices.map { tangents[$0] != nil })
    return function.pushforward(of: operands.indices.map { tangents[$0] }, at: site)[0]
      ?? zero(like: result)
  }

  func zero(like value: Value) -> Value { value.builder.full(0, value.type) }
}
