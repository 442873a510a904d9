import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators

extension Optimizer {
  /// Stochastic gradient descent: `w ← w − η·g`.
  public static func sgd(learningRate: Double = 0.1) -> Optimizer {
    Optimizer("sgd(learning rate \(learningRate))") { site in
      site.update(site.parameter, to: site.parameter - site.gradient * learningRate)
    }
  }

  /// Gradient descent with momentum: `v ← μ·v + g`, `w ← w − η·v`.
  ///
  /// Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum
  /// in deep learning", ICML 2013 (classical momentum, the learning rate outside the velocity).
  public static func momentum(
    learningRate: Double = 0.05, momentum: Double = 0.9
  ) -> Optimizer {
    Optimizer("momentum(learning rate \(learningRate), momentum \(momentum))") {
      site in
      let velocity = site.state("velocity")
      let next = velocity * momentum + site.gradient
      site.update(velocity, to: next)
      site.update(site.parameter, to: site.parameter - next * learningRate)
    }
  }
}
