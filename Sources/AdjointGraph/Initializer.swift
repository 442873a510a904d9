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
    let random = CounterBasedRandom(seed: seed, stream: name)
    let (fanIn, fanOut) = Self.fans(extents)
    switch try checked(for: type) {
    case .zeros:
      return try Tensor(repeating: NumberLiteral(0), type.scalarType, extents: extents)
    case .constant(let value):
      return try Tensor(repeating: NumberLiteral(value), type.scalarType, extents: extents)
    case .integer(let value):
      return try Tensor(repeating: NumberLiteral(value), type.scalarType, extents: extents)
    case .literal(let tensor):
      guard tensor.extents == extents else {
        throw Diagnostic(
          .shapeMismatch, "the initial value of \(name) is \(tensor.type), the parameter is \(type)"
        )
      }
      return tensor
    case .uniform(let low, let high):
      return try Self.fill(type, extents) { low + (high - low) * random.uniform(at: $0) }
    case .normal(let mean, let deviation):
      return try Self.fill(type, extents) { mean + deviation * random.normal(at: $0) }
    case .glorot:
      let bound = (6 / (fanIn + fanOut)).squareRoot()
      return try Self.fill(type, extents) { bound * (2 * random.uniform(at: $0) - 1) }
    case .he:
      let deviation = (2 / fanIn).squareRoot()
      return try Self.fill(type, extents) { deviation * random.normal(at: $0) }
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

  private static func fill(
    _ type: TensorType, _ extents: [Int], _ value: (UInt64) -> Double
  ) throws(Diagnostic) -> Tensor {
    let count = type.shape.elementCount ?? 0
    var values: [Double] = []
    values.reserveCapacity(count)
    for index in 0..<count { values.append(value(UInt64(index))) }
    return try Tensor(Tensor.Storage(casting: values, as: type.scalarType), extents: extents)
  }
}
