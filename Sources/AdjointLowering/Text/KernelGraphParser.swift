import AdjointCore
import AdjointKernels

/// Reads the text of a kernel graph as `KernelGraphPrinter` writes it.
///
/// Whether the kernels stay in bounds, and steps come in order, is for `KernelGraph.check()` to say.
package struct KernelGraphParser {
  private var scanner: TextScanner
  private var graph = KernelGraph()
  /// The nodes by their labels.
  private var nodes: [String: Int] = [:]

  /// The kernel graph of a text, and the labels of the nodes that its steps stand for.
  ///
  /// - Parameter labels: The labels of nodes that have numbers already; others are numbered after them.
  /// - Throws: `.syntax` with the place of what is wrong.
  package static func graph(
    from text: String, file: String, labels: [String] = []
  ) throws(Diagnostic) -> (graph: KernelGraph, labels: [String]) {
    guard text.utf8.count <= 64_000_000 else {
      throw Diagnostic(
        .memoryLimit, "the text has \(text.utf8.count) bytes, that of kernels at most 64000000",
        location: SourceLocation(file: file))
    }
    var parser = KernelGraphParser(scanner: TextScanner(text, file: file))
    for (number, label) in labels.enumerated() { parser.nodes[label] = number }
    try parser.read()
    return (parser.graph, parser.nodes.sorted { $0.value < $1.value }.map(\.key))
  }

  /// More values than this are not left out one after another.
  private static let longestGap = 1 << 20

  private init(scanner: TextScanner) { self.scanner = scanner }

  private mutating func read() throws(Diagnostic) {
    try scanner.expect(KernelGraphPrinter.head)
    try section("values") { parser throws(Diagnostic) in try parser.readValue() }
    try section("steps") { parser throws(Diagnostic) in try parser.readStep() }
    try section("outputs") { parser throws(Diagnostic) in
      let name = try parser.scanner.name("the name of an output")
      let type = try parser.type()
      try parser.scanner.expect("=")
      let output = KernelGraph.Output(name: name, value: try parser.value(), type: type)
      parser.graph.outputs.append(output)
      try parser.scanner.endLine()
    }
    if scanner.comes("updates") {
      try section("updates") { parser throws(Diagnostic) in
        let place = parser.scanner
        let parameter = try parser.value()
        guard parser.graph.values[parameter].isParameter else {
          throw place.expected("a parameter")
        }
        try parser.scanner.expect("=")
        let update = KernelGraph.Update(parameter: parameter, value: try parser.value())
        parser.graph.updates.append(update)
        try parser.scanner.endLine()
      }
    }
    guard scanner.isAtEnd else { throw scanner.expected("the end of the text") }
  }

  /// A title and the lines that are indented below it.
  private mutating func section(
    _ title: String,
    _ line: (inout KernelGraphParser) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    if scanner.isAtLineEnd { try scanner.endLine() }
    try scanner.expect(title)
    try scanner.endLine()
    while !scanner.isAtEnd, scanner.indentation >= 2 { try line(&self) }
  }

  private mutating func type() throws(Diagnostic) -> TensorType {
    let scalarType = try scanner.scalarType()
    let place = scanner
    let extents = try scanner.list("an extent")
    let type = TensorType(scalarType, extents: extents)
    guard extents.allSatisfy({ $0 >= 0 }) else { throw place.expected("extents from 0 on") }
    do {
      _ = try type.boundExtents()
    } catch {
      throw error.located(at: place.location)
    }
    return type
  }

  /// A value that was declared.
  private mutating func value() throws(Diagnostic) -> ValueNumber {
    let place = scanner
    let name = try scanner.name("a value")
    guard case .value(let number)? = KernelSpelling.slot(named: name),
      number.rawValue < graph.values.count
    else { throw place.expected("a value") }
    return number
  }

  private mutating func node() throws(Diagnostic) -> Int {
    try scanner.expect("%")
    let label = try scanner.name("the label of a node")
    if let number = nodes[label] { return number }
    nodes[label] = nodes.count
    return nodes.count - 1
  }

  private mutating func readValue() throws(Diagnostic) {
    let place = scanner
    guard case .value(let number)? = KernelSpelling.slot(named: try scanner.name("a value")),
      number.rawValue >= graph.values.count, number.rawValue < graph.values.count + Self.longestGap
    else { throw place.expected("v\(graph.values.count) or a later value") }
    // Of values that nothing reads or writes nothing is said.
    while graph.values.count < number.rawValue {
      _ = graph.add(TensorType(.bool, extents: []), .computed)
    }
    let type = try type()
    var node: Int?
    let source: KernelGraph.Value.Source
    if scanner.accepts("input") {
      source = .input(try scanner.name("the name of an input"))
    } else if scanner.accepts("parameter") {
      source = .parameter(try scanner.name("the name of a parameter"))
    } else if scanner.accepts("constant") {
      try scanner.expect("=")
      source = .constant(try TensorText.read(type, &scanner))
    } else {
      if scanner.comes("%") { node = try self.node() } else { try scanner.expect("computed") }
      source = .computed
    }
    _ = graph.add(type, source)
    graph.values[number].node = node
    try scanner.endLine()
  }

  private mutating func readStep() throws(Diagnostic) {
    try scanner.expect("s\(graph.steps.count)")
    var nodes: [Int] = []
    while scanner.comes("%") { nodes.append(try node()) }
    try scanner.endLine()
    let place = scanner
    let work = try work()
    let step = KernelGraph.Step(work: work, nodes: nodes)
    let slots = work.slots
    for slot in slots {
      guard let value = slot.value, value.rawValue < graph.values.count else {
        throw place.mistake(
          "a step reads and writes values of the kernel graph, and \(slot) is none")
      }
    }
    graph.steps.append(step)
  }

  private mutating func work() throws(Diagnostic) -> KernelGraph.Work {
    if scanner.accepts("loop") {
      return .nest(try KernelParser.nest(&scanner, indentedBy: 4).nest)
    }
    if scanner.accepts("rows") {
      let rows = try scanner.integer("a number of rows")
      var locals: [ValueNumber] = []
      if scanner.accepts("with") {
        repeat { locals.append(try value()) } while scanner.accepts(",")
      }
      try scanner.endLine()
      let stages = try KernelParser.stages(&scanner, indentedBy: 6)
      return .rows(KernelGraph.RowGroup(rows: rows, stages: stages, locals: locals))
    }
    var results: [ValueNumber] = []
    repeat { results.append(try value()) } while scanner.accepts(",")
    try scanner.expect("= (")
    var operands: [ValueNumber] = []
    if !scanner.comes(")") {
      repeat { operands.append(try value()) } while scanner.accepts(",")
    }
    try scanner.expect(")")
    try scanner.endLine()
    let kernel = try KernelParser.kernel(&scanner, indentedBy: 4)
    return .call(kernel, operands: operands, results: results)
  }
}

extension KernelGraph.Work {
  /// What its nests read and write; a call has values of its own.
  fileprivate var slots: [Slot] {
    switch self {
    case .nest(let nest): nest.inputs.map(\.source) + nest.outputs.map(\.target)
    case .rows(let group):
      group.stages.flatMap { $0.nest.inputs.map(\.source) + $0.nest.outputs.map(\.target) }
    case .call: []
    }
  }
}
