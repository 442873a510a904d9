import AdjointCore
import AdjointGraph
import AdjointKernels

/// A value known when the graph is built.
///
/// Large constants are small ones broadcast, so a file cannot ask for memory it does not fill.
package struct Constant: Operator {
  package static let mnemonic = "constant"

  package let tensor: Tensor

  package init(_ tensor: Tensor) { self.tensor = tensor }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("type", "value")
    let type = try attributes.type("type")
    try type.validate()
    let values: Tensor.Storage
    switch attributes["value"] {
    case .integer(let value): values = try Tensor.Storage([value], as: type.scalarType)
    case .floating(let value): values = try Tensor.Storage([value], as: type.scalarType)
    case .bool(let value): values = try Tensor.Storage([value ? 1 : 0], as: type.scalarType)
    case .numbers(let numbers): values = try Tensor.Storage(numbers, as: type.scalarType)
    case .dimensions:
      values = try Tensor.Storage(attributes.integers("value"), as: type.scalarType)
    case nil, .text, .scalarType, .type, .function:
      throw Diagnostic(
        .invalidAttribute, "the attribute value must be a number or a list of numbers")
    }
    tensor = try Tensor(values, extents: type.boundExtents())
  }

  package var attributes: AttributeList {
    AttributeList(["value": value, "type": .type(tensor.type)])
  }

  private var value: AttributeValue {
    switch tensor.storage {
    case .f32, .f64:
      tensor.extents.isEmpty
        ? .floating(NumberLiteral(tensor.doubles[0]))
        : .numbers(tensor.doubles.map { NumberLiteral($0) })
    case .i32(let elements): .integers(elements.map { Int($0) }, isScalar: tensor.extents.isEmpty)
    case .i64(let elements): .integers(elements.map { Int($0) }, isScalar: tensor.extents.isEmpty)
    case .u8(let elements): .integers(elements.map { Int($0) }, isScalar: tensor.extents.isEmpty)
    case .bool(let elements):
      .integers(elements.map { $0 ? 1 : 0 }, isScalar: tensor.extents.isEmpty)
    }
  }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 0)
    return [tensor.type]
  }

  package var derivative: Derivative { .zero }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .constant(tensor)
  }
}

extension AttributeValue {
  /// A list of whole numbers.
  package static func integers(_ values: [Int]) -> AttributeValue {
    .dimensions(values.map { .fixed($0) })
  }

  /// The only one of a scalar's numbers, or all numbers as a list.
  fileprivate static func integers(_ values: [Int], isScalar: Bool) -> AttributeValue {
    isScalar ? .integer(values[0]) : .integers(values)
  }
}

extension GraphBuilder {
  /// A value known now.
  ///
  /// Mistakes: whatever is wrong with the tensor's type.
  public func constant(
    _ tensor: Tensor, file: String = #fileID, line: Int = #line
  ) -> Value {
    apply(Constant(tensor), [], at: SourceLocation(file: file, line: line))
  }

  /// A number as a scalar of the given type, rounded where that is floating point.
  ///
  /// Mistakes: `.scalarTypeMismatch` for a fraction or a NaN where the type is not floating point,
  /// `.invalidType` for a number beyond the range of the type.
  public func constant(
    _ value: Double, _ scalarType: ScalarType = .f32, file: String = #fileID, line: Int = #line
  ) -> Value {
    constant(NumberLiteral(value), scalarType, at: SourceLocation(file: file, line: line))
  }

  /// A whole number as a scalar of the given type, exact but for floating-point types.
  ///
  /// Mistakes: `.invalidType` for a number beyond the range of the type.
  public func constant<Integer: BinaryInteger>(
    _ value: Integer, _ scalarType: ScalarType = .f32, file: String = #fileID, line: Int = #line
  ) -> Value {
    constant(NumberLiteral(value), scalarType, at: SourceLocation(file: file, line: line))
  }

  /// A number as a scalar of the given type.
  ///
  /// Where no place is given, a refusal is placed at the innermost caller outside this package.
  ///
  /// - Parameter user: What the number is an operand of, for the refusal.
  package func constant(
    _ number: NumberLiteral, _ scalarType: ScalarType, at location: SourceLocation?,
    for user: String = Constant.mnemonic
  ) -> Value {
    attempt([], like: TensorType(scalarType, .scalar), at: currentLocation ?? location) {
      () throws(Diagnostic) in
      do throws(Diagnostic) {
        return apply(Constant(try Tensor(scalar: number, scalarType)), [], at: location)
      } catch {
        var named = error
        named.message = "\(user): \(error.message)"
        throw named
      }
    }
  }
}

extension Value {
  /// The tensor of a value that a constant node computes.
  package var constantTensor: Tensor? { definition(as: Constant.self)?.tensor }

  /// Whether this value is a constant, or a constant broadcast.
  package var isKnown: Bool {
    definition(as: Constant.self) != nil
      || (definition(as: Broadcast.self) != nil && operands[0].isKnown)
  }

  /// The element that this value holds everywhere, exact.
  package var constantElement: Tensor? {
    if let tensor = constantTensor { return tensor.uniformElement }
    guard definition(as: Broadcast.self) != nil else { return nil }
    return operands[0].constantElement
  }

  /// The number that this value holds everywhere: that of a constant whose elements are one number,
  /// broadcast or not.
  package var constantNumber: Double? {
    if let tensor = constantTensor { return tensor.uniformNumber }
    guard definition(as: Broadcast.self) != nil else { return nil }
    return operands[0].constantNumber
  }

  /// Whether this value is the number everywhere; 0 and −0 both count as 0.
  package func isConstant(_ number: Double) -> Bool { constantNumber == number }
}

// The page of the reference.
extension Constant {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .structure, "A value known when the graph is built.",
      formula: "y = value",
      operands: [],
      result: "The type `type`.",
      attributes: [
        OperatorPage.Part(
          "value",
          "a number for a scalar, else a list of the elements row by row; 0 and 1 for "
            + "truth values"), OperatorPage.Part("type", "the type of the result"),
      ],
      conventions: ["A number that the type cannot hold is refused."],
      example: OperatorPage.Example([], "builder.constant(2.5, .f64)") { builder, _ in
        builder.constant(2.5, .f64)
      })
  }
}

extension Constant {
  package func notation(for operands: [TensorType]) -> Notation? {
    // The number that all elements are, or as a file has it.
    guard let first = tensor.doubles.first, tensor.doubles.allSatisfy({ $0 == first }) else {
      return nil
    }
    let isWhole = first == first.rounded() && first.magnitude < 1e15
    let number = isWhole ? String(Int(first)) : GraphSpelling.number(first)
    return Notation(
      first < 0 ? .prefix : .atom, text: [.text(number.replacing("-", with: "−"))],
      latex: [.text(number)])
  }
}
