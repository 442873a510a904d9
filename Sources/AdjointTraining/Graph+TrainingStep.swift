import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

/// Where a training step has its learning rate from.
package enum LearningRateSource: Hashable, Sendable {
  /// A number in the graph, which is taken into the kernels: the matrix product of a weight's gradient is
  /// scaled and subtracted where it is computed.
  case number
  /// A parameter that nothing updates, for schedules: to read it costs up to a thirtieth of a step.
  case parameter
}

extension Graph {
  /// The parameter that holds the learning rate of a training step with a schedule.
  package static let learningRateName = "optimizer.learning_rate"

  /// The graph of one training step: this graph after the standard passes, the gradients of a loss, and
  /// the update of every parameter that the loss depends on.
  ///
  /// Whether the loss depends on a parameter is judged on the graph as it is written.
  ///
  /// - Parameters:
  ///   - loss: The output that is minimised.
  ///   - optimizer: What makes new values of the gradients.
  ///   - frozen: Parameters that keep their values. They have no gradient, and what only it needs is
  ///     not computed.
  ///   - clipping: What is done to the gradients before the optimizer sees them.
  /// - Throws: `.unknownName` for an output or a parameter that the graph does not have;
  ///   `.notDifferentiable` where the loss is not a floating-point scalar, or depends differentiably on no
  ///   parameter that is not frozen; `.invalidArgument` for a bound of the clipping or a weight decay out
  ///   of range; what the rule of the optimizer throws. Mistakes are placed at the call.
  public func trainingStep(
    minimizing loss: String, with optimizer: Optimizer, freezing frozen: [String] = [],
    clipping: GradientClipping? = nil, file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) -> Graph {
    let location = SourceLocation(file: file, line: line)
    do throws(Diagnostic) {
      return try trainingStep(
        minimizing: loss, with: optimizer, rate: .number, freezing: frozen, clipping, at: location)
    } catch {
      throw error.located(at: location)
    }
  }

  /// The same with a learning rate that may change from step to step.
  ///
  /// Where it does, it is the parameter `optimizer.learning_rate`, a scalar of the type of the loss that
  /// begins as the optimizer says.
  package func trainingStep(
    minimizing loss: String, with optimizer: Optimizer, rate source: LearningRateSource,
    freezing frozen: [String] = [], _ clipping: GradientClipping? = nil, at location: SourceLocation
  ) throws(Diagnostic) -> Graph {
    let lossType = type(of: try value(named: loss))
    guard lossType.rank == 0, lossType.scalarType.isDifferentiable else {
      throw Diagnostic(
        .notDifferentiable,
        "the loss must be a floating-point scalar, and \(loss) is \(lossType); sum it, or name another "
          + "output")
    }
    guard optimizer.weightDecay.isFinite, optimizer.weightDecay >= 0 else {
      throw Diagnostic(
        .invalidArgument,
        "the weight decay cannot be \(NumberLiteral(optimizer.weightDecay)); give a finite number from 0 on"
      )
    }
    let trained = try trainedParameters(of: loss, freezing: frozen)
    let stable = try Pipeline.standard(self)
    let builder = GraphBuilder(extending: stable)
    builder.currentLocation = location
    let target = builder.value(try stable.value(named: loss))
    var values: [Value] = []
    for name in trained { values.append(builder.value(try stable.value(ofSource: name))) }
    var derivatives = gradients(of: target, withRespectTo: values)
    builder.currentProvenance = Provenance(.update, of: loss, rule: "step")
    if let clipping {
      derivatives = try clipping.applied(to: derivatives, loss: lossType.scalarType)
    }
    let rate: Value? =
      switch source {
      case .number: nil
      case .parameter:
        builder.parameter(
          Self.learningRateName, lossType.scalarType, .scalar, .constant(optimizer.learningRate),
          file: location.file, line: location.line)
      }
    var step: Value?
    if optimizer.countsSteps { step = Self.stepCounter(in: builder, location) }
    for (index, name) in trained.enumerated() {
      builder.currentProvenance = Provenance(.update, of: name, rule: optimizer.name)
      let scalarType = values[index].scalarType
      let number: Value
      if let step {
        number = step.cast(to: scalarType)
      } else {
        number = builder.constant(1, scalarType)
      }
      optimizer.rule(
        Optimizer.Site(
          parameter: values[index], name: name, gradient: derivatives[index],
          learningRate: rate?.cast(to: scalarType)
            ?? builder.constant(optimizer.learningRate, scalarType),
          step: number,
          weightDecay: optimizer.weightDecay, location: location))
    }
    return try builder.build()
  }

  /// The parameters that the loss depends on and that are not frozen.
  private func trainedParameters(
    of loss: String, freezing frozen: [String]
  ) throws(Diagnostic) -> [String] {
    for name in frozen { _ = try port(named: name, among: parameters, "parameter") }
    let dependent = try differentiableSources(of: loss, among: parameters.map(\.name))
    guard !dependent.isEmpty else {
      throw Diagnostic(
        .notDifferentiable, "there is nothing to train: \(loss) depends on no parameter")
    }
    let trained = dependent.filter { !frozen.contains($0) }
    guard !trained.isEmpty else {
      throw Diagnostic(
        .notDifferentiable,
        "there is nothing to train: every parameter that \(loss) depends on is frozen; leave one out"
      )
    }
    return trained
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
