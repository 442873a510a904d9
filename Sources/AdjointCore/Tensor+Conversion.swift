// What a tensor's elements can be is decided here: a number that its type cannot hold is refused, and
// only `cast(to:)` converts.

extension Tensor {
  /// A scalar of the given type.
  ///
  /// A floating-point type rounds the number.
  ///
  /// - Throws: `.scalarTypeMismatch` for a number that is not whole where the type is not floating
  ///   point; `.invalidType` for one beyond the range of the type, for `bool` for all but 0 and 1,
  ///   and for a finite one that `f32` could hold as infinity only.
  public init(
    scalar value: Double, _ scalarType: ScalarType, file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) {
    try self.init(scalar: NumberLiteral(value), scalarType, file, line)
  }

  /// A scalar of the given type from a whole number, exact but for floating-point types.
  ///
  /// - Throws: `.invalidType` for a number beyond the range of the type.
  public init<Integer: BinaryInteger>(
    scalar value: Integer, _ scalarType: ScalarType, file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) {
    try self.init(scalar: NumberLiteral(value), scalarType, file, line)
  }

  private init(
    scalar number: NumberLiteral, _ scalarType: ScalarType, _ file: String, _ line: Int
  ) throws(Diagnostic) {
    do throws(Diagnostic) {
      try self.init(scalar: number, scalarType)
    } catch {
      throw error.located(at: SourceLocation(file: file, line: line))
    }
  }

  /// An `f64` scalar.
  package init(scalar value: Double) { self.init(unchecked: .f64([value]), extents: []) }

  /// A scalar of the given type; a refusal has no place yet.
  package init(scalar number: NumberLiteral, _ scalarType: ScalarType) throws(Diagnostic) {
    self.init(unchecked: try Storage([number], as: scalarType), extents: [])
  }

  /// A tensor with the same number everywhere.
  ///
  /// - Throws: `.invalidType` for extents no tensor can have, `.memoryLimit` for more bytes than three
  ///   quarters of the memory that the process may use; as `init(scalar:_:)` for a number that the type cannot hold.
  public init(
    repeating value: Double, _ scalarType: ScalarType, extents: [Int], file: String = #fileID,
    line: Int = #line
  ) throws(Diagnostic) {
    try self.init(repeating: NumberLiteral(value), scalarType, extents, file, line)
  }

  /// A tensor with the same whole number everywhere, exact but for floating-point types.
  ///
  /// - Throws: `.invalidType` for extents no tensor can have, and for a number beyond the range of
  ///   the type; `.memoryLimit` for more bytes than three quarters of the memory that the process may use.
  public init<Integer: BinaryInteger>(
    repeating value: Integer, _ scalarType: ScalarType, extents: [Int], file: String = #fileID,
    line: Int = #line
  ) throws(Diagnostic) {
    try self.init(repeating: NumberLiteral(value), scalarType, extents, file, line)
  }

  private init(
    repeating number: NumberLiteral, _ scalarType: ScalarType, _ extents: [Int], _ file: String,
    _ line: Int
  ) throws(Diagnostic) {
    do throws(Diagnostic) {
      try self.init(repeating: number, scalarType, extents: extents)
    } catch {
      throw error.located(at: SourceLocation(file: file, line: line))
    }
  }

  /// A tensor with the same number everywhere; a refusal has no place yet.
  package init(
    repeating number: NumberLiteral, _ scalarType: ScalarType, extents: [Int]
  ) throws(Diagnostic) {
    let type = TensorType(scalarType, extents: extents)
    try type.validate()
    let count = type.shape.elementCount ?? 0
    try MemoryLimit.check(count *| scalarType.byteCount, for: "a tensor of type \(type)")
    let storage: Storage =
      switch try Storage([number], as: scalarType) {
      case .f32(let element): .f32(Array(repeating: element[0], count: count))
      case .f64(let element): .f64(Array(repeating: element[0], count: count))
      case .i32(let element): .i32(Array(repeating: element[0], count: count))
      case .i64(let element): .i64(Array(repeating: element[0], count: count))
      case .u8(let element): .u8(Array(repeating: element[0], count: count))
      case .bool(let element): .bool(Array(repeating: element[0], count: count))
      }
    self.init(unchecked: storage, extents: extents)
  }

  /// The same numbers in another scalar type that can hold them, rounded where it is floating point;
  /// truth values are 0 and 1.
  ///
  /// - Throws: as `init(scalar:_:)` for the first number that the type cannot hold; `.memoryLimit` for more
  ///   bytes than three quarters of the memory that the process may use.
  public func converted(
    to scalarType: ScalarType, file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) -> Tensor {
    do throws(Diagnostic) {
      return try converted(to: scalarType, for: nil)
    } catch {
      throw error.located(at: SourceLocation(file: file, line: line))
    }
  }

  /// The same numbers in another scalar type that can hold them; a refusal has no place yet.
  ///
  /// - Parameters:
  ///   - holder: What is of the type, for the refusal.
  ///   - position: How the refusal names one of the elements; by its number where nil.
  package func converted(
    to scalarType: ScalarType, for holder: String?, naming position: ((Int) -> String)? = nil
  ) throws(Diagnostic) -> Tensor {
    if scalarType == self.scalarType { return self }
    try checkMemory(as: scalarType)
    let converted = try storage.converted(to: scalarType, for: holder, position)
    return Tensor(unchecked: converted, extents: extents)
  }

  /// The same numbers in another scalar type.
  ///
  /// From floating point, whole-number types take numbers truncated and clamped, and 0 for NaN; from
  /// whole numbers, clamped ones. `bool` takes anything but 0 as true, `f32` what is beyond its range
  /// as infinity.
  ///
  /// - Throws: `.memoryLimit` for more bytes than three quarters of the memory that the process may use.
  public func cast(
    to scalarType: ScalarType, file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) -> Tensor {
    if scalarType == self.scalarType { return self }
    do throws(Diagnostic) {
      try checkMemory(as: scalarType)
    } catch {
      throw error.located(at: SourceLocation(file: file, line: line))
    }
    if scalarType == .f32 { return Tensor(unchecked: .f32(floats), extents: extents) }
    return Tensor(unchecked: Storage(casting: storage.doubles, as: scalarType), extents: extents)
  }

  private func checkMemory(as scalarType: ScalarType) throws(Diagnostic) {
    let type = TensorType(scalarType, extents: extents)
    try MemoryLimit.check(count *| scalarType.byteCount, for: "a tensor of type \(type)")
  }
}

extension Tensor.Storage {
  /// The numbers in the given scalar type, rounded where it is floating point.
  ///
  /// - Throws: as `Tensor.init(scalar:_:)` for the first number that the type cannot hold.
  public init(_ values: [Double], as scalarType: ScalarType) throws(Diagnostic) {
    self = try Self.elements(of: values, scalarType) { NumberLiteral($0) }
  }

  /// The whole numbers in the given scalar type, exact but for floating-point types.
  ///
  /// - Throws: as `Tensor.init(scalar:_:)` for the first number that the type cannot hold.
  public init<Integer: BinaryInteger>(
    _ values: [Integer], as scalarType: ScalarType
  ) throws(Diagnostic) {
    self = try Self.elements(of: values, scalarType) { NumberLiteral($0) }
  }

  /// The numbers in the given scalar type.
  package init(
    _ values: [NumberLiteral], as scalarType: ScalarType, for holder: String? = nil
  ) throws(Diagnostic) {
    self = try Self.elements(of: values, scalarType, holder) { $0 }
  }

  /// The numbers in the given scalar type; whole-number types truncate and clamp, NaN becomes 0.
  public init(casting values: [Double], as scalarType: ScalarType) {
    switch scalarType {
    case .f32: self = .f32(values.map { Float($0) })
    case .f64: self = .f64(values)
    case .i32: self = .i32(values.map { Int32(clampedConversion: $0) })
    case .i64: self = .i64(values.map { Int64(clampedConversion: $0) })
    case .u8: self = .u8(values.map { UInt8(clampedConversion: $0) })
    case .bool: self = .bool(values.map { $0 != 0 })
    }
  }

  fileprivate func converted(
    to scalarType: ScalarType, for holder: String?, _ position: ((Int) -> String)?
  ) throws(Diagnostic) -> Self {
    switch self {
    case .f32(let elements):
      try Self.elements(of: elements, scalarType, holder, position) { NumberLiteral(Double($0)) }
    case .f64(let elements):
      try Self.elements(of: elements, scalarType, holder, position) { NumberLiteral($0) }
    case .i32(let elements):
      try Self.elements(of: elements, scalarType, holder, position) { .whole(Int64($0)) }
    case .i64(let elements):
      try Self.elements(of: elements, scalarType, holder, position) { .whole($0) }
    case .u8(let elements):
      try Self.elements(of: elements, scalarType, holder, position) { .whole(Int64($0)) }
    case .bool(let elements):
      try Self.elements(of: elements, scalarType, holder, position) { .whole($0 ? 1 : 0) }
    }
  }

  private static func elements<Number>(
    of values: [Number], _ type: ScalarType, _ holder: String? = nil,
    _ position: ((Int) -> String)? = nil, _ literal: (Number) -> NumberLiteral
  ) throws(Diagnostic) -> Self {
    func elements<Element>(
      _ element: (NumberLiteral) -> Element?
    ) throws(Diagnostic) -> [Element] {
      var result: [Element] = []
      result.reserveCapacity(values.count)
      for value in values {
        guard let element = element(literal(value)) else {
          let number = result.count
          let place =
            position.map { $0(number) }
            ?? (values.count > 1 ? "number \(number + 1) of \(values.count)" : nil)
          throw literal(value).refusal(by: type, for: holder, at: place.map { " (\($0))" } ?? "")
        }
        result.append(element)
      }
      return result
    }
    switch type {
    case .f32: return .f32(try elements { $0.float })
    case .f64: return .f64(try elements { $0.finiteDouble })
    case .i32: return .i32(try elements { $0.element(as: Int32.self) })
    case .i64: return .i64(try elements { $0.element(as: Int64.self) })
    case .u8: return .u8(try elements { $0.element(as: UInt8.self) })
    case .bool: return .bool(try elements { $0.truth })
    }
  }
}
