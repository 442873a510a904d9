import AdjointCore
import AdjointGraph
import AdjointOperators
import Foundation

extension Optimizer {
  /// Adam: `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`,
  /// `w ← w − η·(m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε)` at step t.
  ///
  /// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
  public static func adam(
    learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8
  ) -> Optimizer {
    adam("adam", learningRate, beta1, beta2, epsilon, 0)
  }

  /// Adam with decoupled weight decay, AdamW: as Adam, and `w` smaller by `η·λ·w` besides.
  ///
  /// `w ← w − η·(m̂ / (√v̂ + ε) + λ·w)` with Adam's corrected moments m̂ and v̂, which do not see the
  /// decay. Adam with the penalty `λ/2·|w|²` in the loss is another rule: there the decay of a weight
  /// with large gradients all but vanishes.
  ///
  /// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2.
  public static func adamW(
    learningRate: Double = 0.001, weightDecay: Double = 0.01, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8
  ) -> Optimizer {
    adam("adamW", learningRate, beta1, beta2, epsilon, weightDecay)
  }

  private static func adam(
    _ name: String, _ learningRate: Double, _ beta1: Double, _ beta2: Double, _ epsilon: Double,
    _ weightDecay: Double
  ) -> Optimizer {
    Optimizer(
      name, learningRate: learningRate, settings: ["β₁": beta1, "β₂": beta2, "ε": epsilon],
      weightDecay: weightDecay, countsSteps: true
    ) { site in
      let mean = site.state("mean")
      let square = site.state("square")
      let nextMean = mean * beta1 + site.gradient * (1 - beta1)
      let nextSquare = square * beta2 + site.gradient * site.gradient * (1 - beta2)
      // 1 − βᵗ = −expm1(t·ln β), which does not cancel at the first steps.
      let correctedMean = nextMean / -expm1(site.step * Foundation.log(beta1))
      let correctedSquare = nextSquare / -expm1(site.step * Foundation.log(beta2))
      let direction = correctedMean / (sqrt(correctedSquare) + epsilon)
      site.update(mean, to: nextMean)
      site.update(square, to: nextSquare)
      site.update(site.parameter, to: site.parameter - direction * site.learningRate)
    }
  }
}
