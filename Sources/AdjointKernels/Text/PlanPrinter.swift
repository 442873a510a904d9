import AdjointCore

/// A plan as text: kernels as scalar programs, steps, buffers with their places and lifetimes.
///
/// `PlanParser` reads it, if constants are written out.
package enum PlanPrinter {
  /// How many elements of a constant are written.
  package enum Constants: Sendable {
    /// All of them, so that the text can be read back.
    case whole
    /// Those of constants that fit a line.
    case short

    fileprivate func allow(_ count: Int) -> Bool {
      switch self {
      case .whole: true
      case .short: count <= 16
      }
    }
  }

  /// The first line, with the version of the form.
  static let head = "plan 1"

  /// The whole plan, one line for each buffer and step.
  package static func text(_ plan: Plan, constants: Constants = .short) -> String {
    var lines = [head, summary(plan), "", "kernels"]
    for (number, kernel) in plan.kernels.enumerated() {
      let body = KernelPrinter.lines(kernel)
      lines.append("  k\(number) \(body[0])")
      lines += body.dropFirst().map { "    " + $0 }
    }
    lines += ["", "steps"]
    for (number, step) in plan.steps.numbered {
      let results = step.results.map { "b\($0)" }.joined(separator: ", ")
      let operands = step.operands.map { "b\($0)" }.joined(separator: ", ")
      let label = step.label.isEmpty ? "" : "  \(step.label)"
      lines.append("  \(number): \(results) = k\(step.kernel)(\(operands))\(label)")
    }
    if !plan.forks.isEmpty {
      lines += ["", "forks"]
      lines += plan.forks.map { fork in
        "  "
          + fork.branches.map { "\($0.lowerBound)–\($0.upperBound.advanced(by: -1))" }.joined(
            separator: " | ")
      }
    }
    lines += ["", "buffers"]
    lines += bufferLines(plan, constants)
    if !plan.outputs.isEmpty {
      lines += ["", "outputs"]
      lines += plan.outputs.map { "  \($0.name) = b\($0.buffer)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Counts, the size of the arena, and how near it is to the lower bound.
  package static func summary(_ plan: Plan) -> String {
    let excess =
      plan.lowerBoundByteCount == 0
      ? 0
      : Double(plan.arenaByteCount - plan.lowerBoundByteCount) / Double(plan.lowerBoundByteCount)
    // In tenths of a percent, rounded.
    let tenths = Int((excess * 1_000).rounded())
    return """
      \(plan.launchCount) steps (\(plan.contractionCount) contractions), \
      \(plan.kernels.count) different kernels
      arena \(plan.arenaByteCount) bytes, lower bound \(plan.lowerBoundByteCount) bytes \
      (\(tenths / 10).\(tenths % 10) % above)
      """
  }

  private static func bufferLines(_ plan: Plan, _ constants: Constants) -> [String] {
    let lifetimes = plan.lifetimes
    let nextParameters = plan.nextParameters
    var names: [BufferNumber: String] = [:]
    for port in plan.inputs + plan.parameters { names[port.buffer] = port.name }
    return plan.buffers.indices.map { number in
      let buffer = plan.buffers[number]
      let place = "at \(buffer.offset), \(buffer.byteCount) bytes"
      let first = name(ofStep: lifetimes[number].first, in: plan)
      let end = name(ofStep: lifetimes[number].last, in: plan)
      let next = nextParameters[number].map { "the next \($0), " } ?? ""
      let role =
        switch buffer.role {
        case .temporary: "live \(first)–\(end)"
        case .input: "input \(names[number] ?? "")"
        case .parameter: "parameter \(names[number] ?? "")"
        case .constant: constant(plan.constants[number], constants)
        case .view(let other): "view of b\(other)"
        case .inPlace(let other):
          "live \(first)–\(end), \(next)in place of b\(other)"
        }
      return "  b\(number) \(buffer.type) \(place), \(role)"
    }
  }

  /// A step at which a lifetime begins or ends; without one it does neither.
  private static func name(ofStep step: PlanStepNumber?, in plan: Plan) -> String {
    guard let step else { return "never" }
    return step == plan.steps.endIndex ? "end" : "\(step)"
  }

  private static func constant(_ tensor: Tensor?, _ constants: Constants) -> String {
    guard let tensor, constants.allow(tensor.count) else { return "constant" }
    return "constant = " + elements(of: tensor)
  }

  /// A number, or all elements in one list.
  package static func elements(of tensor: Tensor) -> String {
    let type = tensor.scalarType
    let types = LiteralTypes([type])
    let texts: [String] =
      switch tensor.storage {
      case .f32(let values):
        values.map { types.text(.floating(bits: Double($0).bitPattern), type) }
      case .f64(let values): values.map { types.text(.floating(bits: $0.bitPattern), type) }
      case .i32(let values): values.map { String($0) }
      case .i64(let values): values.map { String($0) }
      case .u8(let values): values.map { String($0) }
      case .bool(let values): values.map { String($0) }
      }
    return tensor.extents.isEmpty ? texts[0] : KernelSpelling.list(texts)
  }
}
