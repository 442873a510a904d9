import Adjoint
import AdjointTraining
import ArgumentParser

/// The optimizers of the command line.
enum OptimizerName: String, ExpressibleByArgument, CaseIterable {
  case sgd, momentum, adam

  func optimizer(_ learningRate: Double?) -> Optimizer {
    switch self {
    case .sgd: learningRate.map { .sgd(learningRate: $0) } ?? .sgd()
    case .momentum: learningRate.map { .momentum(learningRate: $0) } ?? .momentum()
    case .adam: learningRate.map { .adam(learningRate: $0) } ?? .adam()
    }
  }
}
