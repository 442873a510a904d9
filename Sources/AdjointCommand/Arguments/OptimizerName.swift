import Adjoint
import AdjointTraining
import ArgumentParser

/// The optimizers of the command line.
enum OptimizerName: String, ExpressibleByArgument, CaseIterable {
  case sgd, momentum, adam

  func optimizer(_ learningRate: Double?, weightDecay: Double) -> Optimizer {
    var optimizer: Optimizer =
      switch self {
      case .sgd: .sgd()
      case .momentum: .momentum()
      case .adam: weightDecay > 0 ? .adamW() : .adam()
      }
    if let learningRate { optimizer.learningRate = learningRate }
    optimizer.weightDecay = weightDecay
    return optimizer
  }
}
