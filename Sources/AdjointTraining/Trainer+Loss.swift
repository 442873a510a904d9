import Adjoint
import AdjointCore
import AdjointGraph

extension Trainer {
  /// The mean loss over examples with the present parameters, which stay as they are.
  ///
  /// - Throws: `.shapeMismatch` or `.invalidArgument` where the data does not fit the graph.
  public func loss(on data: Dataset) throws(Diagnostic) -> Double {
    let fitted = try data.fitted(to: graph, interface)
    let forward = try graph.keeping(outputs: [interface.loss])
    let weights = try weights()
    var contexts: [Int: ExecutionContext] = [:]
    var sum = 0.0
    for first in stride(from: 0, to: fitted.count, by: Self.evaluatedAtOnce) {
      let count = min(Self.evaluatedAtOnce, fitted.count - first)
      let context: ExecutionContext
      if let known = contexts[count] {
        context = known
      } else {
        context = try forward.compiled(
          CompilationOptions(
            dimensions: [interface.batchDimension: count], threads: options.threads),
          on: engine
        ).makeContext()
        try context.setParameters(weights)
        contexts[count] = context
      }
      let batch = try fitted.examples(at: Array(first..<first + count))
      try context.set(interface.features, to: batch.features)
      if let labels = batch.labels, let name = interface.labels {
        try context.set(name, to: labels)
      }
      try context.run()
      sum += try context.scalar(interface.loss) * Double(count)
    }
    return sum / Double(fitted.count)
  }

  /// The most examples that are evaluated in one run.
  private static let evaluatedAtOnce = 512
}
