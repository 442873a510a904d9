import Adjoint
import AdjointTraining
import ArgumentParser

/// What a training is judged by, and when it ends before its last epoch.
struct JudgingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Tell this after each epoch, of training and test data: loss, accuracy, top-5, "
        + "mean-absolute-error or mean-squared-error; may be given several times.",
      valueName: "metric"))
  var metric: [Metric] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "End once the test data has not become better for this many epochs, with the best weights.",
      valueName: "epochs"))
  var earlyStopping: Int?

  @Option(
    help: ArgumentHelp("What early stopping looks at; loss where not given.", valueName: "metric"))
  var stoppingMetric: Metric?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The least change that counts as better.", valueName: "number"))
  var minimumChange: Double?

  func validate() throws {
    if let earlyStopping, earlyStopping < 1 {
      throw ValidationError("--early-stopping must be at least 1, not \(earlyStopping)")
    }
    guard earlyStopping != nil || stoppingMetric == nil && minimumChange == nil else {
      throw ValidationError("--stopping-metric and --minimum-change need --early-stopping")
    }
    if let minimumChange, !minimumChange.isFinite || minimumChange < 0 {
      throw ValidationError("--minimum-change must be a number from 0 on, not \(minimumChange)")
    }
  }

  /// The same in the library's terms.
  var stopping: EarlyStopping? {
    earlyStopping.map {
      EarlyStopping(
        metric: stoppingMetric ?? .loss, patience: $0, minimumChange: minimumChange ?? 0)
    }
  }
}

extension Metric: ExpressibleByArgument {
  /// The metric with a name.
  public init?(argument: String) { self.init(argument) }
}
