import Adjoint

extension Case {
  private static let count = 64
  /// What is added to squares of distances, so that a body does not attract itself without bound.
  private static let softening = 0.01

  /// The energy of bodies that attract each other, and the forces on them.
  static let bodies = Case(
    name: "bodies_64",
    summary: "64 bodies in space: potential energy of all pairs and its gradient",
    // For each ordered pair three differences, a sum of squares, a root and a quotient, and three products
    // with a sum for the force.
    limit: .work(
      Work(
        operations: Double(count * count * 20), bytesRead: Double(4 * 3 * count),
        bytesWritten: Double(4 * (3 * count + 1))))
  ) { () throws(Diagnostic) in
    let builder = GraphBuilder("bodies")
    let places = builder.input("places", .f32, [count, 3])
    let differences =
      places.reshaped(to: [count, 1, 3]) - places.reshaped(to: [1, count, 3])
    let squares = (differences * differences).sum(squeezingAxes: [2]) + softening
    let energy = (1 / sqrt(squares)).sum() * -0.5
    builder.output("energy", energy)
    builder.output("forces", -gradients(of: energy, withRespectTo: [places])[0])
    return Workload(graph: try builder.build()) { (_) throws(Diagnostic) in
      let places = RandomNumbers.uniform(count * 3, "places")
      let inputs = ["places": try Tensor(places, extents: [count, 3])]
      return Start(inputs: inputs) { (context) throws(Diagnostic) in
        try check(context, places.map(Double.init))
      }
    }
  }

  /// Compares with sums over pairs in f64.
  private static func check(
    _ context: ExecutionContext, _ places: [Double]
  ) throws(Diagnostic) {
    var energy = 0.0
    var forces = Array(repeating: 0.0, count: places.count)
    for body in 0..<count {
      for other in 0..<count {
        let way = (0..<3).map { places[3 * other + $0] - places[3 * body + $0] }
        let square = way.reduce(softening) { $0 + $1 * $1 }
        energy -= 0.5 / square.squareRoot()
        for axis in 0..<3 { forces[3 * body + axis] += way[axis] / (square * square.squareRoot()) }
      }
    }
    var comparison = Comparison(of: "energy")
    comparison.expect(try context.scalar("energy"), energy, within: 1e-4 * energy.magnitude)
    try comparison.finish()
    comparison = Comparison(of: "forces")
    let largest = forces.map(\.magnitude).max() ?? 0
    for (actual, expected) in zip(
      try context.output("forces").elements(as: Float.self), forces)
    {
      comparison.expect(Double(actual), expected, within: 1e-5 * largest)
    }
    try comparison.finish()
  }
}
