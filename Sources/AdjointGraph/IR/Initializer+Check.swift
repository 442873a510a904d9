import AdjointCore

extension Initializer {
  /// The same whole number everywhere, exact but for floating-point types.
  public static func constant<Integer: BinaryInteger>(_ value: Integer) -> Initializer {
    Int64(exactly: value).map { .integer($0) } ?? .constant(Double(value))
  }

  /// The initialiser as it is for a parameter of a type: `integer` for whole-number types and
  /// `constant` for floating-point ones, a literal of the parameter's own scalar type.
  ///
  /// - Throws: as `NumberLiteral.check(as:)` for a number that the type cannot hold, also where a random
  ///   one could be beyond its range; `.scalarTypeMismatch` for random numbers that are to be whole.
  package func checked(for type: TensorType) throws(Diagnostic) -> Initializer {
    let scalarType = type.scalarType
    switch self {
    case .zeros: return self
    case .constant(let value): return try Self.constant(NumberLiteral(value), for: type)
    case .integer(let value): return try Self.constant(.whole(value), for: type)
    case .literal(let tensor):
      return tensor.scalarType == scalarType
        ? self : .literal(try tensor.converted(to: scalarType, for: nil))
    case .uniform(let low, let high):
      try checkRandom(type)
      for bound in [low, high] { try NumberLiteral(bound).check(as: scalarType) }
      if low.isFinite, high.isFinite { try Self.check(high - low, isFiniteIn: .f64, self) }
    case .normal(let mean, let deviation):
      try checkRandom(type)
      if mean.isFinite, deviation.isFinite {
        for sign in [-1.0, 1] {
          try Self.check(
            mean + sign * deviation * Self.greatestDeviate, isFiniteIn: scalarType, self)
        }
      }
    case .glorot, .he: try checkRandom(type)
    }
    return self
  }

  /// No number of `CounterBasedRandom.normal(at:)` is farther from 0: its probability has 54 bits.
  private static let greatestDeviate = 8.3

  private static func constant(
    _ number: NumberLiteral, for type: TensorType
  ) throws(Diagnostic) -> Initializer {
    try number.check(as: type.scalarType)
    if type.scalarType.isDifferentiable { return .constant(number.double) }
    return number.wholeNumber.map { .integer($0) } ?? .constant(number.double)
  }

  private func checkRandom(_ type: TensorType) throws(Diagnostic) {
    guard type.scalarType.isDifferentiable else {
      throw Diagnostic(
        .scalarTypeMismatch,
        "random initial values are no whole numbers, and the parameter is \(type); begin with zeros, "
          + "a constant or a literal")
    }
  }

  private static func check(
    _ extreme: Double, isFiniteIn type: ScalarType, _ initializer: Initializer
  ) throws(Diagnostic) {
    guard extreme.isFinite, type != .f32 || Float(extreme).isFinite else {
      throw Diagnostic(
        .invalidType,
        "numbers of \(initializer) go beyond the range of \(type.rawValue); choose smaller ones")
    }
  }
}

extension Initializer: CustomStringConvertible {
  /// The initialiser as a graph file has it, with the type in place of a literal's elements.
  public var description: String {
    switch self {
    case .literal(let tensor): "literal \(tensor.type)"
    case .zeros, .constant, .integer, .uniform, .normal, .glorot, .he:
      GraphSpelling.initializer(self)
    }
  }
}
