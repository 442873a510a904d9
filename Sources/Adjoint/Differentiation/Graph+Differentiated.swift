import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointPasses

extension Graph {
  /// The graph after the standard passes, with the derivative of an output written out as further nodes
  /// and outputs.
  ///
  /// What is differentiated is what `compiled(_:)` computes: where a formula overflows or cancels and the
  /// passes give it a stable form, such as softplus(x) for log(1 + eˣ), the derivative is that of the
  /// stable form. `differentiatedAsWritten(_:withRespectTo:mode:options:)` takes the graph as it is.
  ///
  /// In reverse mode each source `x` gets an output `gradient.x`. An output that is not a scalar
  /// needs a cotangent, a new input `cotangent.<output>` of its type. In forward mode each source
  /// gets an input `tangent.x`, its direction, and there is one new output, `tangent.<output>`. Where
  /// such a name is taken, as in the derivative of a derivative, the output's name goes in between:
  /// `gradient.<output>.x`.
  ///
  /// Inputs, parameters, outputs and updates stay, and so do the names of the nodes that the passes
  /// keep. Whether an output depends on a source is judged on the graph as it is written; a dependence
  /// that the passes remove, such as that of x⁰, gives zeros. The nodes of the derivative are not
  /// simplified. A named node can be a source as well; the passes are then confined to the stable forms
  /// of what follows it.
  ///
  /// - Throws: `.unknownName` for a name the graph does not have; `.notDifferentiable` where the
  ///   output does not depend differentiably on a source, listing everything in the way;
  ///   `.invalidArgument` for no source, and for `.cotangents` in forward mode.
  public func differentiated(
    _ output: String, withRespectTo sources: [String], mode: DifferentiationMode = .reverse,
    options: DerivativeOptions = []
  ) throws(Diagnostic) -> Graph {
    try differentiated([output], withRespectTo: sources, mode: mode, options: options)
  }

  /// The graph after the standard passes, with the derivatives of several outputs written out as further
  /// nodes and outputs.
  ///
  /// As of one output, but that each output `y` has a gradient of its own with respect to each source
  /// `x`, the output `gradient.y.x`, and a cotangent of its own where it takes one. In forward mode all
  /// share the tangents of the sources. Where a name is taken, a number follows it. In reverse mode the
  /// nodes of the derivatives grow with the number of outputs; the standard passes merge what they have
  /// in common.
  ///
  /// - Throws: as of one output; `.invalidArgument` for no output, `.duplicateName` for one given twice,
  ///   `.memoryLimit` where the derivatives have more nodes than a graph may have.
  public func differentiated(
    _ outputs: [String], withRespectTo sources: [String], mode: DifferentiationMode = .reverse,
    options: DerivativeOptions = []
  ) throws(Diagnostic) -> Graph {
    try differentiated(outputs, withRespectTo: sources, mode: mode, options: options) {
      (graph) throws(Diagnostic) in try Pipeline.standard(graph)
    }
  }
}
