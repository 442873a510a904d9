import AdjointAutodiff
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
  /// The graph as it is written, with the derivative of an output written out as further nodes and
  /// outputs.
  ///
  /// What the rules of the operators give, node by node: neither is simplified, so where a formula
  /// overflows or cancels, its derivative does. `differentiated(_:withRespectTo:mode:)`, which has the
  /// same inputs and outputs, is what to use for numbers.
  ///
  /// In reverse mode each source `x` gets an output `gradient.x`. An output that is not a scalar
  /// needs a cotangent, a new input `cotangent.<output>` of its type. In forward mode each source
  /// gets an input `tangent.x`, its direction, and there is one new output, `tangent.<output>`. Where
  /// such a name is taken, as in the derivative of a derivative, the output's name goes in between:
  /// `gradient.<output>.x`.
  ///
  /// Existing nodes, outputs and updates stay as they are.
  ///
  /// - Throws: `.unknownName` for a name the graph does not have; `.notDifferentiable` where the
  ///   output does not depend differentiably on a source, listing everything in the way.
  public func differentiatedAsWritten(
    _ output: String, withRespectTo sources: [String], mode: DifferentiationMode = .reverse
  ) throws(Diagnostic) -> Graph {
    try checkDifferentiable(output, sources)
    return try withDerivative(of: output, withRespectTo: sources, mode) { path in path }
  }

  /// The graph that `prepare` makes of this one, with the derivative of an output written out.
  ///
  /// Whether the output depends on a source is judged on this graph; where what is prepared no longer
  /// does, the derivative is zero. Inputs and outputs are those of
  /// `differentiatedAsWritten(_:withRespectTo:mode:)`. Where a source is neither an input nor a
  /// parameter, so that passes could look through it, only the path behind the sources is prepared,
  /// with the stable forms.
  ///
  /// - Throws: as `differentiatedAsWritten(_:withRespectTo:mode:)`, and what `prepare` throws.
  package func differentiated(
    _ output: String, withRespectTo sources: [String], mode: DifferentiationMode,
    after prepare: (Graph) throws(Diagnostic) -> Graph
  ) throws(Diagnostic) -> Graph {
    try checkDifferentiable(output, sources)
    for source in sources where try nodes[value(ofSource: source).node].operation != nil {
      return try withDerivative(of: output, withRespectTo: sources, mode) {
        (path) in path.inStableForm()
      }
    }
    return try prepare(self).withDerivative(of: output, withRespectTo: sources, mode) { $0 }
  }

  /// The graph with the derivative along a path, or along the one made of it.
  private func withDerivative(
    of output: String, withRespectTo sources: [String], _ mode: DifferentiationMode,
    along prepare: (DifferentiationPath) -> DifferentiationPath
  ) throws(Diagnostic) -> Graph {
    let builder = GraphBuilder(extending: self)
    let target = builder.value(try value(named: output))
    var values: [Value] = []
    for source in sources { values.append(builder.value(try value(ofSource: source))) }
    let names = DerivativeNames(builder, output: output)
    let path = prepare(
      DifferentiationPath(
        from: values, to: [target], in: builder, StandardArithmetic()))
    switch mode {
    case .reverse:
      builder.currentProvenance = Provenance(.adjoint, of: output, rule: "output")
      let cotangent =
        target.rank == 0
        ? builder.constant(1, target.scalarType)
        : builder.input(names.input("cotangent", output), target.scalarType, target.shape)
      builder.currentProvenance = nil
      let adjoints = path.adjoints(of: [cotangent])
      for (source, adjoint) in zip(sources, adjoints) {
        builder.output(names.output("gradient", source), adjoint)
      }
    case .forward:
      builder.currentProvenance = Provenance(.tangent, of: output, rule: "input")
      var tangents: [Value] = []
      for (source, value) in zip(sources, values) {
        tangents.append(
          builder.input(names.input("tangent", source), value.scalarType, value.shape))
      }
      builder.currentProvenance = nil
      let results = path.tangents(of: tangents)
      builder.output(names.output("tangent", output), results[0])
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
    free(kind, name, isTaken: builder.hasOutput)
  }

  func input(_ kind: String, _ name: String) -> String {
    free(kind, name, isTaken: builder.hasNode)
  }

  /// `gradient.x`, else `gradient.<output>.x`, else `gradient.<output>.x.2` and so on.
  private func free(
    _ kind: String, _ name: String, isTaken: (String) -> Bool
  ) -> String {
    let short = "\(kind).\(name)"
    guard isTaken(short) else { return short }
    let long = "\(kind).\(target).\(name)"
    guard isTaken(long) else { return long }
    var number = 2
    while isTaken("\(long).\(number)") { number += 1 }
    return "\(long).\(number)"
  }
}
