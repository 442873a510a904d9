import Adjoint
import AdjointTraining

extension EntryPoint {
  /// Optimizers and schedules.
  static let optimizers: [EntryPoint] = [
    EntryPoint("Optimizer.sgd(learningRate: Double, weightDecay: Double)") { sweep in
      sweep.each(Hostile.doubles) {
        try trained(TrainingOptions(optimizer: .sgd(learningRate: $0)))
      }
      sweep.each(Hostile.doubles, "decay ") {
        try trained(TrainingOptions(optimizer: .sgd(weightDecay: $0)))
      }
    },
    EntryPoint("Optimizer.momentum(learningRate: Double, momentum: Double, weightDecay: Double)") {
      sweep in
      sweep.each(Hostile.doubles) {
        try trained(TrainingOptions(optimizer: .momentum(learningRate: 0.1, momentum: $0)))
      }
    },
    EntryPoint("Optimizer.learningRate: Double") { sweep in
      sweep.each(Hostile.doubles) { rate in
        var optimizer = Optimizer.sgd()
        optimizer.learningRate = rate
        return try trained(TrainingOptions(optimizer: optimizer))
      }
    },
    EntryPoint("Optimizer.weightDecay: Double") { sweep in
      sweep.each(Hostile.doubles) { decay in
        var optimizer = Optimizer.adam()
        optimizer.weightDecay = decay
        return try trained(TrainingOptions(optimizer: optimizer))
      }
    },
    EntryPoint(
      "Optimizer.adamW(learningRate: Double, weightDecay: Double, beta1: Double, beta2: Double, "
        + "epsilon: Double)"
    ) { sweep in
      sweep.each(Hostile.doubles) {
        try trained(TrainingOptions(optimizer: .adamW(weightDecay: $0)))
      }
    },
    EntryPoint(
      "LearningRateSchedule.init(_ description: String, factor: @escaping @Sendable (Moment) -> Double)"
    ) {
      sweep in
      sweep.each(Hostile.doubles) { factor in
        try trained(TrainingOptions(schedule: LearningRateSchedule("own") { _ in factor }))
      }
    },
    EntryPoint("LearningRateSchedule.Moment.init(step: Int, stepsPerEpoch: Int)") { sweep in
      for schedule in [
        LearningRateSchedule.stepDecay(every: 2), .cosine(over: 3), .warmUp(over: 1),
      ] {
        sweep.each(Hostile.integers, "\(schedule) ") {
          schedule.factor(at: LearningRateSchedule.Moment(step: $0, stepsPerEpoch: $0)).isFinite
        }
      }
    },
    EntryPoint("LearningRateSchedule.factor(at moment: Moment)") { sweep in
      sweep.each(Hostile.integers) {
        LearningRateSchedule.warmUp(over: 2, then: .cosine(over: 2))
          .factor(at: LearningRateSchedule.Moment(step: $0, stepsPerEpoch: 3)).isFinite
      }
    },
    EntryPoint("LearningRateSchedule.stepDecay(every epochs: Double, by factor: Double)") { sweep in
      sweep.each(Hostile.doubles) {
        try trained(TrainingOptions(schedule: .stepDecay(every: $0)))
      }
      sweep.each(Hostile.doubles, "by ") {
        try trained(TrainingOptions(schedule: .stepDecay(every: 0.5, by: $0)))
      }
    },
    EntryPoint("LearningRateSchedule.cosine(over epochs: Double, downTo fraction: Double)") {
      sweep in
      sweep.each(Hostile.doubles) { try trained(TrainingOptions(schedule: .cosine(over: $0))) }
      sweep.each(Hostile.doubles, "down to ") {
        try trained(TrainingOptions(schedule: .cosine(over: 1, downTo: $0)))
      }
    },
    EntryPoint(
      "LearningRateSchedule.warmUp(over epochs: Double, then schedule: LearningRateSchedule)"
    ) { sweep in
      sweep.each(Hostile.doubles) { try trained(TrainingOptions(schedule: .warmUp(over: $0))) }
    },
    EntryPoint(
      "Optimizer.adam(learningRate: Double, beta1: Double, beta2: Double, epsilon: Double)"
    ) { sweep in
      sweep.each(Hostile.doubles) {
        try trained(TrainingOptions(optimizer: .adam(learningRate: $0)))
      }
      sweep.each(Hostile.doubles, "beta ") {
        try trained(TrainingOptions(optimizer: .adam(beta1: $0, beta2: $0, epsilon: $0)))
      }
    },
    EntryPoint(
      "Optimizer.init(_ name: String, learningRate: Double, settings: KeyValuePairs<String, Double>, "
        + "weightDecay: Double, countsSteps: Bool, rule: @escaping @Sendable (Site) -> Void)"
    ) { sweep in
      sweep.each(Hostile.names) { try trained(TrainingOptions(optimizer: Optimizer($0) { _ in })) }
    },
    EntryPoint("Optimizer.Site.state(_ kind: String)") { sweep in
      sweep.each(Hostile.names) { name in
        let rule = Optimizer("rule") { site in
          site.update(site.parameter, to: site.state(name))
        }
        return try classifier().trainingStep(minimizing: "loss", with: rule)
      }
      sweep.call("twice") {
        let rule = Optimizer("rule") { site in
          site.update(site.state("s"), to: site.state("s"))
        }
        return try classifier().trainingStep(minimizing: "loss", with: rule)
      }
    },
  ]
}
