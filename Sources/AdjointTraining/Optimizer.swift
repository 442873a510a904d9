import AdjointCore
import AdjointGraph
import AdjointOperators

/// How gradients become new parameter values: a rule that writes nodes.
///
/// State that an optimizer keeps, such as a velocity, becomes parameters of the graph named
/// `optimizer.<state>.<parameter>`, so that checkpoints hold it like any other. So does, in a training with
/// a schedule, the learning rate, `optimizer.learning_rate`: each step reads it, and nothing is compiled.
public struct Optimizer: Sendable {
  /// One parameter being updated, seen from a rule.
  public struct Site {
    /// The parameter.
    public let parameter: Value
    /// Its name.
    public let name: String
    /// The gradient of the loss with respect to it, clipped where that was asked for.
    public let gradient: Value
    /// The learning rate η of this step as a scalar of the parameter's type.
    public let learningRate: Value
    /// The number of this step as a scalar of the parameter's type, from 1.
    public let step: Value
    /// λ of the decoupled weight decay; 0 for none.
    let weightDecay: Double
    /// Where the training step was asked for; what the rule declares is placed there.
    let location: SourceLocation

    /// A value of the parameter's type that is kept from step to step, starting at zero.
    ///
    /// Mistakes: `.duplicateName` where the graph has such a parameter already.
    public func state(_ kind: String) -> Value {
      parameter.builder.parameter(
        "optimizer.\(kind).\(name)", parameter.scalarType, parameter.shape, .zeros,
        file: location.file, line: location.line)
    }

    /// Declares the next value of a state or of the parameter, which the weight decay is taken from.
    ///
    /// Mistakes: `.shapeMismatch` where the types differ.
    public func update(_ value: Value, to next: Value) {
      var next = next
      if weightDecay != 0, value.builder === parameter.builder, value.id == parameter.id {
        next = next - parameter * (learningRate * weightDecay)
      }
      parameter.builder.update(value, to: next, file: location.file, line: location.line)
    }
  }

  /// The name of the rule, such as `adam`.
  public let name: String
  /// The learning rate η that a schedule multiplies; the rate of every step where there is none.
  public var learningRate: Double
  /// The decoupled weight decay λ: whatever the rule says, `w` becomes smaller by `η·λ·w` besides.
  ///
  /// It is no part of the gradient, so that momentum and Adam's second moment do not see it; for
  /// plain gradient descent that is the same as the penalty `λ/2·|w|²` in the loss. It concerns every
  /// parameter that is trained, offsets included.
  ///
  /// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithms 1 and 2.
  public var weightDecay: Double
  private let settings: KeyValuePairs<String, Double>
  /// Whether the rule asks for the number of the step.
  package let countsSteps: Bool
  package let rule: @Sendable (Site) -> Void

  /// An optimizer from a rule that declares the update of the parameter and of its state.
  ///
  /// - Parameters:
  ///   - name: What the rule is called.
  ///   - learningRate: η, which the rule finds in `Site.learningRate`.
  ///   - settings: Further numbers that the rule depends on; a checkpoint is only taken up with the
  ///     same ones.
  ///   - weightDecay: λ of the decoupled weight decay.
  ///   - countsSteps: Whether the rule reads `Site.step`; where it does not, that is 1.
  ///   - rule: Declares the updates for one parameter.
  public init(
    _ name: String, learningRate: Double = 0.01, settings: KeyValuePairs<String, Double> = [:],
    weightDecay: Double = 0, countsSteps: Bool = false, rule: @escaping @Sendable (Site) -> Void
  ) {
    self.name = name
    self.learningRate = learningRate
    self.settings = settings
    self.weightDecay = weightDecay
    self.countsSteps = countsSteps
    self.rule = rule
  }
}

extension Optimizer: CustomStringConvertible {
  /// The name with all settings, for reports and checkpoints: `sgd(learning rate 0.1)`.
  public var description: String {
    var parts = ["learning rate \(learningRate)"]
    for (name, value) in settings { parts.append("\(name) \(value)") }
    if weightDecay != 0 { parts.append("weight decay \(weightDecay)") }
    return "\(name)(\(parts.joined(separator: ", ")))"
  }
}
