import AdjointCore
import AdjointGraph

/// A scalar output of a graph together with its gradient, compiled to be called on values.
///
/// <!-- given: graph: Graph, x: Tensor, w: Tensor, b: Tensor -->
/// ```swift
/// let loss = try graph.valueAndGradient(of: "loss", withRespectTo: ["w", "b"])
/// let (value, gradient) = try loss(["x": x, "w": w, "b": b])
/// print(value, gradient["w"]?.extents ?? [])
/// ```
public struct GradientFunction: Sendable {
  /// What computes both.
  public let executable: Executable
  /// The output whose value and gradient it gives.
  public let output: String
  /// What it is differentiated with respect to, in the order given.
  public let sources: [String]
  /// The outputs of the executable with the gradients, in the order of the sources.
  private let gradients: [String]

  fileprivate init(
    _ executable: Executable, _ output: String, _ sources: [String], gradients: [String]
  ) {
    self.executable = executable
    self.output = output
    self.sources = sources
    self.gradients = gradients
  }

  /// The value of the output, and its gradient with respect to each source by name.
  ///
  /// Every input needs a value; a parameter without one has its initial value for seed 0. Calls from
  /// several threads at a time have one memory each.
  ///
  /// - Throws: as calling an executable does.
  public func callAsFunction(
    _ values: [String: Tensor]
  ) throws(Diagnostic) -> (value: Tensor, gradient: [String: Tensor]) {
    var results = try executable(values)
    var gradient: [String: Tensor] = [:]
    for (source, name) in zip(sources, gradients) {
      gradient[source] = results.removeValue(forKey: name)
    }
    guard let value = results[output], gradient.count == sources.count else {
      throw Diagnostic(.invalidGraph, "the graph of the gradient has lost an output")
    }
    return (value, gradient)
  }
}

extension Graph {
  /// A scalar output together with its gradient with respect to inputs or parameters, compiled.
  ///
  /// One run of one graph gives both, by reverse mode: what they have in common is computed once, and what
  /// neither needs, other outputs and updates, is left out.
  ///
  /// - Throws: as `differentiated(_:withRespectTo:mode:options:)` and `compiled(_:on:)`;
  ///   `.shapeMismatch` for an output that is not a scalar, `.duplicateName` for a source given twice.
  public func valueAndGradient(
    of output: String, withRespectTo sources: [String],
    _ options: CompilationOptions = CompilationOptions(), on engine: Engine = .shared
  ) throws(Diagnostic) -> GradientFunction {
    if let twice = sources.first(where: { name in sources.count(where: { $0 == name }) > 1 }) {
      throw Diagnostic(.duplicateName, "the source \(twice) is given twice; give it once")
    }
    if let type = outputs.first(where: { $0.name == output })?.type, type.shape.rank != 0 {
      throw Diagnostic(
        .shapeMismatch,
        "the output \(output) is \(type), and only a scalar has a gradient; sum it, or use "
          + "differentiated(_:withRespectTo:) and give a cotangent")
    }
    let whole = try differentiated(output, withRespectTo: sources)
    let gradients = whole.outputs.suffix(sources.count).map(\.name)
    let both = try whole.keeping(outputs: [output] + gradients)
    return GradientFunction(
      try both.compiled(options, on: engine), output, sources, gradients: gradients)
  }
}
