import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointPasses

/// Evaluates a function and its gradient, and compares the two element by element.
struct GradientCheckRunner {
  private let setting: GradientCheckSetting
  /// The function as it is written, and after the standard passes, whose derivative is checked.
  private let functions: (asWritten: CheckedFunction, stable: CheckedFunction)
  private let gradients: [String: Tensor]

  init(
    _ setting: GradientCheckSetting, output: String, sources: [String], on engine: Engine
  ) throws(Diagnostic) {
    self.setting = setting
    guard !sources.isEmpty else {
      throw Diagnostic(
        .notDifferentiable,
        "there is nothing to check: \(output) depends differentiably on no input "
          + "or parameter")
    }
    let derivative = try setting.graph.differentiated(output, withRespectTo: sources)
    let context = try derivative.compiled(on: engine).makeContext()
    for (name, tensor) in setting.tensors { try context.set(name, to: tensor) }
    let known = Set(setting.graph.inputs.map(\.name))
    var weights: [Double]?
    if let cotangent = derivative.inputs.first(where: { !known.contains($0.name) }) {
      let tensor = try Initializer.normal(mean: 0, deviation: 1)
        .tensor(cotangent.type, name: cotangent.name, seed: setting.seed)
      try context.set(cotangent.name, to: tensor)
      weights = tensor.doubles
    }
    try context.run()
    var gradients: [String: Tensor] = [:]
    for (source, port) in zip(sources, derivative.outputs.dropFirst()) {
      gradients[source] = try context.output(port.name)
    }
    self.gradients = gradients
    let asWritten = CompilationOptions(pipeline: Pipeline([]))
    functions = (
      try CheckedFunction(setting, output, weights, asWritten, engine),
      try CheckedFunction(setting, output, weights, CompilationOptions(), engine)
    )
  }

  func row(for source: String) throws(Diagnostic) -> GradientCheck.Row {
    let derivatives = gradients[source]?.doubles ?? []
    let places = try CounterBasedRandom(seed: setting.seed, stream: "check \(source)")
      .permutation(of: derivatives.count).prefix(GradientCheck.sampleCount)
    var tally = Tally()
    for place in places.sorted() {
      let derivative = derivatives[place]
      tally.add(place, derivative, try slopes(source, place, derivative))
    }
    return GradientCheck.Row(
      source: source, elementCount: derivatives.count, checkedCount: places.count - tally.kinks,
      maximumAbsoluteError: tally.absolute, maximumRelativeError: tally.relative,
      missCount: tally.misses, kinkCount: tally.kinks, worst: tally.worst)
  }

  /// The slopes around one element of the function as it is written, unless it is not finite there, or
  /// disagrees with the derivative where rounding has taken its digits; then of its stable form.
  private func slopes(
    _ source: String, _ place: Int, _ derivative: Double
  ) throws(Diagnostic) -> SlopeSequence {
    guard let tensor = setting.tensors[source] else { return Samples().sequence(finer: []) }
    let asWritten = try functions.asWritten.samples(of: source, tensor, place)
    if asWritten.isFinite, asWritten.agree(with: derivative) {
      return asWritten.sequence(finer: [])
    }
    let stable = try functions.stable.samples(of: source, tensor, place)
    let isAsWritten = asWritten.isFinite && !asWritten.haveLostDigits(of: stable)
    var finer: [Slopes] = []
    for step in SlopeSequence.steps.dropFirst() {
      let function = isAsWritten ? functions.asWritten : functions.stable
      finer.append(try function.samples(of: source, tensor, place, step: step).slopes)
    }
    return (isAsWritten ? asWritten : stable).sequence(finer: finer)
  }
}

/// A function that can be evaluated near the point of a check.
private struct CheckedFunction {
  private let context: ExecutionContext
  private let output: String
  /// The weights c of f = Σ c·y; nil where y is a scalar.
  private let weights: [Double]?
  private let value: Double

  init(
    _ setting: GradientCheckSetting, _ output: String, _ weights: [Double]?,
    _ options: CompilationOptions, _ engine: Engine
  ) throws(Diagnostic) {
    self.output = output
    self.weights = weights
    context = try setting.graph.compiled(options, on: engine).makeContext()
    for (name, tensor) in setting.tensors { try context.set(name, to: tensor) }
    value = try Self.value(of: context, output, weights)
  }

  /// The values at one element of a source and to either side; the step is relative to the usual one.
  func samples(
    of source: String, _ tensor: Tensor, _ place: Int, step relative: Double = 1
  ) throws(Diagnostic) -> Samples {
    var elements = tensor.doubles
    let original = elements[place]
    // Truncation grows with h², rounding with 1/h; both are near 1e-11 of f here.
    let step = 1e-5 * relative * max(1, original.magnitude)
    let (high, low) = (original + step, original - step)
    elements[place] = high
    try context.set(source, to: Tensor(.f64(elements), extents: tensor.extents))
    let above = try Self.value(of: context, output, weights)
    elements[place] = low
    try context.set(source, to: Tensor(.f64(elements), extents: tensor.extents))
    let below = try Self.value(of: context, output, weights)
    try context.set(source, to: tensor)
    return Samples(places: [low, original, high], values: [below, value, above])
  }

  private static func value(
    of context: ExecutionContext, _ output: String, _ weights: [Double]?
  ) throws(Diagnostic) -> Double {
    try context.run()
    let elements = try context.output(output).doubles
    guard let weights else { return elements[0] }
    return zip(elements, weights).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

/// The values of a function at an element of a source, and a step below and above it.
private struct Samples {
  var places = [-1.0, 0, 1]
  var values = [0.0, 0, 0]

  var isFinite: Bool { values.allSatisfy(\.isFinite) }

  /// The size of the function, below which differences of it have no digits.
  var scale: Double { max(1, values[1].magnitude) }

  /// The slopes to either side and across.
  var slopes: Slopes {
    Slopes(
      left: (values[1] - values[0]) / (places[1] - places[0]),
      right: (values[2] - values[1]) / (places[2] - places[1]),
      across: (values[2] - values[0]) / (places[2] - places[0]))
  }

  /// These slopes, and those over shorter steps.
  func sequence(finer: [Slopes]) -> SlopeSequence {
    SlopeSequence(slopes, finer: finer, step: places[2] - places[1], scale: scale)
  }

  func agree(with derivative: Double) -> Bool {
    slopes.error(of: derivative, scale: scale) <= GradientCheck.tolerance
      && slopes.areNear(derivative)
  }

  /// Whether these values are those of the stable form but for more rounding than differences bear.
  ///
  /// 1 − σ(x) has it from x = 20 on. Another function differs by more.
  func haveLostDigits(of stable: Samples) -> Bool {
    guard stable.isFinite else { return false }
    let loss = zip(values, stable.values).map { ($0 - $1).magnitude }.max() ?? 0
    return loss > 1e-13 * stable.scale && loss < 0.05 * stable.scale
  }
}

/// The errors found so far.
private struct Tally {
  var absolute = 0.0
  var relative = 0.0
  var misses = 0
  var kinks = 0
  var worst: GradientCheck.Comparison?

  mutating func add(_ place: Int, _ derivative: Double, _ slopes: SlopeSequence) {
    switch slopes.verdict(on: derivative, tolerance: GradientCheck.tolerance) {
    case .agrees(let difference, let error):
      note(place, derivative, difference, error)
    case .kink:
      kinks += 1
    case .miss(let difference, let error):
      misses += 1
      note(place, derivative, difference, error)
    }
  }

  /// Keeps the largest errors; one that is not a number counts as infinite.
  private mutating func note(
    _ place: Int, _ derivative: Double, _ difference: Double, _ error: Double
  ) {
    absolute = max(absolute, error.isNaN ? .infinity : (derivative - difference).magnitude)
    let error = error.isNaN ? .infinity : error
    guard error > relative || worst == nil else { return }
    relative = max(relative, error)
    worst = GradientCheck.Comparison(
      place: place, derivative: derivative, difference: difference)
  }
}
