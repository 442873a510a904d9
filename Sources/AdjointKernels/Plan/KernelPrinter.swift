import AdjointCore

/// A kernel as human-readable text.
package enum KernelPrinter {
  /// A head line, and for a loop nest or an epilogue a line for each named step and each output.
  ///
  /// Operands are `a`, `b`, …, results `r0`, `r1`, …, loop positions `i`, `j`, …; in an epilogue, `p` is
  /// the product. A contraction's positions are those of its batch, the row and the column.
  package static func lines(_ kernel: Kernel) -> [String] {
    switch kernel {
    case .loopNest(let nest): lines(nest, BufferNames())
    case .group(let group): lines(group)
    case .contraction(let product):
      [
        "contraction \(product.scalarType.rawValue) "
          + (product.scale == 1 ? "" : "\(product.scale) · ")
          + product.batchExtents.filter { $0 != 1 }.map { "\($0) × " }.joined()
          + matrix(product.rows, product.inner, product.left) + " · "
          + matrix(product.inner, product.columns, product.right)
          + (product.addendScale.map { $0 == 1 ? " + c" : " + \($0) · c" } ?? "")
          + (product.result.map { " → r0" + list(axes(product, $0)) } ?? "")
      ] + (product.epilogue.map { lines($0, BufferNames()).dropFirst() } ?? [])
    case .gather(let copy): ["gather " + indexed(copy)]
    case .scatterAdd(let copy): ["scatter-add " + indexed(copy)]
    }
  }

  /// `[rows, columns]`, with a mark where the matrix lies transposed.
  private static func matrix(_ rows: Int, _ columns: Int, _ layout: Contraction.Layout) -> String {
    let isTransposed = layout.columnStride != 1 && layout.rowStride == 1
    return "[\(rows), \(columns)]" + (isTransposed ? "ᵀ" : "")
  }

  /// The positions in the order in which they lie in the result, but for axes of one iteration.
  private static func axes(_ product: Contraction, _ layout: Contraction.Layout) -> [String] {
    let axes = product.axes(of: layout, rows: product.rows, columns: product.columns)
    let long = axes.filter { $0.extent != 1 }.enumerated()
    return long.sorted { ($1.element.stride, $0.offset) < ($0.element.stride, $1.offset) }
      .map { positionName($0.offset) }
  }

  private static func indexed(_ copy: IndexedCopy) -> String {
    "\(copy.scalarType.rawValue) [\(copy.outer), \(copy.extent), \(copy.inner)] at "
      + "\(copy.indexType.rawValue)[\(copy.count)]"
  }

  /// The stages one after another, each with its loops beyond the rows.
  private static func lines(_ group: FusionGroup) -> [String] {
    let names = BufferNames(operandCount: group.operandCount, resultCount: group.resultCount)
    return ["rows \(group.rows)"]
      + group.stages.flatMap { stage in
        let lines = self.lines(stage.nest, names)
        return [lines[0]] + lines.dropFirst().map { "  " + $0 }
      }
  }

  /// What the buffers of a kernel are called.
  private struct BufferNames {
    var operandCount = Int.max
    var resultCount = Int.max

    func operand(_ number: Int) -> String {
      if number == Contraction.productOperand { return "p" }
      if number >= operandCount { return result(number - operandCount) }
      let names = ["a", "b", "c", "d", "e", "f", "g", "h"]
      return number < names.count ? names[number] : "a\(number)"
    }

    func result(_ number: Int) -> String {
      number < resultCount ? "r\(number)" : "l\(number - resultCount)"
    }
  }

  private static func lines(_ nest: LoopNest, _ names: BufferNames) -> [String] {
    var lines = ["loop" + list(nest.extents.map { String($0) })]
    let texts = stepTexts(nest, names, &lines)
    for output in nest.outputs {
      let target = names.result(output.result) + list(output.access.map.axes.map(text))
      let value = texts[output.step]
      switch output.combiner {
      case nil: lines.append("\(target) = \(value)")
      case .sum: lines.append("\(target) += \(value)")
      case .product: lines.append("\(target) *= \(value)")
      case .maximum, .minimum:
        lines.append("\(target) = \(output.combiner?.rawValue ?? "")(\(target), \(value))")
      }
    }
    return lines
  }

  /// The text of each step: the whole expression where it is short and used once, else a name, which
  /// a line of its own defines.
  private static func stepTexts(
    _ nest: LoopNest, _ names: BufferNames, _ lines: inout [String]
  ) -> [String] {
    var uses = Array(repeating: 0, count: nest.program.steps.count)
    for step in nest.program.steps {
      for operand in step.instruction.operands { uses[operand] += 1 }
    }
    for output in nest.outputs { uses[output.step] += 1 }
    var texts: [String] = []
    for (number, step) in nest.program.steps.enumerated() {
      let text = self.text(step, nest, names, texts)
      let isNamed: Bool =
        switch step.instruction {
        case .load, .constant, .index: false
        case .unary, .binary, .compare, .select, .cast: uses[number] > 1 || text.utf8.count > 72
        }
      if isNamed { lines.append("t\(number) = \(text)") }
      texts.append(isNamed ? "t\(number)" : text)
    }
    return texts
  }

  private static func text(
    _ step: ScalarProgram.Step, _ nest: LoopNest, _ names: BufferNames, _ texts: [String]
  ) -> String {
    switch step.instruction {
    case .load(let input):
      names.operand(nest.inputs[input].operand)
        + list(nest.inputs[input].access.map.axes.map(text))
    case .constant(let literal): text(literal, step.type)
    case .index(let index): text(index)
    case .unary(let function, let a): "\(function.rawValue)(\(texts[a]))"
    case .binary(let function, let a, let b): "\(function.rawValue)(\(texts[a]), \(texts[b]))"
    case .compare(let comparison, let a, let b):
      "\(comparison.rawValue)(\(texts[a]), \(texts[b]))"
    case .select(let condition, let a, let b):
      "select(\(texts[condition]), \(texts[a]), \(texts[b]))"
    case .cast(let a): "\(step.type.rawValue)(\(texts[a]))"
    }
  }

  private static func text(_ literal: ScalarLiteral, _ type: ScalarType) -> String {
    switch literal {
    case .floating: type == .f32 ? "\(Float(literal.double))" : "\(literal.double)"
    case .integer(let value): type == .bool ? (value == 0 ? "false" : "true") : String(value)
    }
  }

  /// An index such as `i`, `2*j + 1` or `3`.
  private static func text(_ index: AxisIndex) -> String {
    guard let axis = index.axis else { return String(index.start) }
    var text = index.step == 1 ? "" : index.step == -1 ? "-" : "\(index.step)*"
    text += positionName(axis)
    if index.start > 0 { text += " + \(index.start)" }
    if index.start < 0 { text += " - \(index.start.magnitude)" }
    return text
  }

  private static func list(_ items: [String]) -> String {
    "[" + items.joined(separator: ", ") + "]"
  }

  private static func positionName(_ axis: Int) -> String {
    let names = ["i", "j", "k", "l", "m", "n"]
    return axis < names.count ? names[axis] : "i\(axis)"
  }
}
