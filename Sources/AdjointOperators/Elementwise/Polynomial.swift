import AdjointCore
import AdjointGraph

/// A polynomial of one value, read off the nodes that compute it.
struct Polynomial {
  /// What it is a polynomial of.
  let variable: Value
  /// The number that each power of the variable is multiplied by, from the constant on.
  let coefficients: [Double]

  /// The largest degree that is recognised.
  private static let largestDegree = 8
  /// How many nodes are looked at, so that a node costs the same in every graph.
  private static let largestNodeCount = 48

  var degree: Int { coefficients.count - 1 }

  /// Nil unless the value is a polynomial of degree 2 or more of what it multiplies by itself.
  init?(_ value: Value) {
    var budget = Self.largestNodeCount
    guard let variable = Self.squared(in: value, &budget) else { return nil }
    budget = Self.largestNodeCount
    guard let coefficients = Self.coefficients(of: value, in: variable, &budget),
      coefficients.count > 2, coefficients.allSatisfy(\.isFinite)
    else { return nil }
    self.variable = variable
    self.coefficients = coefficients
  }

  /// The first value that is multiplied by itself or raised to a whole number.
  private static func squared(in value: Value, _ budget: inout Int) -> Value? {
    budget -= 1
    guard budget > 0, isArithmetic(value) else { return nil }
    let operands = value.operands
    if value.definition(as: Multiply.self) != nil, operands[0].isIdentical(to: operands[1]) {
      return operands[0]
    }
    if value.definition(as: Power.self) != nil { return operands[0] }
    for operand in operands {
      if let found = squared(in: operand, &budget) { return found }
    }
    return nil
  }

  private static func isArithmetic(_ value: Value) -> Bool {
    value.definition(as: Add.self) != nil || value.definition(as: Subtract.self) != nil
      || value.definition(as: Multiply.self) != nil || value.definition(as: Divide.self) != nil
      || value.definition(as: Negate.self) != nil || value.definition(as: Power.self) != nil
  }

  private static func coefficients(
    of value: Value, in variable: Value, _ budget: inout Int
  ) -> [Double]? {
    if value.isIdentical(to: variable) { return [0, 1] }
    if let number = value.constantNumber { return [number] }
    budget -= 1
    guard budget > 0 else { return nil }
    let operands = value.operands
    func part(_ index: Int) -> [Double]? {
      coefficients(of: operands[index], in: variable, &budget)
    }
    if value.definition(as: Add.self) != nil {
      return sum(part(0), part(1), sign: 1)
    } else if value.definition(as: Subtract.self) != nil {
      return sum(part(0), part(1), sign: -1)
    } else if value.definition(as: Negate.self) != nil {
      return part(0)?.map { -$0 }
    } else if value.definition(as: Multiply.self) != nil {
      return product(part(0), part(1))
    } else if value.definition(as: Divide.self) != nil {
      guard let divisor = operands[1].constantNumber else { return nil }
      return part(0)?.map { $0 / divisor }
    } else if value.definition(as: Power.self) != nil {
      guard let exponent = operands[1].constantNumber.flatMap({ Int(exactly: $0) }),
        (1...largestDegree).contains(exponent), let base = part(0)
      else { return nil }
      return (1..<exponent).reduce(base) { power, _ in power.flatMap { product($0, base) } }
    }
    return nil
  }

  private static func sum(_ left: [Double]?, _ right: [Double]?, sign: Double) -> [Double]? {
    guard let left, let right else { return nil }
    return (0..<max(left.count, right.count)).map {
      ($0 < left.count ? left[$0] : 0) + sign * ($0 < right.count ? right[$0] : 0)
    }
  }

  private static func product(_ left: [Double]?, _ right: [Double]?) -> [Double]? {
    guard let left, let right, left.count + right.count - 2 <= largestDegree else { return nil }
    var result = Array(repeating: 0.0, count: left.count + right.count - 1)
    for (i, a) in left.enumerated() {
      for (j, b) in right.enumerated() { result[i + j] += a * b }
    }
    return result
  }
}
