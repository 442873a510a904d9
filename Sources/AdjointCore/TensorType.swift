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

  /// The most bytes a tensor may have, 2⁴⁸: what a process can address.
  ///
  /// Values that no kernel stores are held to it as well. Every number of elements is then exact in `f64`,
  /// and the small multiples of sizes that a compiler adds up stay far from the end of a 64-bit integer.
  /// An extent of 0 does not make the other extents of a type any larger: the limit holds without it.
  public static let maximumByteCount = 1 << 48

  /// Refuses extents below zero, too many dimensions, and sizes beyond `maximumByteCount`.
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
    guard bytes <= Self.maximumByteCount else {
      throw Diagnostic(
        .invalidType,
        "\(self) has more than the \(Self.maximumByteCount) bytes that a tensor may have; use a "
          + "smaller shape")
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
