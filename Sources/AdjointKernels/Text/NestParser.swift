import AdjointCore

/// Reads the text of a loop nest: what comes after `loop`.
struct NestParser {
  private var extents: [Int] = []
  private(set) var rowAxes: Int?
  private var views: [String: NestPrinter.View] = [:]
  private var literals = LiteralTypes([])
  private var program = ScalarProgram()
  private var numbers: [ScalarProgram.Step: InstructionNumber] = [:]
  private var named: [String: InstructionNumber] = [:]
  private var inputs: [LoopNest.Input] = []
  private var outputs: [LoopNest.Output] = []

  /// More brackets inside each other than this are refused, so that no text is too deep to read.
  private static let deepest = 200

  /// The loops, and what is read and written.
  mutating func readSignature(_ scanner: inout TextScanner) throws(Diagnostic) {
    try readLoops(&scanner)
    var types: [ScalarType] = []
    if !scanner.comes("->") { try readViews(&scanner, &types) }
    try scanner.expect("->")
    try readViews(&scanner, &types)
    literals = LiteralTypes(types)
  }

  private mutating func readLoops(_ scanner: inout TextScanner) throws(Diagnostic) {
    try scanner.expect("[")
    while !scanner.accepts("]") {
      if scanner.accepts("|") {
        guard rowAxes == nil else { throw scanner.mistake("the rows end once") }
        rowAxes = extents.count
        continue
      }
      if !extents.isEmpty, rowAxes != extents.count { try scanner.expect(",") }
      extents.append(try scanner.integer("the extent of a loop"))
    }
  }

  private mutating func readViews(
    _ scanner: inout TextScanner, _ types: inout [ScalarType]
  ) throws(Diagnostic) {
    repeat {
      let place = scanner
      let name = try scanner.name("the name of a buffer")
      guard let slot = KernelSpelling.slot(named: String(name.prefix { $0 != "'" })) else {
        throw place.expected("the name of a buffer")
      }
      try scanner.expect(":")
      let type = try scanner.scalarType()
      let access = Access(type, extents: try scanner.list("an extent"), map: IndexMap([]))
      let view = NestPrinter.View(slot, access)
      guard views[name] == nil || views[name] == view else {
        throw place.mistake("\(name) is of another type already")
      }
      views[name] = view
      types.append(type)
    } while scanner.accepts(",")
  }

  /// A line: a named step, or something that is stored.
  mutating func readLine(_ scanner: inout TextScanner) throws(Diagnostic) {
    let place = scanner
    let name = try scanner.name("a step or an element")
    if name.first == "t", Int(name.dropFirst()) != nil {
      guard named[name] == nil else { throw place.mistake("there is a step \(name) already") }
      try scanner.expect("=")
      named[name] = try expression(&scanner, depth: 0)
    } else {
      guard let view = views[name] else { throw place.expected("a buffer that is written") }
      let access = try self.access(view, &scanner)
      var combiner: Combiner?
      if scanner.accepts("+=") {
        combiner = .sum
      } else if scanner.accepts("*=") {
        combiner = .product
      } else if scanner.accepts("max=") {
        combiner = .maximum
      } else if scanner.accepts("min=") {
        combiner = .minimum
      } else {
        try scanner.expect("=")
      }
      let step = try expression(&scanner, depth: 0)
      outputs.append(LoopNest.Output(view.slot, step: step, access: access, combiner: combiner))
    }
    try scanner.endLine()
  }

  /// The nest that was read.
  func finished(_ scanner: TextScanner) throws(Diagnostic) -> LoopNest {
    guard !outputs.isEmpty else { throw scanner.expected("what the loops store") }
    return LoopNest(extents: extents, inputs: inputs, program: program, outputs: outputs)
  }

  private mutating func append(
    _ instruction: ScalarInstruction, _ type: ScalarType
  ) -> InstructionNumber {
    let step = ScalarProgram.Step(instruction: instruction, type: type)
    if let number = numbers[step] { return number }
    let number = program.append(instruction, type)
    numbers[step] = number
    return number
  }

  private func access(
    _ view: NestPrinter.View, _ scanner: inout TextScanner
  ) throws(Diagnostic) -> Access {
    try scanner.expect("[")
    var axes: [AxisIndex] = []
    if !scanner.accepts("]") {
      repeat { axes.append(try index(&scanner)) } while scanner.accepts(",")
      try scanner.expect("]")
    }
    return Access(view.scalarType, extents: view.extents, map: IndexMap(axes))
  }

  /// `i`, `-i`, `2*j + 1` or `3`.
  private func index(_ scanner: inout TextScanner) throws(Diagnostic) -> AxisIndex {
    var step = 1
    if scanner.comes("-i") || scanner.comes("-j") || scanner.comes("-k") || scanner.comes("-l")
      || scanner.comes("-m") || scanner.comes("-n")
    {
      try scanner.expect("-")
      step = -1
    } else {
      var copy = scanner
      if let number = try? copy.integer("") {
        scanner = copy
        guard scanner.accepts("*") else { return AxisIndex(axis: nil, start: number) }
        step = number
      }
    }
    let place = scanner
    guard let axis = KernelSpelling.axis(named: try scanner.name("a position")) else {
      throw place.expected("a position along a loop")
    }
    var start = 0
    if scanner.accepts("+") {
      start = try scanner.integer("a number")
    } else if scanner.accepts("-") {
      let place = scanner
      let magnitude = try scanner.name("a number")
      guard let number = Int("-" + magnitude) else { throw place.expected("a number") }
      start = number
    }
    return AxisIndex(axis: axis, start: start, step: step)
  }
}

// Expressions.
extension NestParser {
  private mutating func expression(
    _ scanner: inout TextScanner, depth: Int
  ) throws(Diagnostic) -> InstructionNumber {
    guard depth < Self.deepest else { throw scanner.mistake("an expression is too deep") }
    let place = scanner
    if let literal = try literal(&scanner) { return literal }
    let name = try scanner.name("an expression")
    if let step = named[name] { return step }
    if name == "index" { return try position(&scanner) }
    if let view = views[name], scanner.comes("[") {
      let input = LoopNest.Input(view.slot, access: try access(view, &scanner))
      let number = inputs.firstIndex(of: input) ?? inputs.count
      if number == inputs.count { inputs.append(input) }
      return append(.load(input: number), view.scalarType)
    }
    guard scanner.accepts("(") else { throw place.expected("an element, a step or a function") }
    var operands: [InstructionNumber] = []
    if !scanner.comes(")") {
      repeat {
        operands.append(try expression(&scanner, depth: depth + 1))
      } while scanner.accepts(",")
    }
    try scanner.expect(")")
    guard let step = call(name, operands) else {
      throw place.mistake("there is no function \(name.excerpt) of \(operands.count) numbers")
    }
    return step
  }

  private mutating func call(
    _ name: String, _ operands: [InstructionNumber]
  ) -> InstructionNumber? {
    let types = operands.map { program.steps[$0].type }
    switch operands.count {
    case 1:
      if let type = ScalarType(rawValue: name) { return append(.cast(operands[0]), type) }
      return UnaryFunction(rawValue: name).map { append(.unary($0, operands[0]), types[0]) }
    case 2:
      if let function = BinaryFunction(rawValue: name) {
        return append(.binary(function, operands[0], operands[1]), types[0])
      }
      return Comparison(rawValue: name).map {
        append(.compare($0, operands[0], operands[1]), .bool)
      }
    case 3 where name == "select":
      return append(.select(operands[0], operands[1], operands[2]), types[1])
    default: return nil
    }
  }

  private mutating func position(
    _ scanner: inout TextScanner
  ) throws(Diagnostic) -> InstructionNumber {
    let type = try typeOfNumber(literals.whole, &scanner)
    try scanner.expect("(")
    let index = try index(&scanner)
    try scanner.expect(")")
    return append(.index(index), type)
  }

  /// The type after a colon, or the one that is understood without.
  private func typeOfNumber(
    _ usual: ScalarType?, _ scanner: inout TextScanner
  ) throws(Diagnostic) -> ScalarType {
    if scanner.accepts(":") { return try scanner.scalarType() }
    guard let usual else { throw scanner.expected("':' and the type of the number") }
    return usual
  }

  /// A number, if one comes next.
  private mutating func literal(
    _ scanner: inout TextScanner
  ) throws(Diagnostic) -> InstructionNumber? {
    var copy = scanner
    guard let text = try? copy.number() else { return nil }
    if text == "true" || text == "false" {
      scanner = copy
      return append(.constant(.integer(text == "true" ? 1 : 0)), .bool)
    }
    if text == "nan", copy.accepts("(") {
      let place = copy
      guard let bits = UInt64(try copy.number(), radix: 16) else { throw place.expected("bits") }
      try copy.expect(")")
      scanner = copy
      return append(
        .constant(.floating(bits: bits)), try typeOfNumber(literals.floating, &scanner))
    }
    let isNumber =
      text == "nan" || text == "inf" || text == "-inf"
      || text.first.map { $0.isASCII && ($0.isNumber || $0 == "-") } ?? false
    guard isNumber else { return nil }
    if let whole = Int64(text) {
      scanner = copy
      return append(.constant(.integer(whole)), try typeOfNumber(literals.whole, &scanner))
    }
    let place = scanner
    scanner = copy
    let type = try typeOfNumber(literals.floating, &scanner)
    let value = type == .f32 ? Float(text).map(Double.init) : Double(text)
    guard let value else { throw place.expected("a number") }
    let bits = value.isNaN ? Double.nan.bitPattern : value.bitPattern
    return append(.constant(.floating(bits: bits)), type)
  }
}
