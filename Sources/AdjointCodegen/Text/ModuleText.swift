import Synchronization

/// A module of LLVM IR: functions, and the mathematics they call.
package struct ModuleText: Hashable, Sendable {
  private var functions: [String] = []
  /// The functions that these call, each once.
  private(set) var shared: [SharedFunction] = []
  private var declarations: Set<String> = []
  /// The mathematical functions that are called, each once, in a fixed order.
  private var calls: [VectorFunction] = []
  /// How often it calls them.
  private(set) var callCount = 0

  init() {}

  /// The module of functions that other modules call; those that they call in turn are among them.
  init(exporting functions: [SharedFunction]) {
    for function in functions {
      self.functions.append(function.exported)
      callCount += function.callCount
      declarations.formUnion(function.declarations)
      Self.add(function.calls, to: &calls)
    }
  }

  /// Leaves functions that it shares to another module, but for their declarations.
  mutating func leaveOut(_ elsewhere: Set<SharedFunction>) {
    declarations.formUnion(shared.filter(elsewhere.contains).map(\.declaration))
    shared.removeAll(where: elsewhere.contains)
  }

  /// Adds a function.
  mutating func add(_ function: String, of text: FunctionText) {
    functions.append(function)
    callCount += text.callCount
    declarations.formUnion(text.declarations)
    Self.add(text.calls, to: &calls)
    share(text.callees)
  }

  /// Adds the functions of another module.
  mutating func add(_ other: ModuleText) {
    functions += other.functions
    callCount += other.callCount
    declarations.formUnion(other.declarations)
    Self.add(Set(other.calls), to: &calls)
    share(other.shared)
  }

  private mutating func share(_ more: [SharedFunction]) {
    for function in more where !shared.contains(where: { $0.name == function.name }) {
      shared.append(function)
      share(function.callees)
    }
  }

  private static func add(_ more: Set<VectorFunction>, to calls: inout [VectorFunction]) {
    calls += more.subtracting(calls).sorted { $0.symbol < $1.symbol }
  }

  /// The bytes of its functions, without the mathematics and what they share: about in proportion to
  /// the time that they take to compile.
  var byteCount: Int { functions.reduce(0) { $0 + $1.utf8.count } }

  /// A hash of its functions, which name those that they share after their text.
  var digits: String {
    var hash = StableHash()
    for function in functions { hash.add(function) }
    return hash.digits
  }

  /// Gives the functions whose names begin with one prefix another.
  mutating func rename(_ prefix: String, to other: String) {
    let start = "define void @"
    for number in functions.indices where functions[number].hasPrefix(start + prefix) {
      functions[number] =
        start + other + functions[number].dropFirst(start.utf8.count + prefix.utf8.count)
    }
  }

  // MARK: Text

  /// Of more calls than this, mathematical functions are called and not copied into each use, so
  /// that the time to compile a kernel stays in proportion to its steps.
  private static let mostInlined = 24

  /// Whether mathematical functions are copied into each use where nothing else is asked for.
  var isInlining: Bool { callCount > 0 && callCount <= Self.mostInlined }

  /// What LLVM is to spend on a module.
  enum Effort: Sendable, CaseIterable {
    /// Mathematical functions are copied into each use.
    case most
    /// They are called.
    case usual
    /// They are called, and what calls them is translated as it stands: a third to a half of the time.
    case least
  }

  /// The text of the module.
  func assembled(_ effort: Effort) -> String {
    var (calls, declarations) = (calls, declarations)
    var definitions: [String] = []
    var next = 0
    while next < calls.count {
      let function = calls[next]
      next += 1
      let text = Self.definition(of: function)
      declarations.formUnion(text.declarations)
      Self.add(text.calls, to: &calls)
      definitions.append(text.head + (effort == .most ? " #1" : " #2") + text.body)
    }
    let width = #""prefer-vector-width"="512" "min-legal-vector-width"="512""#
    return """
      \((functions + shared.map(\.text)).joined(separator: "\n"))
      \(definitions.joined(separator: "\n"))
      \(declarations.sorted().joined(separator: "\n"))

      attributes #0 = { nounwind\(effort == .least ? " noinline optnone" : "") \(width) }
      attributes #1 = { nounwind alwaysinline \(width) }
      attributes #2 = { nounwind noinline \(width) }
      attributes #3 = { nounwind noinline optnone \(width) }

      """
  }

  /// The text of the module as it is compiled alone.
  func assembled() -> String { assembled(isInlining ? .most : .usual) }

  /// A mathematical function as text, with what it needs in turn.
  private struct Definition {
    var head: String
    var body: String
    var declarations: Set<String>
    var calls: Set<VectorFunction>

    init(_ function: VectorFunction) {
      let text = VectorMathematics.definition(of: function)
      let type = function.type.text
      let operands = function.operandCount == 2 ? "\(type) %x, \(type) %y" : "\(type) %x"
      head = "define internal \(type) \(function.symbol)(\(operands))"
      body = " {\nentry:\n\(text.lines.joined(separator: "\n"))\n}\n"
      declarations = text.declarations
      calls = text.calls
    }
  }

  /// What has been written, since many kernels call the same functions.
  private static let definitions = Mutex<[VectorFunction: Definition]>([:])

  private static func definition(of function: VectorFunction) -> Definition {
    if let known = definitions.withLock({ $0[function] }) { return known }
    let definition = Definition(function)
    definitions.withLock { $0[function] = definition }
    return definition
  }
}
