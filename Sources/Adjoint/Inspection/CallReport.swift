import AdjointCore
import AdjointGraph
import AdjointKernels

/// How often a graph calls each function, and what came of it in its plan.
///
/// What is called many times is worked on once: passes rewrite the body before it takes the place of its calls, and
/// steps that do the same share one kernel.
enum CallReport {
  /// A line for each function and one for their kernels; empty where nothing is called.
  ///
  /// - Parameters:
  ///   - graph: The graph with its calls.
  ///   - plan: The plan of the graph.
  static func text(_ graph: Graph, _ plan: Plan) -> String {
    let counts = graph.callCounts
    if counts.isEmpty { return "" }
    let lines = counts.map { function, count in
      "  @\(function.name): \(count) call\(count == 1 ? "" : "s") of "
        + "\(function.body.expandedNodeCount) nodes"
    }
    let calls = counts.reduce(0) { $0 +| $1.count }
    let kernels = plan.kernels.count
    // As many kernels as calls is what becomes of calls for other extents each, or fused with other things each.
    let verdict = kernels < calls ? "bodies are compiled once" : "bodies are compiled call by call"
    return (["calls"] + lines).joined(separator: "\n")
      + "\n  \(verdict): \(plan.launchCount) steps, \(kernels) different kernels\n\n"
  }
}

extension Graph {
  /// How often each function is called in one run, callers first.
  fileprivate var callCounts: [(function: Function, count: Int)] {
    var counts: [Function: Int] = [:]
    func enter(_ graph: Graph, times: Int) {
      for function in graph.nodes.flatMap(\.functions) {
        counts[function, default: 0] = counts[function, default: 0] +| times
      }
    }
    enter(self, times: 1)
    var listed: [(function: Function, count: Int)] = []
    for function in functions.reversed() {
      guard let count = counts[function] else { continue }
      listed.append((function, count))
      enter(function.body, times: count)
    }
    return listed
  }
}
