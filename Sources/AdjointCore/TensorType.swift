/// The type of a value: its scalar type and its shape, printed as `f32[B, 784]`.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
  /// The type of one element.
  public var scalarType: ScalarType
  /// The extents, outermost first.
  public var shape: Shape

  /// A type of the given scalar type and shape.
  public init(_ scalarType: ScalarType, _ shape: Shape) {
    self.scalarType = scalarType
    self.shape = shape
  }

  /// A type whose extents are all known.
  public init(_ scalarType: ScalarType, extents: [Int]) {
    self.init(scalarType, Shape(extents: extents))
  }

  /// The number of dimensions.
  public var rank: Int { shape.rank }

  /// The text form.
  public var description: String { scalarType.rawValue + shape.description }

  /// The most dimensions a tensor may have.
  public static let maximumRank = 16

  /// Refuses extents below zero, too many dimensions, and sizes that overflow.
  ///
  /// - Throws: `Diagnostic` with code `.invalidType`.
  public func validate() throws(Diagnostic) {
    guard rank <= Self.maximumRank else {
      throw Diagnostic(
        .invalidType,
        "a tensor has at most \(Self.maximumRank) dimensions, this type has \(rank)")
    }
    var bytes = scalarType.byteCount
    for case .fixed(let extent) in shape.dimensions {
      guard extent >= 0 else {
        throw Diagnostic(.invalidType, "an extent is zero or more, not \(extent), in \(self)")
      }
      let (product, overflow) = bytes.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow else {
        throw Diagnostic(
          .invalidType,
          "the size of \(self) in bytes overflows a 64-bit integer; use a smaller shape"
        )
      }
      bytes = product
    }
  }

  /// The extents of a type whose names are all bound.
  ///
  /// - Throws: `Diagnostic` with code `.unboundDimension` that lists the names.
  public func boundExtents() throws(Diagnostic) -> [Int] {
    guard let extents = shape.extents else {
      throw Diagnostic(
        .unboundDimension,
        "\(self) still has named dimensions; bind \(shape.names.joined(separator: ", ")) to numbers"
      )
    }
    return extents
  }
}
