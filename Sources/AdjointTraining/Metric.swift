import AdjointCore

/// A figure by which a trained graph is judged on examples, a mean over them.
public enum Metric: Hashable, Sendable {
  /// The graph's own loss, as its output gives it; class weights are no part of it.
  case loss
  /// The fraction of examples whose class with the highest score is their label; the first of equal
  /// ones counts.
  case accuracy
  /// The fraction of examples whose label is among the k classes with the highest scores; of equal
  /// scores the first ones count as higher.
  case topK(Int)
  /// `mean(|p − t|)` of predictions p and labels t.
  case meanAbsoluteError
  /// `mean((p − t)²)` of predictions p and labels t.
  case meanSquaredError

  /// Whether a larger value is a better one.
  public var isBetterWhenLarger: Bool {
    switch self {
    case .accuracy, .topK: true
    case .loss, .meanAbsoluteError, .meanSquaredError: false
    }
  }

  /// Whether it compares scores with the numbers of classes.
  var needsClasses: Bool {
    switch self {
    case .accuracy, .topK: true
    case .loss, .meanAbsoluteError, .meanSquaredError: false
    }
  }

  /// Whether it compares predictions with labels.
  var needsTargets: Bool { self == .meanAbsoluteError || self == .meanSquaredError }

  /// The metric with a name, as `description` spells it; nil for any other text.
  public init?(_ name: String) {
    let known: [Metric] = [.loss, .accuracy, .meanAbsoluteError, .meanSquaredError]
    if let metric = known.first(where: { $0.description == name }) {
      self = metric
    } else if name.hasPrefix("top-"), let k = Int(name.dropFirst(4)), k > 0 {
      self = .topK(k)
    } else {
      return nil
    }
  }
}

extension Metric: CustomStringConvertible {
  /// `loss`, `accuracy`, `top-5`, `mean-absolute-error` or `mean-squared-error`.
  public var description: String {
    switch self {
    case .loss: "loss"
    case .accuracy: "accuracy"
    case .topK(let k): "top-\(k)"
    case .meanAbsoluteError: "mean-absolute-error"
    case .meanSquaredError: "mean-squared-error"
    }
  }
}
