import AdjointCore

extension GraphParser {
  /// Reads `he`, `uniform(-0.1, 0.1)` or `literal [0.5, 1.0]`.
  mutating func initializer(
    of type: TensorType, name: String
  ) throws(Diagnostic) -> Initializer {
    let known = "zeros, constant(v), uniform(low, high), normal(mean, deviation), glorot, he or "
    guard token.kind == .word else { throw expected("an initialiser: \(known)literal [...]") }
    let word = lexer.text(of: token)
    switch word {
    case "zeros", "glorot", "he":
      try advance()
      return word == "zeros" ? .zeros : word == "he" ? .he : .glorot
    case "constant":
      switch try arguments("constant(v)", count: 1)[0] {
      case .whole(let value): return .integer(value)
      case let number: return .constant(number.double)
      }
    case "uniform":
      let range = try arguments("uniform(low, high)", count: 2)
      return .uniform(from: range[0].double, to: range[1].double)
    case "normal":
      let moments = try arguments("normal(mean, deviation)", count: 2)
      return .normal(mean: moments[0].double, deviation: moments[1].double)
    case "literal":
      try advance()
      return .literal(try literal(of: type, name: name))
    default:
      throw mistake("\(word) is no initialiser; there are \(known)literal [...]")
    }
  }

  private mutating func arguments(
    _ form: String, count: Int
  ) throws(Diagnostic) -> [NumberLiteral] {
    try advance()
    let place = location
    var values: [NumberLiteral] = []
    try list(from: "(", to: ")", form) { (parser) throws(Diagnostic) in
      let value = try parser.number()
      if values.count <= count { values.append(value) }
    }
    guard values.count == count else {
      throw Diagnostic(
        .syntax, "the initialiser is written \(form), with \(count) number\(count == 1 ? "" : "s")",
        location: place)
    }
    return values
  }

  /// Reads the elements of a parameter row by row.
  private mutating func literal(of type: TensorType, name: String) throws(Diagnostic) -> Tensor {
    let place = location
    guard let extents = type.shape.extents else {
      throw Diagnostic(
        .unboundDimension,
        "a literal needs a type without names, and the parameter %\(name) is \(type)",
        location: place)
    }
    let list = try attributeList()
    do throws(Diagnostic) {
      let storage = try Self.storage(list, as: type.scalarType)
      guard storage.count == type.shape.elementCount else {
        throw Diagnostic(
          .shapeMismatch,
          "the parameter %\(name): \(type) has \(type.shape.elementCount ?? 0) elements, the literal "
            + "has \(storage.count)")
      }
      return try Tensor(storage, extents: extents)
    } catch {
      throw error.located(at: place)
    }
  }

  /// The numbers of a list as elements; refuses those that the scalar type does not have.
  private static func storage(
    _ list: AttributeValue, as type: ScalarType
  ) throws(Diagnostic) -> Tensor.Storage {
    switch list {
    case .numbers(let numbers): return try Tensor.Storage(numbers, as: type)
    case .dimensions(let dimensions):
      var integers: [Int] = []
      integers.reserveCapacity(dimensions.count)
      for dimension in dimensions {
        guard let value = dimension.extent else {
          throw Diagnostic(.syntax, "a literal holds numbers, and \(dimension) is none")
        }
        integers.append(value)
      }
      return try Tensor.Storage(integers, as: type)
    case .integer, .floating, .bool, .text, .scalarType, .type, .function:
      throw Diagnostic(.syntax, "a literal is a list of numbers")
    }
  }
}
