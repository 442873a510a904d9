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
      return .constant(try arguments("constant(v)", count: 1)[0])
    case "uniform":
      let range = try arguments("uniform(low, high)", count: 2)
      return .uniform(from: range[0], to: range[1])
    case "normal":
      let moments = try arguments("normal(mean, deviation)", count: 2)
      return .normal(mean: moments[0], deviation: moments[1])
    case "literal":
      try advance()
      return .literal(try literal(of: type, name: name))
    default:
      throw mistake("\(word) is no initialiser; there are \(known)literal [...]")
    }
  }

  private mutating func arguments(_ form: String, count: Int) throws(Diagnostic) -> [Double] {
    try advance()
    let place = location
    var values: [Double] = []
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
    var integers: [Int] = []
    var numbers: [Double] = []
    switch list {
    case .dimensions(let dimensions):
      for dimension in dimensions {
        guard let value = dimension.extent else {
          throw Diagnostic(.syntax, "a literal holds numbers, and \(dimension) is none")
        }
        integers.append(value)
      }
      if type.isDifferentiable { numbers = integers.map { Double($0) } }
    case .numbers(let values):
      guard type.isDifferentiable else {
        throw Diagnostic(
          .scalarTypeMismatch, "a literal of type \(type.rawValue) holds whole numbers only")
      }
      numbers = values
    default: throw Diagnostic(.syntax, "a literal is a list of numbers")
    }
    switch type {
    case .f64: return .f64(numbers)
    case .f32: return .f32(try floats(numbers))
    case .i64: return .i64(integers.map { Int64($0) })
    case .i32: return .i32(try converted(integers, type))
    case .u8: return .u8(try converted(integers, type))
    case .bool:
      let bytes: [UInt8] = try converted(integers, type, in: 0...1)
      return .bool(bytes.map { $0 == 1 })
    }
  }

  private static func floats(_ numbers: [Double]) throws(Diagnostic) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(numbers.count)
    for number in numbers {
      let rounded = Float(number)
      guard rounded.isFinite == number.isFinite else {
        throw Diagnostic(.invalidType, "the number \(number) is beyond the range of f32")
      }
      result.append(rounded)
    }
    return result
  }

  private static func converted<Integer: FixedWidthInteger>(
    _ integers: [Int], _ type: ScalarType, in range: ClosedRange<Integer> = .min ... .max
  ) throws(Diagnostic) -> [Integer] {
    var result: [Integer] = []
    result.reserveCapacity(integers.count)
    for integer in integers {
      guard let value = Integer(exactly: integer), range.contains(value) else {
        throw Diagnostic(
          .invalidType, "the number \(integer) is beyond the range of \(type.rawValue)")
      }
      result.append(value)
    }
    return result
  }
}
