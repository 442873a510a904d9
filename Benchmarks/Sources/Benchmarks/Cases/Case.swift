import Adjoint

/// Something to time: a graph, its inputs, and how its numbers are checked.
struct Case: Sendable {
  /// Compares what a context computed in its first run with an independent computation.
  typealias Check = (ExecutionContext) throws(Diagnostic) -> Void

  /// What a new context needs before its first run, and what is to be true after it.
  struct Start {
    let inputs: [String: Tensor]
    let check: Check
  }

  /// A graph with the way to start it.
  struct Workload {
    let graph: Graph
    /// The inputs that go with the initial parameters of a context, and the check of both.
    let start: (ExecutionContext) throws(Diagnostic) -> Start
  }

  /// The name in reports, letters, digits and `_`.
  let name: String
  /// What it computes, in one line.
  let summary: String
  /// The step size, where a step updates parameters.
  var learningRate: Double?
  /// What no program can be faster than.
  let limit: Limit
  let build: @Sendable () throws(Diagnostic) -> Workload

  /// All cases, in the order in which they run.
  static let all: [Case] =
    [scalar] + perceptrons + elementwise + [transformerBlock, hessianProduct] + furtherTraining
    + inference + derivatives + gradBench + others + swiftDerivatives
    + [shared]

  /// Cases that are run where they are named, and not compared with other systems: steps of two threads
  /// that are short, for `Benchmarks/company`, and the orders of one Jacobian.
  static let further: [Case] = [network, bodies] + orders
}

extension Case.Workload {
  /// Makes a context, gives it its inputs, runs it once and compares all that it computed.
  func checkedContext(of executable: Executable) throws(Diagnostic) -> ExecutionContext {
    let context = try executable.makeContext()
    try firstRun(in: context).check(context)
    return context
  }

  /// Gives a context its inputs and runs it once; what it computed is still to be checked.
  func firstRun(in context: ExecutionContext) throws(Diagnostic) -> Case.Start {
    let start = try start(context)
    for (name, tensor) in start.inputs { try context.set(name, to: tensor) }
    try context.run()
    return start
  }
}
