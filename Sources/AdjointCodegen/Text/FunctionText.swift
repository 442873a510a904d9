/// The body of one function of LLVM IR while it is written, line by line.
struct FunctionText {
  private(set) var lines: [String] = []
  /// The functions outside that it calls, as their declarations.
  private(set) var declarations: Set<String> = []
  /// The functions of `VectorMathematics` that it calls.
  private(set) var calls: Set<VectorFunction> = []
  /// How often it calls one of them.
  private(set) var callCount = 0
  /// The shared functions that it calls, each once.
  private(set) var callees: [SharedFunction] = []
  private var count = 0
  /// The block that is being written.
  private(set) var block = "entry"

  /// A name that is not in use.
  mutating func name(_ stem: String = "v") -> String {
    count += 1
    return "\(stem)\(count)"
  }

  /// Writes a line without a result.
  mutating func effect(_ text: String) { lines.append("  " + text) }

  /// Writes an instruction and returns the name of its result.
  mutating func value(_ text: String) -> String {
    let result = "%" + name()
    lines.append("  \(result) = \(text)")
    return result
  }

  /// Ends the present block with a jump to a new one.
  mutating func begin(_ label: String) {
    effect("br label %\(label)")
    open(label)
  }

  /// Begins a block that other blocks jump to.
  mutating func open(_ label: String) {
    lines.append("\(label):")
    block = label
  }

  mutating func replace(line: Int, _ text: String) { lines[line] = text }

  mutating func declare(_ declaration: String) { declarations.insert(declaration) }

  /// A call of a mathematical function.
  mutating func call(
    _ name: VectorFunction.Name, _ type: VectorType, _ operands: [String]
  ) -> String {
    let function = VectorFunction(name: name, type: type)
    calls.insert(function)
    callCount += 1
    let arguments = operands.map { "\(type.text) \($0)" }.joined(separator: ", ")
    return value("call \(type.text) \(function.symbol)(\(arguments))")
  }

  /// The name of a shared function, to be called.
  mutating func use(_ function: SharedFunction) -> String {
    if !callees.contains(function) {
      callees.append(function)
      declarations.formUnion(function.declarations)
      calls.formUnion(function.calls)
      callCount += function.callCount
    }
    return "@" + function.name
  }

  /// A call of a shared function; the arguments with their types.
  mutating func call(_ function: SharedFunction, _ arguments: [String]) {
    effect("call void \(use(function))(\(arguments.joined(separator: ", ")))")
  }
}

// MARK: - Vectors

extension FunctionText {
  /// A vector with the same constant, given as text, in all lanes.
  mutating func splat(_ constant: String, _ type: VectorType) -> String {
    if type.lanes == 1 { return "<\(type.element.rawValue) \(constant)>" }
    let one = "<1 x \(type.element.rawValue)>"
    return value(
      "shufflevector \(one) <\(type.element.rawValue) \(constant)>, \(one) poison,"
        + " <\(type.lanes) x i32> zeroinitializer")
  }

  /// A floating-point constant in all lanes.
  mutating func number(_ number: Double, _ type: VectorType) -> String {
    splat(Self.literal(number, type.element), type)
  }

  /// A whole number in all lanes.
  mutating func integer(_ number: Int64, _ type: VectorType) -> String {
    splat(type.element == .i1 ? (number == 0 ? "false" : "true") : String(number), type)
  }

  /// The text of a floating-point constant: the bits of the double, which a float must be exactly.
  static func literal(_ number: Double, _ element: VectorType.Element) -> String {
    let exact = element == .f32 ? Double(Float(number)) : number
    let digits = String(exact.bitPattern, radix: 16, uppercase: true)
    return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// A vector of one lane spread over all lanes.
  mutating func spread(_ single: String, _ type: VectorType) -> String {
    if type.lanes == 1 { return single }
    let one = "<1 x \(type.element.rawValue)>"
    return value(
      "shufflevector \(one) \(single), \(one) poison, <\(type.lanes) x i32> zeroinitializer")
  }

  /// A call of an intrinsic on operands of one type.
  mutating func intrinsic(
    _ name: String, _ type: VectorType, _ operands: [String]
  ) -> String {
    let function = "@llvm.\(name).\(type.suffix)"
    let types = operands.map { _ in type.text }.joined(separator: ", ")
    declare("declare \(type.text) \(function)(\(types))")
    let arguments = operands.map { "\(type.text) \($0)" }.joined(separator: ", ")
    return value("call \(type.text) \(function)(\(arguments))")
  }

  mutating func binary(
    _ instruction: String, _ type: VectorType, _ a: String, _ b: String
  ) -> String {
    value("\(instruction) \(type.text) \(a), \(b)")
  }

  mutating func select(
    _ type: VectorType, _ condition: String, _ x: String, _ y: String
  ) -> String {
    value("select \(type.of(.i1).text) \(condition), \(type.text) \(x), \(type.text) \(y)")
  }

  mutating func compare(
    _ predicate: String, _ type: VectorType, _ a: String, _ b: String
  ) -> String {
    let instruction = type.element == .f32 || type.element == .f64 ? "fcmp" : "icmp"
    return value("\(instruction) \(predicate) \(type.text) \(a), \(b)")
  }

  mutating func convert(
    _ instruction: String, _ x: String, _ from: VectorType, _ to: VectorType
  ) -> String {
    value("\(instruction) \(from.text) \(x) to \(to.text)")
  }
}
