import AdjointCore
import AdjointGraph
import AdjointOperators

/// The direction in which a derivative is carried through a graph.
public enum DifferentiationMode: String, Hashable, Sendable, CaseIterable {
  /// From the output to the inputs: one pass for all inputs.
  case reverse
  /// From the inputs to the output: one pass for each direction of the inputs.
  case forward
}

extension Graph {
  /// The graph with the derivative of an output written out as further nodes and outputs.
  ///
  /// In reverse mode each source `x` gets an output `gradient.x`. An output that is not a scalar
  /// needs a cotangent, a new input `cotangent.<output>` of its type. In forward mode each source
  /// gets an input `tangent.x`, its direction, and there is one new output, `tangent.<output>`. Where
  /// such a name is taken, as in the derivative of a derivative, the output's name goes in between:
  /// `gradient.<output>.x`.
  ///
  /// Existing nodes, outputs and updates stay as they are. The derivative is not simplified.
  ///
  /// - Throws: `.unknownName` for a name the graph does not have; `.notDifferentiable` where the
  ///   output does not depend differentiably on a source, listing everything in the way.
  public func differentiated(
    _ output: String, withRespectTo sources: [String], mode: DifferentiationMode = .reverse
  ) throws(Diagnostic) -> Graph {
    try checkDifferentiable(output, sources)
    let builder = GraphBuilder(extending: self)
    let target = builder.value(try value(named: output))
    var values: [Value] = []
    for source in sources { values.append(builder.value(try value(ofSource: source))) }
    let names = DerivativeNames(builder, output: output)
    switch mode {
    case .reverse:
      builder.currentProvenance = Provenance(.adjoint, of: output, rule: "output")
      let cotangent =
        target.rank == 0
        ? try builder.constant(1, target.scalarType)
        : try builder.input(names.input("cotangent", output), target.scalarType, target.shape)
      builder.currentProvenance = nil
      let adjoints = try vectorJacobianProduct(
        of: [target], cotangents: [cotangent], withRespectTo: values)
      for (source, adjoint) in zip(sources, adjoints) {
        try builder.output(names.output("gradient", source), adjoint)
      }
    case .forward:
      builder.currentProvenance = Provenance(.tangent, of: output, rule: "input")
      var tangents: [Value] = []
      for (source, value) in zip(sources, values) {
        tangents.append(
          try builder.input(names.input("tangent", source), value.scalarType, value.shape))
      }
      builder.currentProvenance = nil
      let results = try jacobianVectorProduct(
        of: [target], withRespectTo: values, tangents: tangents)
      try builder.output(names.output("tangent", output), results[0])
    }
    return try builder.build()
  }

  /// Refuses sources on which the output does not depend differentiably, all in one error.
  private func checkDifferentiable(
    _ output: String, _ sources: [String]
  ) throws(Diagnostic) {
    guard !sources.isEmpty else {
      throw Diagnostic(
        .invalidArgument,
        "there is nothing to differentiate \(output) with respect to; name inputs "
          + "or parameters")
    }
    if try depends(output, differentiablyOn: sources) { return }
    var notes: [String] = []
    for pair in try differentiability(of: [output], withRespectTo: sources).pairs {
      switch pair.dependence {
      case .differentiable: continue
      case .none: notes.append("\(output) does not depend on \(pair.source)")
      case .blocked:
        notes += pair.obstacles.map { "with respect to \(pair.source): \($0)" }
      }
    }
    guard notes.isEmpty else {
      throw Diagnostic(
        .notDifferentiable,
        "\(output) cannot be differentiated with respect to all of \(sources.joined(separator: ", "))",
        notes: notes)
    }
  }
}

extension Graph {
  /// Whether every source is an input or a parameter on which the output depends differentiably.
  ///
  /// Two sweeps for all sources together; to say what is in the way takes two for each.
  private func depends(
    _ output: String, differentiablyOn sources: [String]
  ) throws(Diagnostic) -> Bool {
    let target = try value(named: output)
    var values: [ValueID] = []
    for source in sources { values.append(try value(ofSource: source)) }
    let activity = Activity(of: [target], withRespectTo: values, in: nodes)
    return type(of: target).scalarType.isDifferentiable
      && values.allSatisfy { nodes[$0.node].operation == nil && activity.active[$0.node] }
  }
}

/// The names of a derivative's inputs and outputs.
private struct DerivativeNames {
  private let builder: GraphBuilder
  private let target: String

  init(_ builder: GraphBuilder, output: String) {
    self.builder = builder
    target = output
  }

  func output(_ kind: String, _ name: String) -> String {
    let short = "\(kind).\(name)"
    return builder.outputs.contains { $0.name == short } ? "\(kind).\(target).\(name)" : short
  }

  func input(_ kind: String, _ name: String) -> String {
    let short = "\(kind).\(name)"
    return builder.hasNode(named: short) ? "\(kind).\(target).\(name)" : short
  }
}
