import AdjointCore

/// A plan as human-readable text: kernels as scalar programs, steps, buffers with their places and lifetimes.
package enum PlanPrinter {
  /// The whole plan, one line for each buffer and step.
  package static func text(_ plan: Plan) -> String {
    var lines = [summary(plan), "", "kernels"]
    for (number, kernel) in plan.kernels.enumerated() {
      let body = KernelPrinter.lines(kernel)
      lines.append("  k\(number) \(body[0])")
      lines += body.dropFirst().map { "    " + $0 }
    }
    lines += ["", "steps"]
    for (number, step) in plan.steps.enumerated() {
      let results = step.results.map { "b\($0)" }.joined(separator: ", ")
      let operands = step.operands.map { "b\($0)" }.joined(separator: ", ")
      let label = step.label.isEmpty ? "" : "  \(step.label)"
      lines.append("  \(number): \(results) = k\(step.kernel)(\(operands))\(label)")
    }
    if !plan.forks.isEmpty {
      lines += ["", "forks"]
      lines += plan.forks.map { fork in
        "  "
          + fork.branches.map { "\($0.lowerBound)–\($0.upperBound - 1)" }.joined(separator: " | ")
      }
    }
    lines += ["", "buffers"]
    lines += bufferLines(plan)
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

  private static func bufferLines(_ plan: Plan) -> [String] {
    let lifetimes = plan.lifetimes
    let nextParameters = plan.nextParameters
    var names: [Plan.BufferID: String] = [:]
    for port in plan.inputs + plan.parameters { names[port.buffer] = port.name }
    return plan.buffers.indices.map { number in
      let buffer = plan.buffers[number]
      let place = "at \(buffer.offset), \(buffer.byteCount) bytes"
      let (first, last) = (lifetimes[number].first ?? -1, lifetimes[number].last ?? -1)
      let end = last == plan.steps.count ? "end" : String(last)
      let next = nextParameters[number].map { "the next \($0), " } ?? ""
      let role =
        switch buffer.role {
        case .temporary: "live \(first)–\(end)"
        case .input: "input \(names[number] ?? "")"
        case .parameter: "parameter \(names[number] ?? "")"
        case .constant: "constant"
        case .view(let other): "view of b\(other)"
        case .inPlace(let other):
          "live \(first)–\(end), \(next)in place of b\(other)"
        }
      return "  b\(number) \(buffer.type) \(place), \(role)"
    }
  }
}
