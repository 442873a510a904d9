import Adjoint

/// Something to time: a graph, its inputs, and how its numbers are checked.
struct Case: Sendable {
  /// Compares what a context computed in its first run with an independent computation.
  typealias Check = (ExecutionContext) throws(Diagnostic) -> Void

  /// A graph with the way to start it.
  struct Workload {
    let graph: Graph
    /// Gives a new context its inputs, and returns the check that belongs to them.
    let prepare: (ExecutionContext) throws(Diagnostic) -> Check
  }

  /// The name in reports, letters, digits and `_`.
  let name: String
  /// What it computes, in one line.
  let summary: String
  let build: @Sendable () throws(Diagnostic) -> Workload

  /// All cases, in the order in which they run.
  static let all: [Case] = [scalar] + perceptrons + elementwise
}
