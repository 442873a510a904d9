import AdjointCore
import AdjointGraph
import AdjointOperators

// Both modes from what an operator states of its derivative. A nil tangent or cotangent is a
// symbolic zero and stays one.
extension Derivative {
  /// From the cotangents of a node's results to those of its operands.
  ///
  /// `emitting` is called before the nodes that belong to one operand alone are written.
  func pullback(
    at site: Site, of cotangents: [Value?], emitting: (_ operand: Int) -> Void
  ) throws(Diagnostic) -> [Value?] {
    switch self {
    case .zero, .stopped:
      return site.operands.map { _ in nil }
    case .partials(let partials):
      guard let cotangent = cotangents[0] else { return site.operands.map { _ in nil } }
      var result: [Value?] = []
      for (operand, partial) in try partials(site).enumerated() {
        emitting(operand)
        result.append(site.wanted[operand] ? try partial.scaled(by: cotangent) : nil)
      }
      return result
    case .linear(let transpose), .multilinear(let transpose):
      guard let cotangent = cotangents[0] else { return site.operands.map { _ in nil } }
      return try transpose(site, cotangent)
    case .rules(let vjp, _):
      return try vjp(site, cotangents)
    }
  }

  /// From the tangents of a node's operands to those of its results.
  func pushforward(
    of operation: any Operator, at site: Site, of tangents: [Value?]
  ) throws(Diagnostic) -> [Value?] {
    switch self {
    case .zero, .stopped:
      return site.results.map { _ in nil }
    case .partials(let partials):
      var terms: [Value] = []
      for (partial, tangent) in zip(try partials(site), tangents) {
        guard let tangent, let term = try partial.scaled(by: tangent) else { continue }
        terms.append(term)
      }
      return [try Value.sum(terms)]
    case .linear:
      return [try site.applied(operation, to: tangents)]
    case .multilinear:
      var terms: [Value] = []
      for (operand, tangent) in tangents.enumerated() {
        guard let tangent else { continue }
        var operands = site.operands
        operands[operand] = tangent
        terms.append(try site.builder.apply(operation, operands))
      }
      return [try Value.sum(terms)]
    case .rules(_, let jvp):
      return try jvp(site, tangents)
    }
  }
}

extension Derivative.Partial {
  /// The partial times a tangent or cotangent.
  fileprivate func scaled(by direction: Value) throws(Diagnostic) -> Value? {
    switch self {
    case .zero: nil
    case .one: direction
    case .minusOne: try -direction
    case .value(let partial): try direction * partial
    }
  }
}

extension Derivative.Site {
  /// The operator applied to the tangents, with zeros where there is none, and to the operands that
  /// carry no derivative as they are.
  fileprivate func applied(
    _ operation: any Operator, to tangents: [Value?]
  ) throws(Diagnostic) -> Value {
    var inputs: [Value] = []
    for (operand, tangent) in zip(operands, tangents) {
      if let tangent {
        inputs.append(tangent)
      } else if operand.scalarType.isDifferentiable {
        inputs.append(try builder.full(0, operand.type))
      } else {
        inputs.append(operand)
      }
    }
    return try builder.apply(operation, inputs)
  }
}

extension Value {
  /// The sum from left to right, nil for nothing.
  static func sum(_ terms: [Value]) throws(Diagnostic) -> Value? {
    guard var total = terms.first else { return nil }
    for term in terms.dropFirst() { total = try total + term }
    return total
  }
}
