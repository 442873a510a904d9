import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators

/// The loss of a classifier with a weight for each class, in the place of its own loss.
struct WeightedLoss {
  /// The graph with the weighted loss as its only output.
  let weighted: Graph
  /// The graph with its own loss, and with the mean cross-entropy of the scores.
  private let plain: Graph
  private let interface: TrainingInterface
  private let data: Dataset

  private static let crossEntropyName = "training.cross_entropy"
  /// The most examples on which the two losses are compared.
  private static let comparedExamples = 512
  /// The most by which two ways to compute the same in f32 differ, of the larger of the loss and 1.
  private static let tolerance = 1e-3

  /// Writes the nodes.
  ///
  /// - Parameter data: The training data as the graph takes it.
  /// - Throws: `.invalidArgument` where the graph has no scores or its labels are no class numbers, or
  ///   as `ClassWeights.weights`.
  init(
    of graph: Graph, _ interface: TrainingInterface, on data: Dataset,
    weighing weights: ClassWeights
  ) throws(Diagnostic) {
    guard let scores = interface.scores, let classes = graph.classCount(interface),
      let name = interface.labels, let labels = data.labels, labels.extents.count == 1,
      labels.scalarType.isInteger
    else {
      throw Diagnostic(
        .invalidArgument,
        "class weights need an output with one score for each class, such as logits, and an input that takes "
          + "the number of the class of each example; leave them out, or name the two")
    }
    let numbers = labels.doubles.map { Int(clampedConversion: $0) }
    let vector = try weights.weights(
      of: numbers, classes: classes, names: data.classNames)
    let part = try graph.keeping(outputs: [interface.loss, scores])
    let builder = GraphBuilder(extending: part)
    let logits = builder.value(try part.output(named: scores).value)
    let source = builder.value(try part.value(ofSource: name))
    // Numbers of classes need not fit into 8 bits.
    let label = source.scalarType == .u8 ? source.cast(to: .i32) : source
    let isLabel =
      builder.iota(label.scalarType, logits.shape, axis: 1)
      .== label.broadcast(to: logits.shape, axes: [0])
    let losses = -select(isLabel, logits.logSoftmax(axis: 1), 0).sum(squeezingAxes: [1])
    let table = builder.constant(try Tensor(vector).converted(to: logits.scalarType))
    let weight = table.gathered(at: label)
    builder.setOutputs([])
    builder.output(interface.loss, (weight * losses).sum() / weight.sum())
    weighted = try builder.build().keeping(outputs: [interface.loss])
    let comparison = GraphBuilder(extending: part)
    comparison.output(
      Self.crossEntropyName,
      crossEntropy(
        logits: comparison.value(logits.id), indices: comparison.value(source.id)))
    plain = try comparison.build()
    self.interface = interface
    self.data = data
  }

  /// Refuses a graph whose loss is not the mean cross-entropy of its scores: a further part of the loss,
  /// such as a penalty, would be lost.
  ///
  /// - Throws: `.invalidArgument` with both numbers.
  func check(seed: UInt64, threads: Int?, on engine: Engine) throws(Diagnostic) {
    let count = min(data.count, Self.comparedExamples)
    let context = try plain.compiled(
      CompilationOptions(dimensions: [interface.batchDimension: count], threads: threads),
      on: engine
    ).makeContext(seed: seed)
    let examples = try data.examples(at: Array(0..<count))
    try context.set(interface.features, to: examples.features)
    if let name = interface.labels, let labels = examples.labels {
      try context.set(name, to: labels)
    }
    try context.run()
    let loss = try context.scalar(interface.loss)
    let entropy = try context.scalar(Self.crossEntropyName)
    guard abs(loss - entropy) <= Self.tolerance * max(1, abs(entropy)) else {
      throw Diagnostic(
        .invalidArgument,
        "class weights weigh the mean cross-entropy of the scores, and the loss of the graph is another: "
          + "\(NumberLiteral(loss)) on the first \(count) examples, where that is \(NumberLiteral(entropy)); leave "
          + "them out, or weigh the loss in the graph")
    }
  }
}
