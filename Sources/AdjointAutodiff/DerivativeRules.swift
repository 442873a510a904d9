import AdjointCore
import AdjointGraph

// Both modes from what an operator states of its derivative. A nil tangent or cotangent is a
// symbolic zero and stays one. Where `keepsPendingMasks` is false, the masks of what is given have been
// applied.
extension Derivative {
  /// From the cotangents of a node's results to those of its operands.
  ///
  /// `emitting` is called before the nodes that belong to one operand alone are written.
  func pullback(
    of node: Int, at site: Site, of cotangents: [Direction?], in masks: MaskTable,
    emitting: (_ operand: Int) -> Void
  ) -> [Direction?] {
    switch self {
    case .zero, .stopped:
      return site.operands.map { _ in nil }
    case .partials(let partials):
      guard let cotangent = cotangents[0] else { return site.operands.map { _ in nil } }
      var result: [Direction?] = []
      for (operand, partial) in partials(site).enumerated() {
        emitting(operand)
        result.append(
          site.wanted[operand] ? masks.product(of: cotangent, and: partial) : nil)
      }
      return result
    case .movement(let transpose):
      guard let cotangent = cotangents[0] else { return site.operands.map { _ in nil } }
      return transpose(site, cotangent.value).enumerated().map { operand, value in
        value.map {
          Direction($0, applied: masks.pulledBack(cotangent.applied, through: node, to: operand))
        }
      }
    case .linear(let transpose), .multilinear(let transpose):
      guard let cotangent = cotangents[0] else { return site.operands.map { _ in nil } }
      return transpose(site, cotangent.value).map { $0.map { Direction($0) } }
    case .rules(let vjp, _):
      return vjp(site, cotangents.map { $0?.value }).map { $0.map { Direction($0) } }
    }
  }

  /// From the tangents of a node's operands to those of its results.
  func pushforward(
    of operation: any Operator, _ node: Int, at site: Site, of tangents: [Direction?],
    in masks: MaskTable
  ) -> [Direction?] {
    switch self {
    case .zero, .stopped:
      return site.results.map { _ in nil }
    case .partials(let partials):
      var terms: [Direction] = []
      for (partial, tangent) in zip(partials(site), tangents) {
        guard let tangent, let term = masks.product(of: tangent, and: partial) else { continue }
        terms.append(term)
      }
      return [masks.sum(terms)]
    case .movement:
      let result = site.applied(operation, to: tangents.map { $0?.value }, masks.arithmetic)
      let mask = masks.pushedForward(tangents.map { $0?.applied }, through: node)
      return [Direction(result, applied: mask)]
    case .linear:
      return [
        Direction(site.applied(operation, to: tangents.map { $0?.value }, masks.arithmetic))
      ]
    case .multilinear:
      var terms: [Direction] = []
      for (operand, tangent) in tangents.enumerated() {
        guard let tangent else { continue }
        var operands = site.operands
        operands[operand] = tangent.value
        terms.append(Direction(site.builder.apply(operation, operands)))
      }
      return [masks.sum(terms)]
    case .rules(_, let jvp):
      return jvp(site, tangents.map { $0?.value }).map { $0.map { Direction($0) } }
    }
  }

  /// Whether directions keep a mask that is not yet applied: only products with partials can.
  var keepsPendingMasks: Bool {
    switch self {
    case .zero, .stopped, .partials: true
    case .movement, .linear, .multilinear, .rules: false
    }
  }
}

extension Derivative.Site {
  /// The operator applied to the tangents, with zeros where there is none, and to the operands that
  /// carry no derivative as they are.
  fileprivate func applied(
    _ operation: any Operator, to tangents: [Value?], _ arithmetic: any DerivativeArithmetic
  ) -> Value {
    var inputs: [Value] = []
    for (operand, tangent) in zip(operands, tangents) {
      if let tangent {
        inputs.append(tangent)
      } else if operand.scalarType.isDifferentiable {
        inputs.append(arithmetic.full(0, operand.type, in: builder))
      } else {
        inputs.append(operand)
      }
    }
    return builder.apply(operation, inputs)
  }
}
