import AdjointCore
import AdjointGraph
import AdjointKernels

/// How often a graph calls each function, with how many bodies, and what came of it in its plan.
///
/// What is called many times is worked on once: passes rewrite a body before it takes the place of its calls, one for
/// all calls with operands of the same types, and steps that do the same share one kernel.
enum CallReport {
  /// A line for each function that is called, and one for the kernels.
  ///
  /// - Parameters:
  ///   - graph: The graph with its calls, all of whose dimensions are bound.
  ///   - plan: The plan of the graph.
  /// - Throws: what a body says of types that do not fit it, which the plan has been made of.
  static func text(_ graph: Graph, _ plan: Plan) throws(Diagnostic) -> String {
    var count = CallCount()
    count.enter(graph, times: 1)
    var lines: [String] = []
    // Callers first, so that how often they are called is known when their own calls are counted.
    for function in graph.functions.reversed() {
      guard let calls = count.calls[function] else { continue }
      var sum = 0
      for (types, times) in calls {
        sum = sum +| times
        count.enter(try function.body(for: types), times: times)
      }
      lines.append(
        "  @\(function.name): \(sum) call\(sum == 1 ? "" : "s") of \(function.body.expandedNodeCount) nodes, "
          + (calls.count == 1 ? "one body" : "\(calls.count) bodies for operands of other types"))
    }
    if lines.isEmpty { lines.append("  none") }
    let kernels = "\(plan.launchCount) steps, \(plan.kernels.count) kernels compiled once each"
    return "calls\n" + lines.joined(separator: "\n") + "\n  \(kernels)\n"
  }
}

/// How often functions are called in one run, by the types of the operands.
private struct CallCount {
  private(set) var calls: [Function: [[TensorType]: Int]] = [:]

  mutating func enter(_ graph: Graph, times: Int) {
    let live = graph.liveNodes
    for (index, node) in graph.nodes.enumerated() where live[index] {
      for function in node.functions {
        let types = node.operands.map { graph.type(of: $0) }
        calls[function, default: [:]][types, default: 0] =
          calls[function, default: [:]][types, default: 0] +| times
      }
    }
  }
}
