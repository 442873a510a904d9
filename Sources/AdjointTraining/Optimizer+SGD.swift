import AdjointCore
import AdjointGraph
import AdjointOperators

extension Optimizer {
  /// Stochastic gradient descent: `w ← w − η·g − η·λ·w`.
  ///
  /// - Parameters:
  ///   - learningRate: η.
  ///   - weightDecay: λ; see `weightDecay`.
  public static func sgd(learningRate: Double = 0.1, weightDecay: Double = 0) -> Optimizer {
    Optimizer("sgd", learningRate: learningRate, weightDecay: weightDecay) { site in
      site.update(site.parameter, to: site.parameter - site.gradient * site.learningRate)
    }
  }

  /// Gradient descent with momentum: `v ← μ·v + g`, `w ← w − η·v − η·λ·w`.
  ///
  /// Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum
  /// in deep learning", ICML 2013 (classical momentum, the learning rate outside the velocity).
  ///
  /// - Parameters:
  ///   - learningRate: η.
  ///   - momentum: μ.
  ///   - weightDecay: λ, decoupled: the velocity does not see it; see `weightDecay`.
  public static func momentum(
    learningRate: Double = 0.05, momentum: Double = 0.9, weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(
      "momentum", learningRate: learningRate, settings: ["momentum": momentum],
      weightDecay: weightDecay
    ) { site in
      let velocity = site.state("velocity")
      let next = velocity * momentum + site.gradient
      site.update(velocity, to: next)
      site.update(site.parameter, to: site.parameter - next * site.learningRate)
    }
  }
}
