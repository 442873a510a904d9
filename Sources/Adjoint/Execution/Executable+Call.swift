import AdjointCore
import AdjointGraph
import AdjointRuntime
import Synchronization

extension Executable {
  /// Runs the graph once on values by name: `try executable(["x": x])["y"]`.
  ///
  /// Every input needs a value. A parameter without one has its initial value for seed 0, in every
  /// call: what a call gives or the graph updates is not kept. For values that stay, make a context.
  ///
  /// The memory is kept for later calls, so repeated calls allocate what goes out of them and little
  /// else. Calls at the same time, from several threads, have one memory each.
  ///
  /// - Returns: Every output by name.
  /// - Throws: `.missingInput` that lists the inputs without a value; `.unknownName` that lists the names
  ///   that no input and no parameter has; `.shapeMismatch` or `.scalarTypeMismatch` for a value that does not fit, `.memoryLimit` where the
  ///   memory cannot be had.
  public func callAsFunction(_ values: [String: Tensor]) throws(Diagnostic) -> [String: Tensor] {
    let missing = inputs.filter { values[$0.name] == nil }
    guard missing.isEmpty else {
      throw Diagnostic(
        .missingInput,
        "\(missing.count == 1 ? "input" : "inputs") \(missing.map(\.name).joined(separator: ", ")) "
          + "must be given",
        notes: missing.map { "\($0.name): \($0.type)" })
    }
    var kept: CallMemory.Kept
    if let idle = calls.take() { kept = idle } else { kept = try makeKeptMemory() }
    defer { calls.keep(kept) }
    let context = ExecutionContext(self, kept.memory)
    for (name, initial) in kept.initialValues where values[name] == nil {
      try context.set(name, to: initial)
    }
    try context.refuseUnknown(values.keys)
    let parameterNames = Set(parameters.map(\.name))
    // In the order of their names, so that of several mistakes the same one is reported.
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      if parameterNames.contains(name), kept.initialValues[name] == nil {
        kept.initialValues[name] = try context.parameter(name)
      }
      try context.set(name, to: value)
    }
    try context.run()
    var results: [String: Tensor] = [:]
    for port in outputs { results[port.name] = try context.output(port.name) }
    return results
  }

  private func makeKeptMemory() throws(Diagnostic) -> CallMemory.Kept {
    let context = try makeContext()
    var initialValues: [String: Tensor] = [:]
    for name in calls.updatedParameters { initialValues[name] = try context.parameter(name) }
    return CallMemory.Kept(memory: context.memory, initialValues: initialValues)
  }
}

/// The memory of calls of an executable that have ended.
final class CallMemory: Sendable {
  /// Memory that one call at a time uses.
  ///
  /// It holds no executable, which holds it.
  struct Kept: @unchecked Sendable {
    let memory: PlanContext
    /// The initial values of the parameters that may have others since.
    var initialValues: [String: Tensor]
  }

  /// The parameters that a run changes.
  let updatedParameters: [String]
  private let idle = Mutex<[Kept]>([])

  init(updating updatedParameters: [String]) { self.updatedParameters = updatedParameters }

  /// Memory that no call uses, if there is any.
  func take() -> Kept? { idle.withLock { $0.popLast() } }

  /// Keeps the memory of a call that has ended.
  func keep(_ kept: Kept) { idle.withLock { $0.append(kept) } }
}
