import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

/// Which outputs are differentiated, with respect to what, and how.
struct DerivativeRequest {
  let outputs: [String]
  let sources: [String]
  private let mode: DifferentiationMode
  private let options: DerivativeOptions

  init(
    _ outputs: [String], _ sources: [String], _ mode: DifferentiationMode,
    _ options: DerivativeOptions
  ) {
    self.outputs = outputs
    self.sources = sources
    self.mode = mode
    self.options = options
  }

  /// The graph with the derivatives along a path, or along the one made of it.
  func derivative(
    of graph: Graph, along prepare: (DifferentiationPath) -> DifferentiationPath
  ) throws(Diagnostic) -> Graph {
    let builder = GraphBuilder(extending: graph)
    var targets: [Value] = []
    for output in outputs { targets.append(builder.value(try graph.value(named: output))) }
    var values: [Value] = []
    for source in sources { values.append(builder.value(try graph.value(ofSource: source))) }
    let path = prepare(
      DifferentiationPath(from: values, to: targets, in: builder, StandardArithmetic()))
    switch mode {
    case .reverse: try writeGradients(along: path)
    case .forward: writeTangents(along: path, like: values)
    }
    return try builder.build()
  }

  /// Appends the gradients of each output, one sweep each.
  private func writeGradients(along path: DifferentiationPath) throws(Diagnostic) {
    let builder = path.builder
    let names = DerivativeNames(builder, outputs: outputs)
    for (output, target) in zip(outputs, path.targets) {
      builder.currentProvenance = Provenance(.adjoint, of: output, rule: "output")
      let cotangent =
        target.rank == 0 && !options.contains(.cotangents)
        ? builder.constant(1, target.scalarType)
        : builder.input(names.input("cotangent", output), target.scalarType, target.shape)
      builder.currentProvenance = nil
      let own = DifferentiationPath(
        from: path.sources, to: [target], in: builder, path.arithmetic)
      for (source, adjoint) in zip(sources, own.adjoints(of: [cotangent])) {
        builder.output(names.gradient(of: output, source), adjoint)
      }
      guard builder.nodes.count <= GraphLimits.nodes else {
        throw GraphLimits.tooManyNodes(builder.name)
      }
    }
  }

  /// Appends the tangents of all outputs, in one sweep.
  private func writeTangents(along path: DifferentiationPath, like values: [Value]) {
    let builder = path.builder
    let names = DerivativeNames(builder, outputs: outputs)
    builder.currentProvenance = Provenance(.tangent, of: outputs[0], rule: "input")
    var tangents: [Value] = []
    for (source, value) in zip(sources, values) {
      tangents.append(
        builder.input(names.input("tangent", source), value.scalarType, value.shape))
    }
    builder.currentProvenance = nil
    for (output, tangent) in zip(outputs, path.tangents(of: tangents)) {
      builder.output(names.tangent(of: output), tangent)
    }
  }
}

extension DerivativeRequest {
  /// Refuses what a graph has no derivative for, all in one error.
  func check(in graph: Graph) throws(Diagnostic) {
    guard !outputs.isEmpty else {
      throw Diagnostic(
        .invalidArgument, "there is nothing to differentiate; name an output of the graph")
    }
    let listed = outputs.joined(separator: ", ")
    guard !sources.isEmpty else {
      throw Diagnostic(
        .invalidArgument,
        "there is nothing to differentiate \(listed) with respect to; name inputs "
          + "or parameters")
    }
    var seen: Set<String> = []
    for output in outputs where !seen.insert(output).inserted {
      throw Diagnostic(
        .duplicateName, "\(output) is to be differentiated twice; name it once")
    }
    if mode == .forward, options.contains(.cotangents) {
      throw Diagnostic(
        .invalidArgument,
        "forward mode takes tangents and no cotangent; leave that out, or use reverse mode")
    }
    let offenders =
      options.contains(.zeros) ? try wrongTypes(in: graph) : try obstacles(in: graph)
    guard offenders.isEmpty else {
      throw Diagnostic(
        .notDifferentiable,
        "\(listed) cannot be differentiated with respect to "
          + "\(sources.count == 1 ? "" : "all of ")\(sources.joined(separator: ", "))",
        notes: offenders)
    }
  }

  /// Values that have no derivative whatever they depend on.
  private func wrongTypes(in graph: Graph) throws(Diagnostic) -> [String] {
    var named: [(String, ValueID)] = []
    for output in outputs { named.append((output, try graph.value(named: output))) }
    for source in sources { named.append((source, try graph.value(ofSource: source))) }
    return named.compactMap { graph.typeObstacle($0, $1) }
  }

  /// The most nodes that an error lists of all pairs together.
  private static let maximumListedCount = 1 << 20

  /// What is between the outputs and the sources on which they do not depend differentiably.
  private func obstacles(in graph: Graph) throws(Diagnostic) -> [String] {
    var unclear: [String] = []
    for output in outputs where try !depends(output, in: graph) { unclear.append(output) }
    if unclear.isEmpty { return [] }
    var notes: [String] = []
    let pairCount = max(1, unclear.count *| sources.count)
    let limit = max(
      DifferentiabilityReport.maximumObstacleCount, Self.maximumListedCount / pairCount)
    let report = try graph.differentiability(
      of: unclear, withRespectTo: sources, listing: limit)
    for pair in report.pairs {
      switch pair.dependence {
      case .differentiable: continue
      case .none: notes.append("\(pair.output) does not depend on \(pair.source)")
      case .blocked:
        let place = outputs.count == 1 ? "" : "\(pair.output) "
        notes += pair.obstacles.map { "\(place)with respect to \(pair.source): \($0)" }
      }
    }
    return notes
  }

  /// Whether every source is an input or a parameter on which an output depends differentiably.
  ///
  /// Two sweeps for all sources together; to say what is in the way takes two for each.
  private func depends(_ output: String, in graph: Graph) throws(Diagnostic) -> Bool {
    let target = try graph.value(named: output)
    var values: [ValueID] = []
    for source in sources { values.append(try graph.value(ofSource: source)) }
    let activity = Activity(of: [target], withRespectTo: values, in: graph.nodes)
    return graph.type(of: target).scalarType.isDifferentiable
      && values.allSatisfy {
        graph.nodes[$0.node].operation == nil && activity.isActive($0)
      }
  }
}
