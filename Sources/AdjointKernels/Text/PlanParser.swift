import AdjointCore

/// Reads the text of a plan as `PlanPrinter` writes it, constants included.
///
/// What is said twice, such as sizes and lifetimes, has to be right: the plan that was read is printed again
/// and compared. Nothing runs before a `VerifiedPlan` is made of it.
package struct PlanParser {
  private var scanner: TextScanner
  private var plan = Plan()
  /// Where steps and outputs stand, which name buffers that are declared after the steps.
  private var stepPlaces: [SourceLocation] = []
  private var outputPlaces: [SourceLocation] = []

  /// - Throws: `.syntax` with the line and the column of what is wrong; `.memoryLimit` for a text beyond
  ///   64 MB.
  package static func plan(from text: String, file: String) throws(Diagnostic) -> Plan {
    guard text.utf8.count <= 64_000_000 else {
      throw Diagnostic(
        .memoryLimit, "the text has \(text.utf8.count) bytes, that of a plan at most 64000000",
        location: SourceLocation(file: file))
    }
    var parser = PlanParser(scanner: TextScanner(text, file: file))
    try parser.read()
    try parser.check(text, file)
    return parser.plan
  }

  private init(scanner: TextScanner) { self.scanner = scanner }

  private mutating func read() throws(Diagnostic) {
    try scanner.expect(PlanPrinter.head)
    try scanner.endLine()
    // How many steps and kernels there are follows from these.
    _ = scanner.restOfLine()
    try scanner.endLine()
    try scanner.expect("arena")
    plan.arenaByteCount = try scanner.integer("a number of bytes")
    try scanner.expect("bytes, lower bound")
    plan.lowerBoundByteCount = try scanner.integer("a number of bytes")
    _ = scanner.restOfLine()
    try section("kernels") { parser throws(Diagnostic) in
      try parser.scanner.expect("k\(parser.plan.kernels.count)")
      parser.plan.kernels.append(try KernelParser.kernel(&parser.scanner, indentedBy: 4))
    }
    try section("steps") { parser throws(Diagnostic) in try parser.readStep() }
    if scanner.comes("forks") {
      try section("forks") { parser throws(Diagnostic) in try parser.readFork() }
    }
    try section("buffers") { parser throws(Diagnostic) in try parser.readBuffer() }
    if scanner.comes("outputs") {
      try section("outputs") { parser throws(Diagnostic) in
        parser.outputPlaces.append(parser.scanner.location)
        let name = try parser.scanner.text(before: "=", "the name of an output")
        parser.plan.outputs.append(Plan.Port(name: name, buffer: try parser.buffer()))
        try parser.scanner.endLine()
      }
    }
    guard scanner.isAtEnd else { throw scanner.expected("the end of the text") }
  }

  /// A title and the lines that are indented below it.
  private mutating func section(
    _ title: String, _ line: (inout PlanParser) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    if scanner.isAtLineEnd { try scanner.endLine() }
    try scanner.expect(title)
    try scanner.endLine()
    while !scanner.isAtEnd, scanner.indentation >= 2 { try line(&self) }
  }

  private mutating func buffer() throws(Diagnostic) -> BufferNumber {
    try scanner.expect("b")
    return BufferNumber(try scanner.integer("the number of a buffer"))
  }

  private mutating func readStep() throws(Diagnostic) {
    stepPlaces.append(scanner.location)
    try scanner.expect("\(plan.steps.count):")
    var results: [BufferNumber] = []
    if !scanner.comes("=") {
      repeat { results.append(try buffer()) } while scanner.accepts(",")
    }
    try scanner.expect("= k")
    let kernel = try scanner.integer("the number of a kernel")
    try scanner.expect("(")
    var operands: [BufferNumber] = []
    if !scanner.comes(")") {
      repeat { operands.append(try buffer()) } while scanner.accepts(",")
    }
    try scanner.expect(")")
    let label = scanner.restOfLine()
    plan.steps.append(
      Plan.Step(kernel: kernel, operands: operands, results: results, label: label))
    try scanner.endLine()
  }

  private mutating func readFork() throws(Diagnostic) {
    var branches: [Range<PlanStepNumber>] = []
    repeat {
      let place = scanner
      let first = try scanner.integer("a step")
      try scanner.expect("–")
      let last = try scanner.integer("a step")
      guard first >= 0, last >= first, last < plan.steps.count else {
        throw place.expected("steps of the plan")
      }
      branches.append(PlanStepNumber(first)..<PlanStepNumber(last + 1))
    } while scanner.accepts("|")
    plan.forks.append(Plan.Fork(branches: branches))
    try scanner.endLine()
  }

  private mutating func readBuffer() throws(Diagnostic) {
    let number = plan.buffers.endIndex
    try scanner.expect("b\(number)")
    let scalarType = try scanner.scalarType()
    let place = scanner
    let extents = try scanner.list("an extent")
    guard extents.allSatisfy({ $0 >= 0 }) else { throw place.expected("extents from 0 on") }
    let type = TensorType(scalarType, extents: extents)
    try scanner.expect("at")
    let offset = try scanner.integer("an offset")
    try scanner.expect(",")
    _ = try scanner.integer("a number of bytes")
    try scanner.expect("bytes,")
    let role = try role(of: number, type)
    plan.buffers.append(Plan.Buffer(type: type, offset: offset, role: role))
    try scanner.endLine()
  }

  private mutating func role(
    of number: BufferNumber, _ type: TensorType
  ) throws(Diagnostic) -> Plan.Buffer.Role {
    if scanner.accepts("input") {
      let name = scanner.restOfLine()
      plan.inputs.append(Plan.Port(name: name, buffer: number))
      return .input
    }
    if scanner.accepts("parameter") {
      let name = scanner.restOfLine()
      plan.parameters.append(Plan.Port(name: name, buffer: number))
      return .parameter
    }
    if scanner.accepts("constant") {
      guard scanner.accepts("=") else {
        throw scanner.expected("'=' and the elements, which a summary of a plan leaves out")
      }
      plan.constants[number] = try TensorText.read(type, &scanner)
      return .constant
    }
    if scanner.accepts("view of") { return .view(of: try buffer()) }
    try scanner.expect("live")
    _ = try scanner.name("a step")
    try scanner.expect("–")
    _ = try scanner.name("a step")
    guard scanner.accepts(",") else { return .temporary }
    if scanner.accepts("the next") {
      _ = try scanner.text(before: ",", "the name of a parameter")
    }
    try scanner.expect("in place of")
    return .inPlace(of: try buffer())
  }

  /// Refuses a text that says something else than the plan that was read.
  private func check(_ text: String, _ file: String) throws(Diagnostic) {
    for (step, place) in zip(plan.steps, stepPlaces) {
      guard plan.kernels.indices.contains(step.kernel),
        (step.operands + step.results).allSatisfy(plan.buffers.indices.contains)
      else {
        throw Diagnostic(
          .invalidPlan, "a step names a kernel or a buffer that is not there", location: place)
      }
    }
    for (output, place) in zip(plan.outputs, outputPlaces)
    where !plan.buffers.indices.contains(output.buffer) {
      throw Diagnostic(
        .invalidPlan, "the output \(output.name.excerpt) names no buffer", location: place)
    }
    let read = text.split(separator: "\n", omittingEmptySubsequences: false)
    let printed = PlanPrinter.text(plan, constants: .whole)
      .split(separator: "\n", omittingEmptySubsequences: false)
    for (number, (given, expected)) in zip(read, printed).enumerated() where given != expected {
      let column = zip(given.utf8, expected.utf8).prefix { $0 == $1 }.count + 1
      throw Diagnostic(
        .syntax,
        "the rest of the plan makes this line '\(String(expected).excerpt)', found "
          + "'\(String(given).excerpt)'",
        location: SourceLocation(file: file, line: number + 1, column: column))
    }
    guard read.count == printed.count else {
      throw Diagnostic(
        .syntax, "the text has \(read.count) lines, its plan \(printed.count)",
        location: SourceLocation(file: file))
    }
  }
}

/// The elements of a tensor, as `PlanPrinter.elements(of:)` writes them.
package enum TensorText {
  /// - Throws: `.syntax` where there are more or fewer than the type has, or one that is none of it.
  package static func read(
    _ type: TensorType, _ scanner: inout TextScanner
  ) throws(Diagnostic) -> Tensor {
    let extents = try type.boundExtents()
    let place = scanner
    var texts: [(text: String, place: TextScanner)] = []
    if extents.isEmpty {
      texts.append(try number(&scanner))
    } else {
      try scanner.expect("[")
      if !scanner.comes("]") {
        repeat { texts.append(try number(&scanner)) } while scanner.accepts(",")
      }
      try scanner.expect("]")
    }
    guard texts.count == extents.reduce(1, *|) else {
      throw place.mistake(
        "a constant of \(extents) has \(extents.reduce(1, *|)) elements, found \(texts.count)")
    }
    func elements<Element>(_ element: (String) -> Element?) throws(Diagnostic) -> [Element] {
      var elements: [Element] = []
      elements.reserveCapacity(texts.count)
      for (text, place) in texts {
        guard let value = element(text) else {
          throw place.expected("a number of \(type.scalarType.rawValue)")
        }
        elements.append(value)
      }
      return elements
    }
    let storage: Tensor.Storage =
      switch type.scalarType {
      case .f32: .f32(try elements { payload($0).map { Float($0) } ?? Float($0) })
      case .f64: .f64(try elements { payload($0) ?? Double($0) })
      case .i32: .i32(try elements { Int32($0) })
      case .i64: .i64(try elements { Int64($0) })
      case .u8: .u8(try elements { UInt8($0) })
      case .bool: .bool(try elements { Bool($0) })
      }
    return try Tensor(storage, extents: extents)
  }

  private static func number(
    _ scanner: inout TextScanner
  ) throws(Diagnostic) -> (text: String, place: TextScanner) {
    let place = scanner
    var text = try scanner.number()
    if text == "nan", scanner.accepts("(") {
      text = "nan(" + (try scanner.number())
      try scanner.expect(")")
    }
    return (text, place)
  }

  /// The number whose bits are written; nil where a number is.
  private static func payload(_ text: String) -> Double? {
    if text == "nan" { return .nan }
    guard text.hasPrefix("nan("), let bits = UInt64(text.dropFirst(4), radix: 16) else {
      return nil
    }
    return Double(bitPattern: bits)
  }
}
