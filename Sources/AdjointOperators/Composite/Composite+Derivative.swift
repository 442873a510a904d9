import AdjointAutodiff
import AdjointCore
import AdjointGraph

extension Composite {
  /// That of the expansion, for a composite that states none of its own.
  package var derivative: Derivative { expandedDerivative }

  /// Both modes by differentiating the expansion, in a graph of its own that is then written at the site.
  ///
  /// It takes time in proportion to the expansion. Formulas that a user wrote into it and that overflow or
  /// cancel are differentiated in their stable form.
  package var expandedDerivative: Derivative {
    .rules(
      vjp: { site, cotangents in
        ExpansionDerivative(of: self, at: site).pullback(of: cotangents)
      },
      jvp: { site, tangents in
        ExpansionDerivative(of: self, at: site).pushforward(of: tangents)
      })
  }
}

/// The expansion of a composite, differentiated apart from the graph that has the composite.
private struct ExpansionDerivative {
  private let site: Derivative.Site
  private let scratch: GraphBuilder
  /// What stands for the operands and the results of the site.
  private var operands: [Value] = []
  private var results: [Value] = []

  init(of composite: some Composite, at site: Derivative.Site) {
    self.site = site
    scratch = GraphBuilder(composite.mnemonic)
    for (number, operand) in site.operands.enumerated() {
      operands.append(scratch.input("operand\(number)", operand.scalarType, operand.shape))
    }
    // A pattern matches a value whichever of two equal nodes computes it.
    scratch.mergesEqualNodes = true
    if composite.takesRewrites { scratch.rewrites = StandardRewrites.stableForms }
    do throws(Diagnostic) {
      results = try composite.expansion(of: operands)
    } catch {
      scratch.record(error)
    }
    scratch.rewrites = nil
  }

  /// From the cotangents of the results to those of the operands that are wanted.
  func pullback(of cotangents: [Value?]) -> [Value?] {
    let sources = operands.indices.filter {
      site.wanted[$0] && operands[$0].scalarType.isDifferentiable
    }
    let (targets, directions) = paired(results, with: cotangents, "cotangent")
    let path = DifferentiationPath(
      from: sources.map { operands[$0] }, to: targets, in: scratch, StandardArithmetic())
    let adjoints = path.knownAdjoints(of: directions)
    var all: [Value?] = operands.map { _ in nil }
    for (source, adjoint) in zip(sources, adjoints) { all[source] = adjoint }
    return written(all, given: cotangents, like: site.operands)
  }

  /// From the tangents of the operands to those of the results.
  func pushforward(of tangents: [Value?]) -> [Value?] {
    let (sources, directions) = paired(operands, with: tangents, "tangent")
    let path = DifferentiationPath(
      from: sources, to: results, in: scratch, StandardArithmetic())
    return written(
      path.knownTangents(of: directions), given: tangents, like: site.results)
  }

  /// The values that have a direction, and inputs that stand for their directions.
  private func paired(
    _ values: [Value], with directions: [Value?], _ name: String
  ) -> (values: [Value], directions: [Value]) {
    var paired: [Value] = []
    var inputs: [Value] = []
    for (number, direction) in directions.enumerated() {
      guard let direction else { continue }
      inputs.append(scratch.input("\(name)\(number)", direction.scalarType, direction.shape))
      if number < values.count { paired.append(values[number]) }
    }
    return (paired, Array(inputs.prefix(paired.count)))
  }

  /// The values of this graph at the site, nil for those that are nil here.
  private func written(
    _ values: [Value?], given directions: [Value?], like models: [Value]
  ) -> [Value?] {
    var all: [Value?] = models.map { _ in nil }
    var known: [Int] = []
    for (number, value) in values.enumerated() {
      guard let value else { continue }
      scratch.output("result\(number)", value)
      known.append(number)
    }
    guard scratch.mistakes.isEmpty else {
      site.builder.mistakes.append(scratch.mistakes)
      return models.map { site.builder.poison(like: $0.type) }
    }
    if known.isEmpty { return all }
    do throws(Diagnostic) {
      let here = site.builder.inline(
        try scratch.build(), operands: site.operands + directions.compactMap { $0 })
      for (number, value) in zip(known, here) { all[number] = value }
    } catch {
      site.builder.record(error)
    }
    return all
  }
}
