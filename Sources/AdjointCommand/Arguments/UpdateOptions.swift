import Adjoint
import AdjointTraining
import ArgumentParser

/// How parameters change from step to step.
struct UpdateOptions: ParsableArguments {
  @Option(help: "How gradients become new parameter values.")
  var optimizer = OptimizerName.adam

  @Option(
    parsing: .unconditional,
    help: "The learning rate; 0.1 for sgd, 0.05 for momentum, 0.001 for adam where not given.")
  var learningRate: Double?

  @Option(
    help: ArgumentHelp(
      "How the learning rate changes: constant, cosine[:EPOCHS[:FRACTION]] down to a fraction, or "
        + "step:EPOCHS[:FACTOR], by a factor every so many epochs.",
      valueName: "schedule"))
  var schedule = ScheduleChoice.constant

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Let the learning rate rise over this many epochs first.", valueName: "epochs"))
  var warmUp = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Make weights smaller by this times the learning rate in each step, apart from the gradients.",
      valueName: "number"))
  var weightDecay = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Make all gradients together no longer than this.", valueName: "number"))
  var clipNorm: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Make no element of a gradient larger than this.", valueName: "number"))
  var clipValue: Double?

  @Option(
    help: ArgumentHelp("Keep these parameters as they are.", valueName: "w,b"),
    transform: NameList.init)
  var freeze: NameList?

  @Option(
    help: ArgumentHelp(
      "Let classes count differently in the loss: balanced, or a weight for each.",
      valueName: "0=1,1=2.5"),
    transform: ClassWeightChoice.init)
  var classWeights: ClassWeightChoice?

  func validate() throws {
    if let learningRate, !learningRate.isFinite || learningRate <= 0 {
      throw ValidationError("--learning-rate must be a number above 0, not \(learningRate)")
    }
    guard warmUp.isFinite, warmUp >= 0 else {
      throw ValidationError("--warm-up must be a number from 0 on, not \(warmUp)")
    }
    guard weightDecay.isFinite, weightDecay >= 0 else {
      throw ValidationError("--weight-decay must be a number from 0 on, not \(weightDecay)")
    }
    guard clipNorm == nil || clipValue == nil else {
      throw ValidationError("--clip-norm and --clip-value exclude each other")
    }
    for (name, bound) in [("--clip-norm", clipNorm), ("--clip-value", clipValue)] {
      if let bound, !bound.isFinite || bound <= 0 {
        throw ValidationError("\(name) must be a number above 0, not \(bound)")
      }
    }
  }

  /// The same in the library's terms.
  ///
  /// - Parameter classNames: The names of the classes by their numbers, where they have names.
  func trainingOptions(
    epochs: Int, classNames: [String]?
  ) throws(Diagnostic) -> TrainingOptions {
    TrainingOptions(
      optimizer: optimizer.optimizer(learningRate, weightDecay: weightDecay),
      schedule: schedule.schedule(epochs: epochs, afterWarmUp: warmUp),
      clipping: clipNorm.map { .globalNorm($0) } ?? clipValue.map { .value($0) },
      frozenParameters: freeze?.names ?? [],
      classWeights: try classWeights?.weights(classNames: classNames))
  }
}

/// Weights of classes, by number or by name.
struct ClassWeightChoice {
  /// Nil for balanced weights.
  private let given: [(name: String, weight: Double)]?

  init(_ argument: String) throws {
    guard argument != "balanced" else {
      given = nil
      return
    }
    var given: [(name: String, weight: Double)] = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let sign = word.lastIndex(of: "="),
        let weight = Double(word[word.index(after: sign)...])
      else {
        throw ValidationError("'\(argument)' is neither balanced nor of the form 0=1,1=2.5")
      }
      given.append((String(word[..<sign]), weight))
    }
    self.given = given
  }

  /// The same in the library's terms: by number where the classes have no names.
  func weights(classNames: [String]?) throws(Diagnostic) -> ClassWeights {
    guard let given else { return .balanced }
    var byName: [String: Double] = [:]
    for (name, weight) in given {
      guard byName.updateValue(weight, forKey: name) == nil else {
        throw Diagnostic(.duplicateName, "--class-weights weighs \(name) twice; weigh it once")
      }
    }
    guard classNames == nil else { return .byName(byName) }
    var byClass: [Int: Double] = [:]
    for (name, weight) in given {
      guard let number = Int(name) else {
        throw Diagnostic(
          .unknownName, "--class-weights names the class \(name); the data has numbers for classes")
      }
      guard byClass.updateValue(weight, forKey: number) == nil else {
        throw Diagnostic(.duplicateName, "--class-weights weighs \(number) twice; weigh it once")
      }
    }
    return .byClass(byClass)
  }
}
