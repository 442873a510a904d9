/// Numbers or truth values as they stand in source, in nested lists: `[[1, 2], [3, 4.5]]`.
///
/// It has no scalar type of its own: what it is given to decides, and refuses what that type cannot
/// hold. Whole numbers are exact.
public struct TensorLiteral: Sendable {
  private enum Content: Sendable {
    case number(NumberLiteral)
    case truth(Bool)
    case list([TensorLiteral])
  }

  private let content: Content
}

extension TensorLiteral: ExpressibleByIntegerLiteral {
  /// A whole number.
  public init(integerLiteral value: Int64) { content = .number(NumberLiteral(value)) }
}

extension TensorLiteral: ExpressibleByFloatLiteral {
  /// A number with a point or an exponent.
  public init(floatLiteral value: Double) { content = .number(NumberLiteral(value)) }
}

extension TensorLiteral: ExpressibleByBooleanLiteral {
  /// A truth value.
  public init(booleanLiteral value: Bool) { content = .truth(value) }
}

extension TensorLiteral: ExpressibleByArrayLiteral {
  /// A list of numbers, of truth values, or of lists of one length.
  public init(arrayLiteral elements: TensorLiteral...) { content = .list(elements) }
}

extension Tensor {
  /// A tensor of the numbers or truth values of a literal, whose nesting gives the extents.
  ///
  /// `Tensor([[1, 2], [3, 4]], .i32)` has extents `[2, 2]`. Without a type it is `f64`, and `bool` for
  /// truth values.
  ///
  /// - Throws: `.shapeMismatch` where lists beside each other have different lengths;
  ///   `.scalarTypeMismatch` or `.invalidType` for the first number that the type cannot hold, and for
  ///   truth values in a type that is not `bool`; all with the place of the call.
  public init(
    _ literal: TensorLiteral, _ scalarType: ScalarType? = nil, file: String = #fileID,
    line: Int = #line
  ) throws(Diagnostic) {
    do throws(Diagnostic) {
      self = try literal.tensor(scalarType)
    } catch {
      throw error.located(at: SourceLocation(file: file, line: line))
    }
  }
}

extension TensorLiteral {
  /// The tensor of a type; a refusal has no place yet.
  ///
  /// - Parameter holder: What is of the type, for the refusal.
  package func tensor(
    _ scalarType: ScalarType?, for holder: String? = nil
  ) throws(Diagnostic) -> Tensor {
    let extents = try extents()
    var leaves = Leaves()
    leaves.append(self)
    let type = scalarType ?? (leaves.truths > 0 ? .bool : .f64)
    if leaves.truths > 0, type != .bool {
      throw Diagnostic(
        .scalarTypeMismatch,
        "\(holder ?? type.rawValue) cannot hold truth values; give numbers, or choose bool")
    }
    return try Tensor(
      Tensor.Storage(leaves.numbers, as: type, for: holder), extents: extents)
  }

  private struct Leaves {
    var numbers: [NumberLiteral] = []
    var truths = 0

    mutating func append(_ literal: TensorLiteral) {
      switch literal.content {
      case .number(let number): numbers.append(number)
      case .truth(let truth):
        numbers.append(.whole(truth ? 1 : 0))
        truths += 1
      case .list(let elements): for element in elements { append(element) }
      }
    }
  }

  private func extents() throws(Diagnostic) -> [Int] {
    guard case .list(let elements) = content else { return [] }
    guard let first = elements.first else { return [0] }
    let inner = try first.extents()
    for (place, element) in elements.enumerated().dropFirst() {
      let other = try element.extents()
      guard other == inner else {
        throw Diagnostic(
          .shapeMismatch,
          "element 0 of a list has extents \(inner), element \(place) has \(other); give all the same"
        )
      }
    }
    return [elements.count] + inner
  }
}
