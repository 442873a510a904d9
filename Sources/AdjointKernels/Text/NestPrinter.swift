import AdjointCore

/// A loop nest as text.
///
/// What it reads and writes comes first, each buffer with the type under which it is reached; a buffer that
/// is reached under several has a stroke more for each.
struct NestPrinter {
  private let nest: LoopNest
  private let order: WritingOrder
  private let literals: LiteralTypes
  private var views: [View] = []
  /// The texts of the steps that stand for themselves.
  private var texts: PerInstruction<String>
  /// The lines of named steps.
  private var lines: [String] = []

  /// A buffer under one type.
  struct View: Hashable {
    var slot: Slot
    var scalarType: ScalarType
    var extents: [Int]

    init(_ slot: Slot, _ access: Access) {
      self.slot = slot
      scalarType = access.scalarType
      extents = access.extents
    }
  }

  init(_ unordered: LoopNest) {
    let nest = unordered.inWritingOrder()
    self.nest = nest
    order = WritingOrder(nest)
    let views =
      nest.inputs.map { View($0.source, $0.access) }
      + nest.outputs.map { View($0.target, $0.access) }
    literals = LiteralTypes(views.map(\.scalarType))
    texts = PerInstruction(repeating: "", count: nest.program.steps.count)
    for view in views where !self.views.contains(view) { self.views.append(view) }
    writeSteps()
  }

  /// `[4, 3] a: f32[4, 3] -> r0: f32[4]`, the loops of rows, if any, in front of a bar.
  func signature(rowAxes: Int?) -> String {
    func declarations(_ views: [View]) -> String {
      var unique: [View] = []
      for view in views where !unique.contains(view) { unique.append(view) }
      return unique.map { name(of: $0) + ": " + KernelSpelling.type($0.scalarType, $0.extents) }
        .joined(separator: ", ")
    }
    var loops = KernelSpelling.list(nest.extents)
    if let rowAxes {
      let texts = nest.extents.map { "\($0)" }
      let rows = texts.prefix(rowAxes).joined(separator: ", ")
      let others = texts.dropFirst(rowAxes).joined(separator: ", ")
      loops = "[" + rows + (rows.isEmpty ? "|" : " |") + (others.isEmpty ? "" : " ") + others + "]"
    }
    let inputs = declarations(nest.inputs.map { View($0.source, $0.access) })
    let outputs = declarations(nest.outputs.map { View($0.target, $0.access) })
    return loops + (inputs.isEmpty ? "" : " " + inputs) + " -> " + outputs
  }

  /// A line for each named step and each output.
  var body: [String] {
    lines
      + nest.outputs.map { output in
        element(View(output.target, output.access), output.access) + " "
          + KernelSpelling.operation(output.combiner) + " "
          + texts[order.representative(of: output.step)]
      }
  }

  private func name(of view: View) -> String {
    let others = views.prefix { $0 != view }.count { $0.slot == view.slot }
    return KernelSpelling.name(of: view.slot) + String(repeating: "'", count: others)
  }

  private func element(_ view: View, _ access: Access) -> String {
    name(of: view) + KernelSpelling.list(access.map.axes.map(KernelSpelling.text))
  }

  private mutating func writeSteps() {
    var named = 0
    for (number, step) in nest.program.steps.numbered
    where order.representative(of: number) == number {
      let text = text(step)
      if order.isNamed[number] {
        lines.append("t\(named) = \(text)")
        texts[number] = "t\(named)"
        named += 1
      } else {
        texts[number] = text
      }
    }
  }

  private func text(_ step: ScalarProgram.Step) -> String {
    func operand(_ number: InstructionNumber) -> String { texts[order.representative(of: number)] }
    switch step.instruction {
    case .load(let number):
      let input = nest.inputs[number]
      return element(View(input.source, input.access), input.access)
    case .constant(let literal): return literals.text(literal, step.type)
    case .index(let index): return literals.text(index, step.type)
    case .unary(let function, let a): return "\(function.rawValue)(\(operand(a)))"
    case .binary(let function, let a, let b):
      return "\(function.rawValue)(\(operand(a)), \(operand(b)))"
    case .compare(let comparison, let a, let b):
      return "\(comparison.rawValue)(\(operand(a)), \(operand(b)))"
    case .select(let condition, let a, let b):
      return "select(\(operand(condition)), \(operand(a)), \(operand(b)))"
    case .cast(let a): return "\(step.type.rawValue)(\(operand(a)))"
    }
  }
}
