import AdjointCore
import AdjointGraph
import AdjointOperators

extension Graph {
  /// The graph for a batch of examples: it computes at once what it computes for each of them.
  ///
  /// The named inputs get one more axis in front, of the extent given, and so does every output that depends
  /// on one of them; other inputs, parameters and outputs stay as they are, shared by all examples. What is
  /// written are ordinary operators, without a loop, so that the graph can be differentiated, printed and
  /// vectorized again.
  ///
  /// <!-- given: graph: Graph -->
  /// ```swift
  /// let batch = try graph.vectorized(over: ["x"], extent: "N")  // x: f32[3] → f32[N, 3]
  /// ```
  ///
  /// - Throws: `.unknownName` for an input that the graph does not have, `.duplicateName` for one that is
  ///   named twice; `.invalidArgument` for no input, for a parameter, and where a parameter is updated with what
  ///   differs by example; `.notBatchable` for an operator that has no rule for batches; `.invalidType`
  ///   where a type gets too large.
  public func vectorized(
    over inputs: [String], extent: Shape.Dimension
  ) throws(Diagnostic) -> Graph {
    try checkBatched(inputs)
    let (builder, writer) = try batched(over: Set(inputs), extent, StandardBatching())
    for output in outputList {
      guard let image = writer[output.value] else { continue }
      builder.output(output.name, image.value)
    }
    for update in updates {
      guard let image = writer[update.value],
        let parameter = writer[ValueID(node: update.parameter)]
      else { continue }
      guard !image.isBatched else {
        let name = label(of: update.parameter)
        throw Diagnostic(
          .invalidArgument,
          "the parameter \(name) is updated with a value that differs by example; keep the outputs alone "
            + "with keeping(outputs:) first, or update it with what the examples have in common",
          node: name)
      }
      builder.update(parameter.value, to: image.value)
    }
    return try builder.build()
  }

  private func checkBatched(_ names: [String]) throws(Diagnostic) {
    guard !names.isEmpty else {
      throw Diagnostic(
        .invalidArgument, "there is nothing to vectorize over; name inputs of the graph")
    }
    var seen: Set<String> = []
    for name in names {
      if parameters.contains(where: { $0.name == name }) {
        throw Diagnostic(
          .invalidArgument,
          "\(name) is a parameter, which all examples share; vectorize over inputs", node: name)
      }
      _ = try port(named: name, among: inputs, "input")
      guard seen.insert(name).inserted else {
        throw Diagnostic(.duplicateName, "the input \(name) is given twice; name it once")
      }
    }
  }
}
