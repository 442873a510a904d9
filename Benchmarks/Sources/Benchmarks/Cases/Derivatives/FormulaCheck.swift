import Adjoint

/// Compares derivatives that a context computed, in f64 or f32, with central differences of the plain loops.
struct FormulaCheck {
  let formula: any Formula
  let operands: [Operand]
  let context: ExecutionContext

  /// What a sum of differences may be off, of its size: the cube root of the precision of f64, and some.
  private static let share = 1e-6
  /// The same where the derivatives were computed in f32.
  private static let shareOfSingle = 1e-4
  /// How far an operand moves along a direction of ones.
  private static let distance = 1e-5
  /// The same where less precision is asked for: small, so that hardly any rectifier changes sides.
  private static let distanceOfSingle = 1e-7

  private var sources: [Int] { operands.indices.filter { operands[$0].isSource } }

  /// Signs at random, one for each element of an operand.
  func direction(of operand: Int, _ kind: String) -> [Double] {
    RandomNumbers.integers(operands[operand].tensor.count, operands[operand].name + kind, below: 2)
      .map { Double(2 * $0 - 1) }
  }

  /// The value of the plain loops where operands are moved along directions.
  func reference(_ moves: (operand: Int, direction: [Double], distance: Double)...) -> [Double] {
    var numbers = operands.map(\.tensor.doubles)
    for move in moves {
      for index in move.direction.indices {
        numbers[move.operand][index] += move.distance * move.direction[index]
      }
    }
    return formula.reference(numbers)
  }

  /// The slope of each element of the value along a direction of one operand.
  func slopes(_ operand: Int, along direction: [Double]) -> [Double] {
    let isSingle = operands[operand].tensor.scalarType == .f32
    let distance = isSingle ? Self.distanceOfSingle : Self.distance
    return zip(
      reference((operand, direction, distance)), reference((operand, direction, -distance))
    ).map { ($0 - $1) / (2 * distance) }
  }

  func expectValue() throws(Diagnostic) {
    let value = try context.output("value")
    try Self.expect(
      "value", value.doubles, reference(), within: value.scalarType == .f32 ? 1e-5 : 1e-12)
  }

  /// Compares the slopes along a direction of random signs and along the gradient itself.
  func expectGradients() throws(Diagnostic) {
    for source in sources {
      let tensor = try context.output("gradient.\(operands[source].name)")
      let gradient = tensor.doubles
      let largest = gradient.reduce(0) { max($0, $1.magnitude) }
      let signs = direction(of: source, "signs")
      let norm = zip(gradient, gradient).reduce(0) { $0 + $1.0 * $1.1 }.squareRoot()
      for (kind, direction) in [
        ("random signs", signs),
        ("itself", gradient.map { $0 / max(largest, .leastNormalMagnitude) }),
      ] {
        let length = zip(direction, direction).reduce(0) { $0 + $1.0 * $1.1 }.squareRoot()
        try Self.expect(
          "the slope of \(operands[source].name) along \(kind)",
          [zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }],
          slopes(source, along: direction),
          within: tensor.scalarType == .f32 ? Self.shareOfSingle : Self.share,
          scale: kind == "itself" ? norm * length : largest * length)
      }
    }
  }

  /// Compares the product of the Jacobian with a direction.
  func expectJacobian() throws(Diagnostic) {
    for source in sources {
      let signs = direction(of: source, "signs")
      try Self.expect(
        "jacobian", times(signs, try context.output("jacobian.\(operands[source].name)").doubles),
        slopes(source, along: signs))
    }
  }

  /// Compares products of the Hessian with a direction, each along the axis of one element.
  func expectHessian() throws(Diagnostic) {
    // The fourth root of the precision, since the differences are second ones.
    let distance = 1e-3
    for source in sources {
      let signs = direction(of: source, "signs")
      let products = times(signs, try context.output("hessian.\(operands[source].name)").doubles)
      let slopes = products.indices.map { index in
        var axis = [Double](repeating: 0, count: products.count)
        axis[index] = 1
        var sum = 0.0
        for (first, second) in [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)] {
          let value = reference(
            (source, axis, first * distance), (source, signs, second * distance))
          sum += first * second * value[0]
        }
        return sum / (4 * distance * distance)
      }
      try Self.expect("hessian", products, slopes, within: 1e-4)
    }
  }

  /// A matrix, row by row, times a vector.
  private func times(_ vector: [Double], _ matrix: [Double]) -> [Double] {
    (0..<matrix.count / vector.count).map {
      PlainLoops.dot(vector, matrix, from: $0 * vector.count)
    }
  }

  /// Compares numbers; the tolerance is a share of the largest, or of a scale.
  static func expect(
    _ name: String, _ actual: [Double], _ expected: [Double], within share: Double = share,
    scale: Double? = nil
  ) throws(Diagnostic) {
    let scale = scale ?? expected.reduce(0) { max($0, $1.magnitude) }
    var comparison = Comparison(of: name)
    guard actual.count == expected.count else {
      throw Diagnostic(
        .wrongResult, "\(name) has \(actual.count) elements and not \(expected.count)")
    }
    for (actual, expected) in zip(actual, expected) {
      comparison.expect(actual, expected, within: share * scale)
    }
    try comparison.finish()
  }
}
