import AdjointCore
import AdjointGraph

/// What one child contributes to the adjoint of a value.
package struct AdjointTerm {
  /// The node that reads the value; nil for the cotangent that is given for it.
  package let child: Int?
  /// The place at which it reads it.
  package let operand: Int
  /// The contribution.
  package let value: Value
}

/// Writes the backward graph: from the cotangents of some values to the adjoints of others.
///
/// Nodes are visited from the last to the first, only those on a path between the two. A value with
/// several children gets the sum of their contributions, added from the last child to the first,
/// always in that order. What a select lets through only in part keeps that mask on its way through
/// element-wise operators and such as move elements; where contributions have different ones, their sum
/// has the disjunction, and none where one has none.
struct ReverseMode {
  private let builder: GraphBuilder
  /// The nodes up to the last that can be on a path.
  ///
  /// Those behind it, such as the derivatives of other targets, are none of the sweep's business. It is a
  /// list of its own, so that the builder need not copy its list when it appends to it.
  private let nodes: [Node]
  private let masks: MaskTable
  private let labels: NodeLabels
  private var contributions: [ValueID: [Direction]] = [:]
  /// Where the contributions to the adjoint of one value are wanted by themselves: that value, and they.
  private var listing: (value: ValueID, terms: [AdjointTerm])?

  /// What the children of a value contribute to its adjoint, for given cotangents of `targets`, in the order in which
  /// they are added; the last child comes first.
  static func terms(
    of targets: [Value], cotangents: [Value], contributedTo source: Value,
    in builder: GraphBuilder, _ arithmetic: any DerivativeArithmetic
  ) -> [AdjointTerm] {
    let count = (targets + [source]).map { $0.id.node + 1 }.max() ?? 0
    var sweep = ReverseMode(builder, Array(builder.nodes.prefix(count)), arithmetic)
    sweep.listing = (source.id, [])
    _ = sweep.run(targets, cotangents, [source])
    return sweep.listing?.terms ?? []
  }

  /// The adjoints of `sources` for given cotangents of `targets`; nil where no path leads.
  static func adjoints(
    of targets: [Value], cotangents: [Value], withRespectTo sources: [Value],
    in builder: GraphBuilder, _ arithmetic: any DerivativeArithmetic
  ) -> [Value?] {
    let count = (targets + sources).map { $0.id.node + 1 }.max() ?? 0
    var sweep = ReverseMode(builder, Array(builder.nodes.prefix(count)), arithmetic)
    return sweep.run(targets, cotangents, sources)
  }

  private init(
    _ builder: GraphBuilder, _ nodes: [Node], _ arithmetic: any DerivativeArithmetic
  ) {
    self.builder = builder
    self.nodes = nodes
    masks = MaskTable(builder, arithmetic)
    labels = NodeLabels(nodes)
  }

  private mutating func run(
    _ targets: [Value], _ cotangents: [Value], _ sources: [Value]
  ) -> [Value?] {
    let saved = (builder.currentProvenance, builder.currentLocation)
    defer { (builder.currentProvenance, builder.currentLocation) = saved }
    let activity = Activity(
      of: targets.map(\.id), withRespectTo: sources.map(\.id), in: nodes)
    for (target, cotangent) in zip(targets, cotangents) {
      contributions[target.id, default: []].append(Direction(cotangent))
      if listing?.value == target.id {
        listing?.terms.append(AdjointTerm(child: nil, operand: 0, value: cotangent))
      }
    }
    let wantedAdjoints = Set(sources.map(\.id))
    var adjoints: [ValueID: Value] = [:]
    for index in nodes.indices.reversed() where activity.activeNodes[index] {
      let node = nodes[index]
      var cotangents: [Direction?] = []
      for result in node.resultTypes.indices {
        let id = ValueID(node: index, result: result)
        let adjoint = accumulated(id, node)
        if wantedAdjoints.contains(id), let adjoint {
          adjoints[id] = masks.materialized(adjoint).value
        }
        cotangents.append(adjoint)
      }
      // Nothing to pull back reaches a node whose readers say that their derivative is zero.
      if let operation = node.operation, cotangents.contains(where: { $0 != nil }),
        node.operands.contains(where: { activity.isActive($0) })
      {
        pullBack(operation, index, node, cotangents, activity)
      }
    }
    return sources.map { adjoints[$0.id] }
  }

  /// The sum of the contributions to a value's adjoint.
  private mutating func accumulated(_ id: ValueID, _ node: Node) -> Direction? {
    guard let terms = contributions.removeValue(forKey: id) else { return nil }
    builder.currentProvenance = Provenance(
      .accumulation, of: labels[id.node], rule: node.mnemonic)
    builder.currentLocation = node.location
    return masks.sum(terms)
  }

  private mutating func pullBack(
    _ operation: any Operator, _ index: Int, _ node: Node, _ cotangents: [Direction?],
    _ activity: Activity
  ) {
    let builder = builder
    let site = Derivative.Site(
      operands: node.operands.map { builder.value($0) },
      results: node.resultTypes.indices.map { builder.value(ValueID(node: index, result: $0)) },
      wanted: node.operands.map { activity.isActive($0) })
    let label = labels[index]
    let reason = Provenance(.adjoint, of: label, rule: node.mnemonic)
    builder.currentProvenance = reason
    builder.currentLocation = node.location
    let derivative = operation.derivative
    var cotangents = cotangents
    if !derivative.keepsPendingMasks {
      for (index, cotangent) in cotangents.enumerated() {
        if let cotangent { cotangents[index] = masks.materialized(cotangent) }
      }
    }
    let first = builder.nodes.count
    let mistakes = builder.mistakes.count
    let results = derivative.pullback(of: index, at: site, of: cotangents, in: masks) { operand in
      builder.currentProvenance = Provenance(
        .adjoint, of: label, rule: node.mnemonic, operand: operand)
    }
    builder.mistakes.concern(node: label, from: mistakes)
    for (operand, contribution) in results.enumerated() where site.wanted[operand] {
      guard let contribution else { continue }
      let id = node.operands[operand]
      let number = contributions[id]?.count ?? 0
      if contribution.value.id.node >= first {
        builder.setProvenance(
          Provenance(
            .adjoint, of: label, rule: node.mnemonic, operand: operand, contribution: number),
          of: contribution.value.id.node)
      }
      masks.note(contribution: number, of: label, operand: operand, in: contribution.pending)
      contributions[id, default: []].append(contribution)
      if listing?.value == id {
        listing?.terms.append(
          AdjointTerm(child: index, operand: operand, value: masks.materialized(contribution).value)
        )
      }
    }
  }
}
