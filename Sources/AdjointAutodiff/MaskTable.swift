import AdjointCore
import AdjointGraph

/// The conditions that masks are made of, and the nodes that apply masks.
///
/// A product with a partial that is infinite or NaN is NaN also where a select made its other factor 0.
/// Masks say where that is, and are applied behind such a product. They are conditions that the graph
/// has already; nodes for anything else, such as a disjunction or a condition in another shape, are
/// written only where a mask with it is applied.
final class MaskTable {
  private enum Condition: Hashable {
    /// Truth values of the graph.
    case value(ValueID)
    /// A mask with so much in it that it is better computed once.
    case formula(Mask)
    /// Where the cotangent of an operand may be other than 0, given that of the node's result.
    case pulledBack(Mask, node: Int, operand: Int)
    /// Where the tangent of a node's result may be other than 0, given those of the operands; nil where
    /// there is none.
    case pushedForward([Mask?], node: Int)
  }

  /// Masks with more literals become conditions of their own, so that none grows without bound.
  private static let largestSize = 8

  let arithmetic: any DerivativeArithmetic
  private let builder: GraphBuilder
  private var conditions: [Condition] = []
  private var numbers: [Condition: Int] = [:]
  private var values: [Int: Value] = [:]
  /// The node whose partial a condition comes from.
  private var origins: [Int: (provenance: Provenance?, location: SourceLocation?)] = [:]
  private var selected: [Selection: Value] = [:]

  private struct Selection: Hashable {
    let value: ValueID
    let literal: Mask.Literal
  }

  init(_ builder: GraphBuilder, _ arithmetic: any DerivativeArithmetic) {
    self.builder = builder
    self.arithmetic = arithmetic
  }

  /// Where a condition of the graph holds, or where it does not.
  func literal(_ condition: Value, holds: Bool) -> Mask.Literal {
    let number = number(of: .value(condition.id))
    if origins[number] == nil {
      origins[number] = (builder.currentProvenance, builder.currentLocation)
    }
    return Mask.Literal(condition: number, holds: holds)
  }

  func and(_ left: Mask, _ right: Mask) -> Mask { compact(left.and(right)) }

  func or(_ left: Mask, _ right: Mask) -> Mask { compact(left.or(right)) }

  /// The mask of an operand's cotangent, from that of the result, for an operator that moves elements.
  func pulledBack(_ mask: Mask, through node: Int, to operand: Int) -> Mask {
    if mask.isEverywhere { return mask }
    return self.mask(of: .pulledBack(mask, node: node, operand: operand))
  }

  /// The mask of a result's tangent, from those of the operands, for an operator that moves elements.
  func pushedForward(_ masks: [Mask?], through node: Int) -> Mask {
    if masks.allSatisfy({ $0?.isEverywhere ?? true }) { return .everywhere }
    return mask(of: .pushedForward(masks, node: node))
  }

  /// Says which contribution to an adjoint the last condition of a mask made.
  func note(contribution: Int, of node: String, operand: Int, in mask: Mask) {
    guard let last = mask.conjunction?.last?.condition, var origin = origins[last]?.provenance,
      origin.node == node, origin.operand == operand, origin.contribution == nil
    else { return }
    origin.contribution = contribution
    origins[last]?.provenance = origin
  }

  private func compact(_ mask: Mask) -> Mask {
    mask.size <= Self.largestSize ? mask : self.mask(of: .formula(mask))
  }

  private func mask(of condition: Condition) -> Mask {
    Mask(Mask.Literal(condition: number(of: condition), holds: true))
  }

  private func number(of condition: Condition) -> Int {
    if let number = numbers[condition] { return number }
    numbers[condition] = conditions.count
    conditions.append(condition)
    return conditions.count - 1
  }

  /// The value where the mask holds, and 0 elsewhere.
  func select(_ value: Value, where mask: Mask) -> Value {
    if mask.isEverywhere { return value }
    guard let conjunction = mask.conjunction else {
      return select(value, where: self.mask(of: .formula(mask)))
    }
    var value = value
    for literal in conjunction { value = select(value, where: literal) }
    return value
  }

  private func select(_ value: Value, where literal: Mask.Literal) -> Value {
    let selection = Selection(value: value.id, literal: literal)
    if let known = selected[selection] { return known }
    let condition = self.value(of: literal.condition)
    let saved = (builder.currentProvenance, builder.currentLocation)
    defer { (builder.currentProvenance, builder.currentLocation) = saved }
    if let origin = origins[literal.condition] {
      (builder.currentProvenance, builder.currentLocation) = origin
    }
    let zero = arithmetic.full(0, value.type, in: builder)
    let result =
      literal.holds
      ? arithmetic.select(condition, value, zero)
      : arithmetic.select(condition, zero, value)
    selected[selection] = result
    return result
  }

  /// The truth values of a condition.
  ///
  /// What it depends on has smaller numbers, and is computed before it without recursion, for a chain of
  /// such conditions may be as long as the graph.
  func value(of condition: Int) -> Value {
    var needed = [condition]
    var seen: Set<Int> = [condition]
    var next = 0
    while next < needed.count {
      for other in dependencies(of: needed[next]) where values[other] == nil {
        if seen.insert(other).inserted { needed.append(other) }
      }
      next += 1
    }
    for number in needed.sorted() where values[number] == nil {
      values[number] = compute(conditions[number])
    }
    return known(condition)
  }

  private func dependencies(of condition: Int) -> [Int] {
    let masks: [Mask?] =
      switch conditions[condition] {
      case .value: []
      case .formula(let mask), .pulledBack(let mask, _, _): [mask]
      case .pushedForward(let masks, _): masks
      }
    return masks.flatMap { $0?.terms ?? [] }.flatMap { $0 }.map(\.condition)
  }

  private func known(_ condition: Int) -> Value {
    values[condition] ?? fault("a condition is used before it is computed")
  }

  /// What stands for truth values that cannot be computed; only a mistake in this package leads here.
  private func fault(_ message: String) -> Value {
    builder.poison(Diagnostic(.invalidGraph, message), like: nil)
  }

  private func compute(_ condition: Condition) -> Value {
    switch condition {
    case .value(let id): return builder.value(id)
    case .formula(let mask): return truth(of: mask)
    case .pulledBack(let mask, let node, let operand):
      guard let (operation, site) = movement(node, wanting: operand),
        case .movement(let transpose) = operation.derivative
      else { break }
      let ones = number(truth(of: mask), as: site.result.type)
      if let moved = transpose(site, ones)[operand] { return arithmetic.isNotZero(moved) }
    case .pushedForward(let masks, let node):
      guard let (operation, site) = movement(node) else { break }
      var operands = site.operands
      for (index, mask) in masks.enumerated()
      where operands[index].scalarType.isDifferentiable {
        let type = operands[index].type
        operands[index] =
          if let mask {
            mask.isEverywhere
              ? arithmetic.full(1, type, in: builder) : number(truth(of: mask), as: type)
          } else {
            arithmetic.full(0, type, in: builder)
          }
      }
      return arithmetic.isNotZero(builder.apply(operation, operands))
    }
    return fault("a mask went through an operator that moves no elements")
  }

  /// A disjunction of conjunctions of conditions that are computed already.
  private func truth(of mask: Mask) -> Value {
    var sum: Value?
    for term in mask.terms ?? [] {
      var product: Value?
      for literal in term {
        let condition = known(literal.condition)
        let factor = literal.holds ? condition : arithmetic.opposite(condition)
        product = if let product { arithmetic.and(product, factor) } else { factor }
      }
      guard let product else { continue }
      sum = if let sum { arithmetic.or(sum, product) } else { product }
    }
    return sum ?? fault("a mask without conditions has no truth values")
  }

  /// 1 where the condition holds and 0 elsewhere.
  private func number(_ condition: Value, as type: TensorType) -> Value {
    arithmetic.indicator(condition, as: type.scalarType)
  }

  /// The operator of a node and the values around it; nil for an input or a parameter.
  private func movement(
    _ index: Int, wanting wanted: Int? = nil
  ) -> (any Operator, Derivative.Site)? {
    let node = builder.node(index)
    guard let operation = node.operation else { return nil }
    let site = Derivative.Site(
      operands: node.operands.map { builder.value($0) },
      results: node.resultTypes.indices.map { builder.value(ValueID(node: index, result: $0)) },
      wanted: node.operands.indices.map { $0 == wanted })
    return (operation, site)
  }
}
