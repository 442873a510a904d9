import AdjointAutodiff
import AdjointCore
import AdjointGraph

// The derivative of a call is a call: of a function that was supplied, or of one derived from the body.
extension Function {
  /// From the cotangents of a call's results to those of the operands that are wanted.
  func pullback(of cotangents: [Value?], at site: Derivative.Site) -> [Value?] {
    carrying(from: site.results, cotangents, to: site.operands, in: site.builder) {
      () throws(Diagnostic) in
      if vectorJacobianProduct != nil || jacobianVectorProduct != nil {
        return try suppliedDirections(
          from: site.results, cotangents, to: site.operands, at: site,
          direct: vectorJacobianProduct, transposed: jacobianVectorProduct)
      }
      let given = cotangents.map { $0 != nil }
      guard let pullback = try pullback(wanted: site.wanted, given: given) else { return nil }
      let values = site.builder.call(pullback, site.operands + cotangents.compactMap { $0 })
      return inputs.map { input in
        pullback.outputs.firstIndex { $0.name == "cotangent.\(input.name)" }.map { values[$0] }
      }
    }
  }

  /// From the tangents of a call's operands to those of its results.
  func pushforward(of tangents: [Value?], at site: Derivative.Site) -> [Value?] {
    carrying(from: site.operands, tangents, to: site.results, in: site.builder) {
      () throws(Diagnostic) in
      if vectorJacobianProduct != nil || jacobianVectorProduct != nil {
        return try suppliedDirections(
          from: site.operands, tangents, to: site.results, at: site,
          direct: jacobianVectorProduct, transposed: vectorJacobianProduct)
      }
      guard let pushforward = try pushforward(given: tangents.map { $0 != nil }) else { return nil }
      let values = site.builder.call(pushforward, site.operands + tangents.compactMap { $0 })
      return outputs.map { output in
        pushforward.outputs.firstIndex { $0.name == "tangent.\(output.name)" }.map { values[$0] }
      }
    }
  }

  /// The directions that a body gives; where it fails, the mistake is kept and they are poisoned.
  private func carrying(
    from sources: [Value], _ directions: [Value?], to targets: [Value], in builder: GraphBuilder,
    _ body: () throws(Diagnostic) -> [Value?]?
  ) -> [Value?] {
    do throws(Diagnostic) {
      return try body() ?? targets.map { _ in nil }
    } catch {
      builder.record(error)
      return targets.map { builder.poison(like: $0.type) }
    }
  }

  /// Directions by a supplied function, which takes one for each floating-point value and gives one for each.
  ///
  /// Where only that of the other mode was supplied, it is transposed: it is linear in its directions, so that
  /// its own vector-Jacobian product with respect to them is the one wanted, whatever they are.
  private func suppliedDirections(
    from sources: [Value], _ directions: [Value?], to targets: [Value], at site: Derivative.Site,
    direct: Function?, transposed: Function?
  ) throws(Diagnostic) -> [Value?] {
    let builder = site.builder
    let known = site.operands + site.results
    var given: [Value] = []
    for (source, direction) in zip(sources, directions) where source.scalarType.isDifferentiable {
      given.append(direction ?? builder.full(0, source.type))
    }
    let floating = targets.indices.filter { targets[$0].scalarType.isDifferentiable }
    var result: [Value?] = targets.map { _ in nil }
    if let direct {
      for (target, value) in zip(floating, builder.call(direct, known + given)) {
        result[target] = value
      }
    } else if let transposed {
      let wanted = transposed.inputs.indices.map { $0 >= known.count }
      guard
        let pullback = try transposed.pullback(wanted: wanted, given: given.map { _ in true })
      else { return result }
      let anywhere = floating.map { builder.full(0, targets[$0].type) }
      let values = builder.call(pullback, known + anywhere + given)
      for (number, target) in floating.enumerated() {
        let name = "cotangent.\(transposed.inputs[known.count + number].name)"
        result[target] = pullback.outputs.firstIndex { $0.name == name }.map { values[$0] }
      }
    }
    return result
  }
}

// What is derived from the body, once for each combination of directions.
extension Function {
  /// The function of the operands and the cotangents given, called `cotangent.<output>`, that gives the cotangents
  /// wanted, called `cotangent.<input>`; those that are zero for certain are left out, and it is nil where all are.
  func pullback(wanted: [Bool], given: [Bool]) throws(Diagnostic) -> Function? {
    let sources = inputs.indices.filter {
      wanted[$0] && inputs[$0].type.scalarType.isDifferentiable
    }
    return try derived(
      "pullback", sources.map { inputs[$0] }, among: inputs,
      given: outputs.indices.filter { given[$0] }.map { outputs[$0] }, of: outputs
    ) { (builder, operands, results) throws(Diagnostic) in
      let targets = results.indices.filter { given[$0] }
      let cotangents = targets.map { target in
        builder.input(
          free("cotangent.\(outputs[target].name)", in: builder), results[target].scalarType,
          results[target].shape)
      }
      let path = DifferentiationPath(
        from: sources.map { operands[$0] }, to: targets.map { results[$0] }, in: builder,
        StandardArithmetic())
      return zip(sources, path.knownAdjoints(of: cotangents)).map { source, adjoint in
        ("cotangent.\(inputs[source].name)", adjoint)
      }
    }
  }

  /// The function of the operands and the tangents given, called `tangent.<input>`, that gives the tangents of the
  /// results, called `tangent.<output>`; those that are zero for certain are left out, and it is nil where all are.
  func pushforward(given: [Bool]) throws(Diagnostic) -> Function? {
    let sources = inputs.indices.filter { given[$0] }
    return try derived(
      "pushforward", outputs, among: outputs, given: sources.map { inputs[$0] }, of: inputs
    ) {
      (builder, operands, results) throws(Diagnostic) in
      let tangents = sources.map { source in
        builder.input(
          free("tangent.\(inputs[source].name)", in: builder), operands[source].scalarType,
          operands[source].shape)
      }
      let path = DifferentiationPath(
        from: sources.map { operands[$0] }, to: results, in: builder, StandardArithmetic())
      return zip(outputs, path.knownTangents(of: tangents)).map { output, tangent in
        ("tangent.\(output.name)", tangent)
      }
    }
  }

  private func free(_ name: String, in builder: GraphBuilder) -> String {
    var free = name
    var number = 2
    while builder.hasNode(named: free) {
      free = "\(name).\(number)"
      number += 1
    }
    return free
  }

  /// A function made of the body and more nodes, whose outputs are what `write` gives.
  ///
  /// Which directions it is about belongs to its name where they are not all there are: one function may have
  /// several such. Nil where there is no direction to carry, or none to carry it to.
  private func derived(
    _ kind: String, _ wanted: [Graph.Port], among all: [Graph.Port], given: [Graph.Port],
    of others: [Graph.Port],
    _ write: (GraphBuilder, [Value], [Value]) throws(Diagnostic) -> [(String, Value?)]
  ) throws(Diagnostic) -> Function? {
    if wanted.isEmpty || given.isEmpty { return nil }
    func names(_ ports: [Graph.Port], among all: [Graph.Port]) -> String {
      let floating = all.filter(\.type.scalarType.isDifferentiable)
      return ports == floating || ports == all ? "" : ports.map { ".\($0.name)" }.joined()
    }
    let from = names(given, among: others)
    let full = "\(name).\(kind)" + names(wanted, among: all) + (from.isEmpty ? "" : ".of" + from)
    // Names may contain points, so that two lists can come to one name; in quotation marks they cannot.
    let key = "\(kind) \(wanted.map(\.name)) of \(given.map(\.name))"
    return try self.derived(key) { () throws(Diagnostic) in
      let stable = try stableBody()
      let builder = GraphBuilder(extending: stable)
      let operands = stable.inputs.compactMap { stable.source(named: $0.name) }
        .map { builder.value(ValueID(node: $0)) }
      let results = stable.outputList.map { builder.value($0.value) }
      builder.setOutputs([])
      for (name, value) in try write(builder, operands, results) {
        if let value { builder.output(name, value) }
      }
      try builder.refuseMistakes()
      guard !builder.outputs.isEmpty else { return nil }
      let whole = try builder.build()
      var rewriter = GraphRewriter()
      rewriter.live = whole.liveNodes
      rewriter.mergesEqualNodes = true
      return try Function(rewriter.rewrite(whole).renamed(full.asDerivedName))
    }
  }

  /// The body with formulas that overflow or cancel in their stable form, which is what is differentiated.
  private func stableBody() throws(Diagnostic) -> Graph {
    var rewriter = GraphRewriter()
    rewriter.live = body.liveNodes
    rewriter.rewrites = StandardRewrites.stableForms
    rewriter.mergesEqualNodes = true
    return try rewriter.rewrite(body)
  }
}

extension String {
  /// The name of a derived function, cut off where it is long.
  ///
  /// Each derivative of a derivative adds to it, and names have a limit. Two functions may have one name.
  var asDerivedName: String {
    if utf8.count <= 160 { return self }
    var name = ""
    for character in self {
      if name.utf8.count + String(character).utf8.count > 150 { break }
      name.append(character)
    }
    while name.last == "." { name.removeLast() }
    return name + ".etc"
  }
}
