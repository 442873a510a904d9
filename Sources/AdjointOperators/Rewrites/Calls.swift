import AdjointGraph

// Root: call.
extension Rewrite {
  // What computes nothing is no call: f(x, y) = (y, x).
  static let callOfNothing = Rewrite(
    .any(Call.self, of: nil), toAll: "operands",
    where: "the function gives operands back, and has no derivatives of its own",
    changing: .nothing,
    results: { match in
      guard let call = match.root(as: Call.self), call.function.vectorJacobianProduct == nil,
        call.function.jacobianVectorProduct == nil
      else { return nil }
      let body = call.function.body
      let places = body.inputs.compactMap { body.source(named: $0.name) }
      var results: [Value] = []
      for output in body.outputList {
        guard let operand = places.firstIndex(of: output.value.node) else { return nil }
        results.append(match.operands[operand])
      }
      return results
    })
}
