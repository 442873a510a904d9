import AdjointCore
import AdjointGraph

/// The nodes of a graph under construction that lead from the values differentiated with respect to, to
/// the values differentiated.
package struct DifferentiationPath {
  package let sources: [Value]
  package let targets: [Value]
  package let builder: GraphBuilder
  package let arithmetic: any DerivativeArithmetic

  package init(
    from sources: [Value], to targets: [Value], in builder: GraphBuilder,
    _ arithmetic: any DerivativeArithmetic
  ) {
    self.sources = sources
    self.targets = targets
    self.builder = builder
    self.arithmetic = arithmetic
  }

  /// The adjoints of the sources for given cotangents of the targets, by reverse mode.
  package func adjoints(of cotangents: [Value]) -> [Value] {
    let adjoints = ReverseMode.adjoints(
      of: targets, cotangents: cotangents, withRespectTo: sources, in: builder, arithmetic)
    return zerosFilled(adjoints, like: sources)
  }

  /// The tangents of the targets for given tangents of the sources, by forward mode.
  package func tangents(of tangents: [Value]) -> [Value] {
    let results = ForwardMode.tangents(
      of: targets, withRespectTo: sources, tangents: tangents, in: builder, arithmetic)
    return zerosFilled(results, like: targets)
  }

  private func zerosFilled(
    _ values: [Value?], like models: [Value]
  ) -> [Value] {
    var result: [Value] = []
    for (value, model) in zip(values, models) {
      if let value {
        result.append(value)
      } else {
        result.append(arithmetic.full(0, model.type, in: builder))
      }
    }
    return result
  }
}
