import Adjoint
import AdjointCharts
import AdjointTraining

/// One training from the command line: epochs with progress, checkpoints, and the accuracy after each.
final class TrainingSession {
  let trainer: Trainer
  let examples: TrainingExamples
  /// The number of epochs that were done before, by the training that is resumed.
  let resumedEpochs: Int
  /// What is known of each epoch of this session.
  private(set) var reports: [EpochReport] = []
  private(set) var seconds = 0.0
  private let evaluator: Evaluator?
  private let threads: Int?
  private let engine: Engine

  init(
    _ trainer: Trainer, _ examples: TrainingExamples, threads: Int?, on engine: Engine
  ) {
    self.trainer = trainer
    self.examples = examples
    self.threads = threads
    self.engine = engine
    resumedEpochs = trainer.epochLosses.count
    evaluator = Self.evaluator(trainer, examples, threads, engine)
  }

  /// What tells the accuracy; nil where the graph has no scores or the labels are no classes.
  private static func evaluator(
    _ trainer: Trainer, _ examples: TrainingExamples, _ threads: Int?,
    _ engine: Engine
  ) -> Evaluator? {
    guard trainer.interface.scores != nil, let data = examples.evaluation?.data else { return nil }
    let evaluator = Evaluator(
      trainer.graph, trainer.interface, threads: threads, engine: engine)
    return evaluator.labelledClasses(of: data) == nil ? nil : evaluator
  }

  /// The number of examples trained on a second.
  var examplesPerSecond: Double {
    let epochs = trainer.epochLosses.count - resumedEpochs
    return seconds > 0
      ? Double(epochs * trainer.examplesPerEpoch) / seconds : 0
  }

  /// The accuracy after each epoch of this session, where there is one.
  var accuracies: [Double] { reports.compactMap { $0.validation[.accuracy] } }

  /// Trains until a number of epochs is done, and writes a checkpoint after each; also where all of
  /// them were done before.
  func run(
    until epochs: Int, _ judging: JudgingOptions, checkpoint: String?, verbose: Bool
  ) throws(Diagnostic) {
    let meter = ProgressMeter(trainer, epochs: epochs)
    defer { meter.clear() }
    if let checkpoint, trainer.epochLosses.count >= epochs {
      try trainer.checkpoint().write(to: checkpoint)
    }
    var metrics = examples.evaluation == nil ? [] : judging.metric
    if evaluator != nil, !metrics.contains(.accuracy) { metrics.append(.accuracy) }
    try trainer.train(
      epochs: epochs, validation: examples.evaluation?.data, metrics: metrics,
      trainingMetrics: judging.metric, stopping: judging.stopping
    ) { (progress) throws(Diagnostic) in
      meter.show(progress, accuracy: reports.last?.validation[.accuracy])
      guard let report = progress.report else { return }
      seconds += report.duration / .seconds(1)
      reports.append(report)
      if let checkpoint { try trainer.checkpoint().write(to: checkpoint) }
      guard verbose else { return }
      meter.clear()
      StandardStream.error.writeIgnoringFailure(epochLine(report, epochs, judging.metric))
    }
  }

  /// The accuracy on the data it is judged by; nil where there is none or the graph has no classes.
  func accuracy() throws(Diagnostic) -> Double? {
    // Weights that early stopping brought back are those of an earlier epoch.
    if trainer.best == nil, let last = accuracies.last { return last }
    guard let evaluator, let data = examples.evaluation?.data else { return nil }
    return try evaluator.accuracy(on: data, weights: trainer.weights())
  }

  /// The loss on the data it is judged by; nil where there is none.
  func evaluationLoss() throws(Diagnostic) -> Double? {
    guard let data = examples.evaluation?.data else { return nil }
    return try trainer.loss(on: data)
  }

  /// Classified examples as pictures of characters: of the data it is judged by, or else of the
  /// training data.
  func gallery(of count: Int) throws(Diagnostic) -> String {
    let data = examples.evaluation?.data ?? examples.training
    let shown = try data.examples(at: Array(0..<min(count, data.count)))
    let classifier: Evaluator
    if let evaluator {
      classifier = evaluator
    } else {
      classifier = Evaluator(trainer.graph, trainer.interface, threads: threads, engine: engine)
    }
    let predicted = try classifier.classes(of: shown, weights: trainer.weights())
    let labelled = classifier.labelledClasses(of: shown)
    return ExampleGallery(shown, predicted: predicted, labelled: labelled).text
  }

  func writeChart(to path: String) throws(Diagnostic) {
    var series = [LineChart.Series("training loss", trainer.epochLosses)]
    if let name = examples.evaluation?.name, !accuracies.isEmpty {
      let x = accuracies.indices.map { Double(resumedEpochs + $0 + 1) }
      series.append(LineChart.Series("\(name) accuracy, as a fraction", x: x, y: accuracies))
    }
    let chart = LineChart(
      title: "Training of \(trainer.graph.name)", xLabel: "epoch",
      yLabel: series.count > 1 ? "loss, accuracy" : "loss", series: series)
    try AtomicFile.write(text: chart.svg(), to: path)
  }

  private func epochLine(_ report: EpochReport, _ epochs: Int, _ metrics: [Metric]) -> String {
    let loss = NumberText.fixed(report.loss, decimals: 4)
    var line = "epoch \(report.epoch)/\(epochs)  loss \(loss)"
    if let accuracy = report.validation[.accuracy], !metrics.contains(.accuracy) {
      line += "  accuracy \(NumberText.fixed(accuracy * 100, decimals: 1)) %"
    }
    for metric in metrics {
      let training = report.training[metric].map { MetricText.text(metric, $0) }
      let validation = report.validation[metric].map { MetricText.text(metric, $0) }
      line += "  \(metric) " + [training, validation].compactMap(\.self).joined(separator: " / ")
    }
    if report.isBest { line += "  best" }
    return line + "  \(NumberText.grouped(Int(examplesPerSecond))) examples/s\n"
  }
}
