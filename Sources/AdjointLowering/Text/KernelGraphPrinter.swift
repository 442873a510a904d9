import AdjointCore
import AdjointKernels

/// A kernel graph as text, which `KernelGraphParser` reads: values, then steps in order, each with the nodes
/// that it stands for and its kernel.
package struct KernelGraphPrinter {
  static let head = "kernel graph 1"

  private let graph: KernelGraph
  private let label: (Int) -> String

  /// The text of a kernel graph whose nodes have labels.
  package static func text(_ graph: KernelGraph, labels: @escaping (Int) -> String) -> String {
    KernelGraphPrinter(graph: graph, label: labels).lines.joined(separator: "\n") + "\n"
  }

  private var lines: [String] {
    var lines = [Self.head, "", "values"]
    let isUsed = isUsed
    for (number, value) in graph.values.enumerated() where isUsed[number] {
      lines.append("  v\(number) \(value.type) " + source(of: value))
    }
    lines += ["", "steps"]
    for (number, step) in graph.steps.enumerated() { lines += self.lines(step, number) }
    lines += ["", "outputs"]
    lines += graph.outputs.map { "  \($0.name) \($0.type) = \(name(of: $0.value))" }
    if !graph.updates.isEmpty {
      lines += ["", "updates"]
      lines += graph.updates.map { "  \(name(of: $0.parameter)) = \(name(of: $0.value))" }
    }
    return lines
  }

  /// Which values there is something to say of: what is given, and what steps read and write.
  private var isUsed: [Bool] {
    var isUsed = graph.values.map { value in
      switch value.source {
      case .input, .parameter: true
      case .constant, .computed: false
      }
    }
    for step in graph.steps {
      for value in step.reads + step.writes { isUsed[value] = true }
      if case .rows(let group) = step.work { for value in group.locals { isUsed[value] = true } }
    }
    for output in graph.outputs { isUsed[output.value] = true }
    for update in graph.updates { isUsed[update.value] = true }
    return isUsed
  }

  private func source(of value: KernelGraph.Value) -> String {
    switch value.source {
    case .input(let name): "input \(name)"
    case .parameter(let name): "parameter \(name)"
    case .constant(let tensor): "constant = " + PlanPrinter.elements(of: tensor)
    case .computed: value.node.map { "%" + label($0) } ?? "computed"
    }
  }

  private func name(of value: ValueNumber) -> String { KernelSpelling.name(of: .value(value)) }

  private func list(_ values: [ValueNumber]) -> String {
    values.map(name).joined(separator: ", ")
  }

  private func lines(_ step: KernelGraph.Step, _ number: Int) -> [String] {
    let nodes = step.nodes.map { " %" + label($0) }.joined()
    switch step.work {
    case .nest(let nest):
      return ["  s\(number)\(nodes)"] + indented(KernelPrinter.lines(nest))
    case .rows(let group):
      let locals = group.locals.isEmpty ? "" : " with " + list(group.locals)
      return ["  s\(number)\(nodes)", "    rows \(group.rows)" + locals]
        + KernelPrinter.lines(of: group.stages).map { "      " + $0 }
    case .call(let kernel, let operands, let results):
      return ["  s\(number)\(nodes)", "    \(list(results)) = (\(list(operands)))"]
        + indented(KernelPrinter.lines(kernel))
    }
  }

  /// The lines of a kernel, those below its head further in.
  private func indented(_ lines: [String]) -> [String] {
    lines.enumerated().map { ($0.offset == 0 ? "    " : "      ") + $0.element }
  }
}
