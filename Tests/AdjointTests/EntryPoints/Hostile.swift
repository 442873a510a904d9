import Adjoint

/// Arguments that mean harm, in the types that public functions take.
enum Hostile {
  static let integers = [0, 1, -1, 2, Int.min, Int.max, 1 << 40]
  static let unsigned: [UInt64] = [0, 1, 1 << 40, .max]
  static let doubles = [
    0, -0.0, 1, -1, 0.5, .nan, .infinity, -.infinity, .greatestFiniteMagnitude,
    .leastNonzeroMagnitude,
  ]
  static let lists: [[Int]] = [
    [], [0], [1], [-1], [2], [0, 1], [0, 0], [.min], [.max], [1 << 40], [.min, .max],
    Array(repeating: 0, count: 20),
  ]
  /// Extents that no tensor has, or that no memory holds.
  static let extents: [[Int]] = [
    [], [0], [-1], [.min], [.max], [1 << 40], [1 << 40, 1 << 40], [0, .max], [.min, .min],
    [1 << 32, 1 << 32], Array(repeating: 1, count: 17), Array(repeating: 1 << 20, count: 16),
  ]
  static var shapes: [Shape] {
    extents.map { Shape(extents: $0) } + [["B"], [""], ["0"], ["a b"], ["B", -1], ["B", "B"]]
  }
  static let names = [
    "x", "y", "w", "loss", "", " ", "a b", "%x", "é", "0", "\u{0}", "\n", "..", "optimizer.step",
    String(repeating: "a", count: 100_000),
  ]
  /// Paths from which nothing can be read.
  static let paths = [
    "", "/", ".", "no/such/file", "a\u{0}b", "/dev/null", "/dev/null/x",
    String(repeating: "a", count: 10_000), String(repeating: "a/", count: 10_000), "/proc/self/mem",
  ]
  /// Paths to which nothing can be written.
  static let targets = [
    "", "/", ".", "no/such/file", "a\u{0}b", "/dev/full", "/dev/null/x",
    String(repeating: "a", count: 10_000),
  ]
  static let bytes: [[UInt8]] = [
    [], [0], Array(repeating: 0, count: 100), Array(repeating: 255, count: 100),
    Array("1,2\n3\n".utf8), Array("\u{93}NUMPY".utf8), Array("9".utf8),
  ]
  static var tensors: [Tensor] {
    get throws {
      [
        try Tensor(scalar: 1.5, .f32), try Tensor([] as [Float]), try Tensor([.nan, -.infinity]),
        try Tensor([1, 2, 3] as [Int32]), try Tensor(.i64([.min, .max]), extents: [2]),
        try Tensor(.bool([true]), extents: [1, 1]), try Tensor(.u8([]), extents: [0, 3]),
        try Tensor(repeating: 1, .f32, extents: [2, 3]),
        try Tensor(repeating: 0, .f64, extents: Array(repeating: 1, count: 16)),
      ]
    }
  }
  static var tensorsByName: [[String: Tensor]] {
    get throws {
      try [[:], ["": Tensor([1])], ["no such name": Tensor([1])]]
        + tensors.flatMap { [["x": $0], ["w": $0]] }
    }
  }
  static let extentsByName: [[String: Int]] =
    [[:], ["": 1], ["no such name": 1]] + integers.map { ["B": $0] }

  /// A short name for an argument.
  static func label(_ argument: Any) -> String {
    switch argument {
    case let number as Int: return label(number)
    case let text as String: return label(text)
    case let tensor as Tensor: return "\(tensor.type)"
    case let tensors as [String: Tensor]:
      return "[" + tensors.map { "\(label($0)): \($1.type)" }.joined(separator: ", ") + "]"
    case let extents as [String: Int]:
      return "[" + extents.map { "\(label($0)): \(label($1))" }.joined(separator: ", ") + "]"
    case let list as [Int]: return "[" + list.map { label($0) }.joined(separator: " ") + "]"
    case let bytes as [UInt8]: return "\(bytes.count) bytes of \(bytes.first ?? 0)"
    case let shape as Shape:
      return "["
        + shape.dimensions.map { $0.extent.map { label($0) } ?? label("\($0)") }
        .joined(separator: " ") + "]"
    case let number as Double where number.magnitude == .greatestFiniteMagnitude: return "largest"
    case let number as Double where number.magnitude == .leastNonzeroMagnitude: return "smallest"
    default: return "\(argument)"
    }
  }

  private static func label(_ number: Int) -> String {
    switch number {
    case .min: "min"
    case .max: "max"
    case 1024...: number & (number - 1) == 0 ? "2^\(number.trailingZeroBitCount)" : "\(number)"
    default: "\(number)"
    }
  }

  private static func label(_ text: String) -> String {
    text.count > 40 ? "\(text.count) characters" : text.debugDescription
  }
}

/// Values of one builder for calls that take some.
struct Sample {
  let builder = GraphBuilder("sample")
  let x, whole, byte, truth, scalar, empty, named, huge, indices: Value

  init() throws {
    // Where an infix operator was called is looked up on the stack, which takes its time.
    builder.currentLocation = SourceLocation(file: "sample")
    x = builder.input("x", .f32, [2, 3])
    whole = builder.input("whole", .i64, [2, 3])
    byte = builder.input("byte", .u8, [2, 3])
    truth = builder.input("truth", .bool, [2, 3])
    scalar = builder.input("scalar", .f32, [])
    empty = builder.input("empty", .f32, [0, 3])
    named = builder.input("named", .f32, ["B", 3])
    huge = builder.input("huge", .f32, Shape(extents: [1 << 40]))
    indices = builder.input("indices", .i32, [2])
  }

  /// All of them but the indices.
  var values: [(name: String, value: Value)] {
    [
      ("x ", x), ("whole ", whole), ("truth ", truth), ("scalar ", scalar), ("empty ", empty),
      ("named ", named), ("huge ", huge),
    ]
  }

  /// Makes a call for each of the values with each of the arguments.
  static func each<Argument>(
    _ sweep: Sweep, _ arguments: [Argument], _ prefix: String = "",
    _ body: (Value, Argument) throws -> Any
  ) throws {
    for place in try Sample().values.indices {
      for argument in arguments {
        let (name, value) = try Sample().values[place]
        sweep.call(prefix + name + Hostile.label(argument)) { try body(value, argument) }
      }
    }
  }
}
