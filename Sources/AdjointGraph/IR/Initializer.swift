import AdjointCore

/// The value a parameter starts with: a function of the seed and of the parameter's name.
public enum Initializer: Hashable, Sendable {
  /// Zero everywhere.
  case zeros
  /// The same number everywhere.
  case constant(Double)
  /// The same whole number everywhere, exact also where `Double` is not.
  case integer(Int64)
  /// Given numbers.
  case literal(Tensor)
  /// Evenly distributed between two numbers.
  case uniform(from: Double, to: Double)
  /// Normally distributed.
  case normal(mean: Double, deviation: Double)
  /// Uniform on ±√(6 / (fan in + fan out)) (Glorot and Bengio, AISTATS 2010).
  case glorot
  /// Normal with deviation √(2 / fan in) (He, Zhang, Ren and Sun, ICCV 2015), for ReLU layers.
  case he

  /// The initial value of a parameter.
  ///
  /// The fan in of a matrix is its number of rows, the fan out its number of columns, as in `x · W`;
  /// further leading dimensions multiply both, and a vector's length is both.
  ///
  /// - Throws: `.unboundDimension` where an extent is only a name; `.shapeMismatch` where given
  ///   numbers are not of the shape; as `checked(for:)` where they are not of the scalar type.
  package func tensor(
    _ type: TensorType, name: String, seed: UInt64
  ) throws(Diagnostic) -> Tensor {
    let extents = try type.boundExtents()
    switch try values(type, name: name, seed: seed) {
    case .same(let value):
      return try Tensor(repeating: value, type.scalarType, extents: extents)
    case .given(let tensor): return tensor
    case .drawn(let law):
      let numbers = law.numbers(in: 0..<(type.shape.elementCount ?? 0))
      return try Tensor(Tensor.Storage(casting: numbers, as: type.scalarType), extents: extents)
    }
  }

  /// The initial value of a parameter, before it is in memory.
  ///
  /// - Throws: as `tensor(_:name:seed:)`.
  package func values(
    _ type: TensorType, name: String, seed: UInt64
  ) throws(Diagnostic) -> InitialValues {
    let extents = try type.boundExtents()
    let random = CounterBasedRandom(seed: seed, stream: name)
    let (fanIn, fanOut) = Self.fans(extents)
    switch try checked(for: type) {
    case .zeros: return .same(NumberLiteral(0))
    case .constant(let value): return .same(NumberLiteral(value))
    case .integer(let value): return .same(NumberLiteral(value))
    case .literal(let tensor):
      guard tensor.extents == extents else {
        throw Diagnostic(
          .shapeMismatch, "the initial value of \(name) is \(tensor.type), the parameter is \(type)"
        )
      }
      return .given(tensor)
    case .uniform(let low, let high):
      return .drawn(InitialLaw(.uniform(from: low, to: high), random))
    case .normal(let mean, let deviation):
      return .drawn(InitialLaw(.normal(mean: mean, deviation: deviation), random))
    case .glorot:
      return .drawn(InitialLaw(.symmetric(bound: (6 / (fanIn + fanOut)).squareRoot()), random))
    case .he: return .drawn(InitialLaw(.centred(deviation: (2 / fanIn).squareRoot()), random))
    }
  }

  private static func fans(_ extents: [Int]) -> (in: Double, out: Double) {
    guard extents.count > 1 else {
      let length = Double(max(extents.first ?? 1, 1))
      return (length, length)
    }
    let receptive = extents.dropLast(2).reduce(1, *)
    return (
      Double(max(receptive * extents[extents.count - 2], 1)),
      Double(max(receptive * extents[extents.count - 1], 1))
    )
  }
}
