import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

/// How gradients become new parameter values: a rule that writes nodes.
///
/// State that an optimizer keeps, such as a velocity, becomes parameters of the graph named
/// `optimizer.<state>.<parameter>`, so that checkpoints hold it like any other.
public struct Optimizer: Sendable {
  /// One parameter being updated, seen from a rule.
  public struct Site {
    /// The parameter.
    public let parameter: Value
    /// Its name.
    public let name: String
    /// The gradient of the loss with respect to it.
    public let gradient: Value
    /// The number of this step as a scalar of the parameter's type, from 1.
    public let step: Value
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

    /// Declares the next value of a state or of the parameter.
    ///
    /// Mistakes: `.shapeMismatch` where the types differ.
    public func update(_ value: Value, to next: Value) {
      parameter.builder.update(value, to: next, file: location.file, line: location.line)
    }
  }

  /// A name with the settings, for reports and checkpoints.
  public let description: String
  /// Whether the rule asks for the number of the step.
  package let countsSteps: Bool
  package let rule: @Sendable (Site) -> Void

  /// An optimizer from a rule that declares the update of the parameter and of its state.
  public init(
    _ description: String, countsSteps: Bool = false,
    rule: @escaping @Sendable (Site) -> Void
  ) {
    self.description = description
    self.countsSteps = countsSteps
    self.rule = rule
  }
}

extension Graph {
  /// The graph of one training step: this graph after the standard passes, the gradients of a loss, and
  /// the update of every parameter that the loss depends on.
  ///
  /// Whether the loss depends on a parameter is judged on the graph as it is written.
  ///
  /// - Throws: `.unknownName` for an output that the graph does not have; `.notDifferentiable` where the
  ///   loss is not a floating-point scalar, or depends differentiably on no parameter; what the rule of
  ///   the optimizer throws. Mistakes are placed at the call.
  public func trainingStep(
    minimizing loss: String, with optimizer: Optimizer, file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) -> Graph {
    let location = SourceLocation(file: file, line: line)
    do throws(Diagnostic) {
      return try trainingStep(minimizing: loss, with: optimizer, at: location)
    } catch {
      throw error.located(at: location)
    }
  }

  private func trainingStep(
    minimizing loss: String, with optimizer: Optimizer, at location: SourceLocation
  ) throws(Diagnostic) -> Graph {
    let lossType = type(of: try value(named: loss))
    guard lossType.rank == 0, lossType.scalarType.isDifferentiable else {
      throw Diagnostic(
        .notDifferentiable,
        "the loss must be a floating-point scalar, and \(loss) is \(lossType); sum it, or name another "
          + "output")
    }
    let dependent = try differentiableSources(of: loss, among: parameters.map(\.name))
    guard !dependent.isEmpty else {
      throw Diagnostic(
        .notDifferentiable, "there is nothing to train: \(loss) depends on no parameter")
    }
    let stable = try Pipeline.standard(self)
    let builder = GraphBuilder(extending: stable)
    builder.currentLocation = location
    let target = builder.value(try stable.value(named: loss))
    var values: [Value] = []
    for name in dependent { values.append(builder.value(try stable.value(ofSource: name))) }
    let derivatives = gradients(of: target, withRespectTo: values)
    builder.currentProvenance = Provenance(.update, of: loss, rule: "step")
    var step: Value?
    if optimizer.countsSteps { step = Self.stepCounter(in: builder, location) }
    for (index, name) in dependent.enumerated() {
      builder.currentProvenance = Provenance(.update, of: name, rule: optimizer.ruleName)
      let scalarType = values[index].scalarType
      let number: Value
      if let step {
        number = step.cast(to: scalarType)
      } else {
        number = builder.constant(1, scalarType)
      }
      optimizer.rule(
        Optimizer.Site(
          parameter: values[index], name: name, gradient: derivatives[index], step: number,
          location: location))
    }
    return try builder.build()
  }

  /// The number of the current step: a parameter that counts, plus one.
  private static func stepCounter(
    in builder: GraphBuilder, _ location: SourceLocation
  ) -> Value {
    let count = builder.parameter(
      "optimizer.step", .i64, .scalar, .zeros, file: location.file, line: location.line)
    let next = count + 1
    builder.update(count, to: next)
    return next
  }
}

extension Optimizer {
  /// The name without the settings.
  fileprivate var ruleName: String {
    String(description.prefix { $0.isLetter })
  }
}
