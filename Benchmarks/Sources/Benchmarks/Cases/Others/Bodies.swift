import Adjoint

/// The potential energy of bodies that attract each other; its gradient are the forces on them, but for the sign.
struct Bodies: Formula {
  let count: Int

  /// What is added to squares of distances, so that a body does not attract itself without bound.
  private static let softening = 0.01

  var summary: String { "\(count) bodies in space, potential energy of all pairs" }

  func operands() throws(Diagnostic) -> [Operand] {
    [try .source("places", RandomNumbers.uniform(count * 3, "places"), count, 3)]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let places = operands[0]
    let differences = places.reshaped(to: [count, 1, 3]) - places.reshaped(to: [1, count, 3])
    let squares = (differences * differences).sum(squeezingAxes: [2]) + Self.softening
    return (1 / sqrt(squares)).sum() * -0.5
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let places = operands[0]
    var energy = 0.0
    for body in 0..<count {
      for other in 0..<count {
        var square = Self.softening
        for axis in 0..<3 {
          let way = places[3 * other + axis] - places[3 * body + axis]
          square += way * way
        }
        energy -= 0.5 / square.squareRoot()
      }
    }
    return [energy]
  }

  /// For each ordered pair three differences, a sum of squares, a root and a quotient, and three products with a sum
  /// for the force.
  var work: Work {
    .single(operations: count * count * 20, read: 3 * count, written: 3 * count + 1)
  }
}
