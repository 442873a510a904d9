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
  /// overflows or cancels, its derivative does. `differentiated(_:withRespectTo:mode:options:)`, which
  /// has the same inputs and outputs, is what to use for numbers.
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
  ///   output does not depend differentiably on a source, listing everything in the way;
  ///   `.invalidArgument` for no source, and for `.cotangents` in forward mode.
  public func differentiatedAsWritten(
    _ output: String, withRespectTo sources: [String], mode: DifferentiationMode = .reverse,
    options: DerivativeOptions = []
  ) throws(Diagnostic) -> Graph {
    try differentiatedAsWritten([output], withRespectTo: sources, mode: mode, options: options)
  }

  /// The graph as it is written, with the derivatives of several outputs written out as further nodes
  /// and outputs.
  ///
  /// As of one output, but that each output `y` has a gradient of its own with respect to each source
  /// `x`, the output `gradient.y.x`, and a cotangent of its own where it takes one. In forward mode all
  /// share the tangents of the sources. Where a name is taken, a number follows it.
  ///
  /// - Throws: as of one output; `.invalidArgument` for no output, `.duplicateName` for one given twice,
  ///   `.memoryLimit` where the derivatives have more nodes than a graph may have.
  public func differentiatedAsWritten(
    _ outputs: [String], withRespectTo sources: [String], mode: DifferentiationMode = .reverse,
    options: DerivativeOptions = []
  ) throws(Diagnostic) -> Graph {
    let request = DerivativeRequest(outputs, sources, mode, options)
    try request.check(in: self)
    return try request.derivative(of: self) { $0 }
  }

  /// The graph that `prepare` makes of this one, with the derivatives of outputs written out.
  ///
  /// Whether an output depends on a source is judged on this graph; where what is prepared no longer
  /// does, the derivative is zero. Inputs and outputs are those of
  /// `differentiatedAsWritten(_:withRespectTo:mode:options:)`. Where a source is neither an input nor a
  /// parameter, so that passes could look through it, only the path behind the sources is prepared,
  /// with the stable forms.
  ///
  /// - Throws: as `differentiatedAsWritten(_:withRespectTo:mode:options:)`, and what `prepare` throws.
  package func differentiated(
    _ outputs: [String], withRespectTo sources: [String], mode: DifferentiationMode,
    options: DerivativeOptions, after prepare: (Graph) throws(Diagnostic) -> Graph
  ) throws(Diagnostic) -> Graph {
    let request = DerivativeRequest(outputs, sources, mode, options)
    try request.check(in: self)
    for source in sources where try nodes[value(ofSource: source).node].operation != nil {
      return try request.derivative(of: self) { (path) in path.inStableForm() }
    }
    return try request.derivative(of: prepare(self)) { $0 }
  }
}
