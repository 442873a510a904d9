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
  func select(_ value: Value, where mask: Mask) throws(Diagnostic) -> Value {
    if mask.isEverywhere { return value }
    guard let conjunction = mask.conjunction else {
      return try select(value, where: self.mask(of: .formula(mask)))
    }
    var value = value
    for literal in conjunction { value = try select(value, where: literal) }
    return value
  }

  private func select(_ value: Value, where literal: Mask.Literal) throws(Diagnostic) -> Value {
    let selection = Selection(value: value.id, literal: literal)
    if let known = selected[selection] { return known }
    let condition = try self.value(of: literal.condition)
    let saved = (builder.currentProvenance, builder.currentLocation)
    defer { (builder.currentProvenance, builder.currentLocation) = saved }
    if let origin = origins[literal.condition] {
      (builder.currentProvenance, builder.currentLocation) = origin
    }
    let zero = try arithmetic.full(0, value.type, in: builder)
    let result =
      literal.holds
      ? try arithmetic.select(condition, value, zero)
      : try arithmetic.select(condition, zero, value)
    selected[selection] = result
    return result
  }

  /// The truth values of a condition.
  ///
  /// What it depends on has smaller numbers, and is computed before it without recursion, for a chain of
  /// such conditions may be as long as the graph.
  func value(of condition: Int) throws(Diagnostic) -> Value {
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
      values[number] = try compute(conditions[number])
    }
    return try known(condition)
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

  private func known(_ condition: Int) throws(Diagnostic) -> Value {
    guard let value = values[condition] else {
      throw Diagnostic(.invalidGraph, "a condition is used before it is computed")
    }
    return value
  }

  private func compute(_ condition: Condition) throws(Diagnostic) -> Value {
    switch condition {
    case .value(let id): return builder.value(id)
    case .formula(let mask): return try truth(of: mask)
    case .pulledBack(let mask, let node, let operand):
      let (operation, site) = try movement(node, wanting: operand)
      guard case .movement(let transpose) = operation.derivative else { break }
      let ones = try number(truth(of: mask), as: site.result.type)
      if let moved = try transpose(site, ones)[operand] { return try arithmetic.isNotZero(moved) }
    case .pushedForward(let masks, let node):
      let (operation, site) = try movement(node)
      var operands = site.operands
      for (index, mask) in masks.enumerated()
      where operands[index].scalarType.isDifferentiable {
        let type = operands[index].type
        operands[index] =
          if let mask {
            mask.isEverywhere
              ? try arithmetic.full(1, type, in: builder) : try number(truth(of: mask), as: type)
          } else {
            try arithmetic.full(0, type, in: builder)
          }
      }
      return try arithmetic.isNotZero(builder.apply(operation, operands))
    }
    throw Diagnostic(.invalidGraph, "a mask went through an operator that moves no elements")
  }

  /// A disjunction of conjunctions of conditions that are computed already.
  private func truth(of mask: Mask) throws(Diagnostic) -> Value {
    var sum: Value?
    for term in mask.terms ?? [] {
      var product: Value?
      for literal in term {
        let condition = try known(literal.condition)
        let factor = literal.holds ? condition : try arithmetic.opposite(condition)
        product = if let product { try arithmetic.and(product, factor) } else { factor }
      }
      guard let product else { continue }
      sum = if let sum { try arithmetic.or(sum, product) } else { product }
    }
    guard let sum else {
      throw Diagnostic(.invalidGraph, "a mask without conditions has no truth values")
    }
    return sum
  }

  /// 1 where the condition holds and 0 elsewhere.
  private func number(_ condition: Value, as type: TensorType) throws(Diagnostic) -> Value {
    try arithmetic.indicator(condition, as: type.scalarType)
  }

  private func movement(
    _ index: Int, wanting wanted: Int? = nil
  ) throws(Diagnostic) -> (any Operator, Derivative.Site) {
    let node = builder.node(index)
    guard let operation = node.operation else {
      throw Diagnostic(.invalidGraph, "a mask went through a node without an operator")
    }
    let site = Derivative.Site(
      operands: node.operands.map { builder.value($0) },
      results: node.resultTypes.indices.map { builder.value(ValueID(node: index, result: $0)) },
      wanted: node.operands.indices.map { $0 == wanted })
    return (operation, site)
  }
}
