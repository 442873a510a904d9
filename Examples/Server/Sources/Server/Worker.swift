import Adjoint

/// What a thread answers with: memory of its own for the executable that all share.
struct Worker {
  private let bits = InputHandle<Float>("x")
  private let context: ExecutionContext

  /// A worker with weights in its context.
  ///
  /// - Throws: where the weights do not fit the graph, or there is no memory.
  init(_ executable: Executable, _ weights: [String: Tensor]) throws(Diagnostic) {
    context = try executable.makeContext()
    try context.setParameters(weights)
  }

  /// The answer to a line; a mistake in it is an answer too.
  func answer(to line: String) -> String {
    let fields = line.split(separator: ",")
    let numbers = fields.compactMap { Float($0) }
    guard numbers.count == 4, fields.count == 4 else { return "\(line): give four numbers" }
    do {
      // Input and output are used in place: an answer allocates no tensor.
      try context.withInput(bits) { span in
        for place in span.indices { span[place] = numbers[place] }
      }
      try context.run()
      return "\(line): \(try context.scalar("parity") == 1 ? "odd" : "even")"
    } catch {
      return "\(line): \(error)"
    }
  }
}
