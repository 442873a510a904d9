/// A module of LLVM IR: functions, and the mathematics they call.
struct ModuleText {
  private var functions: [String] = []
  private var declarations: Set<String> = []
  private var calls: [VectorFunction] = []
  private var known: Set<VectorFunction> = []
  private var callCount = 0

  mutating func add(_ function: String, of text: FunctionText) {
    functions.append(function)
    callCount += text.callCount
    note(text)
  }

  private mutating func note(_ text: FunctionText) {
    declarations.formUnion(text.declarations)
    for call in text.calls.sorted(by: { $0.symbol < $1.symbol })
    where known.insert(call).inserted { calls.append(call) }
  }

  /// Of more calls than this, mathematical functions are called and not copied into each use, so
  /// that the time to compile a kernel stays in proportion to its steps.
  private static let mostInlined = 24

  /// The text of the module.
  mutating func assembled() -> String {
    var definitions: [String] = []
    var next = 0
    let attributes = callCount <= Self.mostInlined ? "#1" : "#2"
    while next < calls.count {
      let function = calls[next]
      next += 1
      let text = VectorMathematics.definition(of: function)
      note(text)
      let type = function.type.text
      let operands = function.operandCount == 2 ? "\(type) %x, \(type) %y" : "\(type) %x"
      definitions.append(
        """
        define internal \(type) \(function.symbol)(\(operands)) \(attributes) {
        entry:
        \(text.lines.joined(separator: "\n"))
        }

        """)
    }
    let width = #""prefer-vector-width"="512" "min-legal-vector-width"="512""#
    return """
      \(functions.joined(separator: "\n"))
      \(definitions.joined(separator: "\n"))
      \(declarations.sorted().joined(separator: "\n"))

      attributes #0 = { nounwind \(width) }
      attributes #1 = { nounwind alwaysinline \(width) }
      attributes #2 = { nounwind noinline \(width) }

      """
  }
}
