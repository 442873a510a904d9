import AdjointCore
import AdjointGraph

/// Writes the tangent graph: from the tangents of some values to those of others, in the order of the
/// nodes between them.
enum ForwardMode {
  /// The tangents of `targets` for given tangents of `sources`; nil where no path leads.
  static func tangents(
    of targets: [Value], withRespectTo sources: [Value], tangents: [Value],
    in builder: GraphBuilder, _ arithmetic: any DerivativeArithmetic
  ) -> [Value?] {
    let saved = (builder.currentProvenance, builder.currentLocation)
    defer { (builder.currentProvenance, builder.currentLocation) = saved }
    let nodes = builder.nodes
    let labels = NodeLabels(nodes)
    let activity = Activity(
      of: targets.map(\.id), withRespectTo: sources.map(\.id), in: nodes)
    let masks = MaskTable(builder, arithmetic)
    var known: [ValueID: Direction] = [:]
    for (source, tangent) in zip(sources, tangents) { known[source.id] = Direction(tangent) }
    for (index, node) in nodes.enumerated() where activity.activeNodes[index] {
      guard let operation = node.operation else { continue }
      var directions = node.operands.map { known[$0] }
      guard directions.contains(where: { $0 != nil }) else { continue }
      let label = labels[index]
      builder.currentProvenance = Provenance(.tangent, of: label, rule: node.mnemonic)
      builder.currentLocation = node.location
      let site = Derivative.Site(
        operands: node.operands.map { builder.value($0) },
        results: node.resultTypes.indices.map { builder.value(ValueID(node: index, result: $0)) },
        wanted: directions.map { $0 != nil })
      let derivative = operation.derivative
      if !derivative.keepsPendingMasks {
        for (operand, direction) in directions.enumerated() {
          if let direction { directions[operand] = masks.materialized(direction) }
        }
      }
      let mistakes = builder.mistakes.count
      let results = derivative.pushforward(
        of: operation, index, at: site, of: directions, in: masks)
      builder.mistakes.concern(node: label, from: mistakes)
      for (result, tangent) in results.enumerated() {
        let id = ValueID(node: index, result: result)
        guard let tangent, known[id] == nil else { continue }
        known[id] = tangent
      }
    }
    var results: [Value?] = []
    for target in targets {
      guard let tangent = known[target.id] else {
        results.append(nil)
        continue
      }
      results.append(masks.materialized(tangent).value)
    }
    return results
  }
}
