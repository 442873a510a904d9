/// An array in memory: what goes into a graph and what comes out of it.
///
/// Elements are in row-major order. A tensor always has as many elements as its extents say. Two
/// tensors are equal if their types and their bits are: 0 and −0 differ, a NaN equals itself.
public struct Tensor: Hashable, Sendable {
  /// The elements, in an array of their scalar type.
  public enum Storage: Hashable, Sendable {
    /// Elements of type `f32`.
    case f32([Float])
    /// Elements of type `f64`.
    case f64([Double])
    /// Elements of type `i32`.
    case i32([Int32])
    /// Elements of type `i64`.
    case i64([Int64])
    /// Elements of type `u8`.
    case u8([UInt8])
    /// Elements of type `bool`.
    case bool([Bool])
  }

  /// The elements in row-major order.
  public let storage: Storage
  /// The extents, outermost first.
  public let extents: [Int]

  /// A tensor of the given elements, row by row.
  ///
  /// - Throws: `Diagnostic` `.invalidType` for extents no tensor can have, `.shapeMismatch` where the
  ///   number of elements is not the product of the extents.
  public init(_ storage: Storage, extents: [Int]) throws(Diagnostic) {
    let type = TensorType(storage.scalarType, extents: extents)
    try type.validate()
    guard type.shape.elementCount == storage.count else {
      throw Diagnostic(
        .shapeMismatch, "\(storage.count) elements do not fill a tensor of type \(type)")
    }
    self.storage = storage
    self.extents = extents
  }

  /// A tensor of `f64` elements; without extents, a vector.
  ///
  /// A list of literals means this one, as in Swift's own rule for literals.
  public init(_ elements: [Double], extents: [Int]? = nil) throws(Diagnostic) {
    try self.init(.f64(elements), extents: extents ?? [elements.count])
  }

  /// The type of one element.
  public var scalarType: ScalarType { storage.scalarType }
  /// The scalar type and the shape.
  public var type: TensorType {
    // Swift 6.3.1 fails ("Found ownership error") when it inlines this into other modules.
    @inline(never) get { TensorType(scalarType, extents: extents) }
  }
  /// The number of elements.
  public var count: Int { storage.count }

  /// The elements as `Double`, exact but for `i64` beyond 2⁵³; truth values become 0 and 1.
  public var doubles: [Double] { storage.doubles }

  /// The elements as `Float`, rounded where need be.
  public var floats: [Float] {
    switch storage {
    case .f32(let elements): elements
    case .f64(let elements): elements.map { Float($0) }
    case .i32(let elements): elements.map { Float($0) }
    case .i64(let elements): elements.map { Float($0) }
    case .u8(let elements): elements.map { Float($0) }
    case .bool(let elements): elements.map { $0 ? 1 : 0 }
    }
  }

  /// The only element of a tensor that has one, nil otherwise.
  public var scalar: Double? { count == 1 ? storage.doubles.first : nil }

  /// The same elements under other extents.
  ///
  /// - Throws: `Diagnostic` `.shapeMismatch` where the number of elements differs.
  public func reshaped(to extents: [Int]) throws(Diagnostic) -> Tensor {
    try Tensor(storage, extents: extents)
  }

  /// A tensor whose extents have been found to be those of its elements.
  init(unchecked storage: Storage, extents: [Int]) {
    self.storage = storage
    self.extents = extents
  }
}

extension Tensor.Storage {
  /// The type of one element.
  ///
  /// Not inlined: the optimiser of Swift 6.3.1 stops with an ownership error where it is, in another
  /// module, on a tensor that came out of a dictionary.
  @inline(never)
  public var scalarType: ScalarType {
    switch self {
    case .f32: .f32
    case .f64: .f64
    case .i32: .i32
    case .i64: .i64
    case .u8: .u8
    case .bool: .bool
    }
  }

  /// The number of elements.
  public var count: Int {
    switch self {
    case .f32(let elements): elements.count
    case .f64(let elements): elements.count
    case .i32(let elements): elements.count
    case .i64(let elements): elements.count
    case .u8(let elements): elements.count
    case .bool(let elements): elements.count
    }
  }

  /// The elements as `Double`.
  public var doubles: [Double] {
    switch self {
    case .f32(let elements): elements.map { Double($0) }
    case .f64(let elements): elements
    case .i32(let elements): elements.map { Double($0) }
    case .i64(let elements): elements.map { Double($0) }
    case .u8(let elements): elements.map { Double($0) }
    case .bool(let elements): elements.map { $0 ? 1 : 0 }
    }
  }
}

extension Tensor.Storage {
  /// Whether both have the same scalar type and the same bits.
  public static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.f32(let a), .f32(let b)): a.elementsEqual(b) { $0.bitPattern == $1.bitPattern }
    case (.f64(let a), .f64(let b)): a.elementsEqual(b) { $0.bitPattern == $1.bitPattern }
    case (.i32(let a), .i32(let b)): a == b
    case (.i64(let a), .i64(let b)): a == b
    case (.u8(let a), .u8(let b)): a == b
    case (.bool(let a), .bool(let b)): a == b
    case (.f32, _), (.f64, _), (.i32, _), (.i64, _), (.u8, _), (.bool, _): false
    }
  }

  /// Feeds the scalar type and the bits.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(scalarType)
    switch self {
    case .f32(let elements): for element in elements { hasher.combine(element.bitPattern) }
    case .f64(let elements): for element in elements { hasher.combine(element.bitPattern) }
    case .i32(let elements): hasher.combine(elements)
    case .i64(let elements): hasher.combine(elements)
    case .u8(let elements): hasher.combine(elements)
    case .bool(let elements): hasher.combine(elements)
    }
  }
}

extension FixedWidthInteger {
  /// The number truncated toward zero and clamped to this type's range; NaN becomes 0.
  ///
  /// This is the meaning of a cast from a floating-point type, here and in every kernel.
  package init<Source: BinaryFloatingPoint>(clampedConversion value: Source) {
    if value.isNaN {
      self = 0
    } else if value <= Source(Self.min) {
      self = .min
    } else if value >= Source(Self.max) {
      self = .max
    } else {
      self = Self(value)
    }
  }
}
