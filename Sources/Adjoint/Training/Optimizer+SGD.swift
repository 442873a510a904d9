import AdjointCore
import AdjointGraph
import AdjointOperators

extension Optimizer {
  /// Stochastic gradient descent: `w ← w − η·g`.
  public static func sgd(learningRate: Double = 0.1) -> Optimizer {
    Optimizer("sgd(learning rate \(learningRate))") { (at) throws(Diagnostic) in
      try at.update(at.parameter, to: at.parameter - at.gradient * learningRate)
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
      (at) throws(Diagnostic) in
      let velocity = try at.state("velocity")
      let next = try velocity * momentum + at.gradient
      try at.update(velocity, to: next)
      try at.update(at.parameter, to: at.parameter - next * learningRate)
    }
  }
}
