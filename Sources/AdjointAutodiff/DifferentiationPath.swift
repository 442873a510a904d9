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
    zerosFilled(knownAdjoints(of: cotangents), like: sources)
  }

  /// The adjoints of the sources by reverse mode, nil for those to which no path leads.
  package func knownAdjoints(of cotangents: [Value]) -> [Value?] {
    ReverseMode.adjoints(
      of: targets, cotangents: cotangents, withRespectTo: sources, in: builder, arithmetic)
  }

  /// What each child of the only source contributes to its adjoint, for given cotangents of the targets.
  package func adjointTerms(of cotangents: [Value]) -> [AdjointTerm] {
    guard let source = sources.first else { return [] }
    return ReverseMode.terms(
      of: targets, cotangents: cotangents, contributedTo: source, in: builder, arithmetic)
  }

  /// The tangents of the targets for given tangents of the sources, by forward mode.
  package func tangents(of tangents: [Value]) -> [Value] {
    zerosFilled(knownTangents(of: tangents), like: targets)
  }

  /// The tangents of the targets by forward mode, nil for those to which no path leads.
  package func knownTangents(of tangents: [Value]) -> [Value?] {
    ForwardMode.tangents(
      of: targets, withRespectTo: sources, tangents: tangents, in: builder, arithmetic)
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
