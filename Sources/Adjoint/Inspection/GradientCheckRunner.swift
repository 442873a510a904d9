import AdjointAutodiff
import AdjointCore
import AdjointGraph

/// Evaluates a function and its gradient, and compares the two element by element.
struct GradientCheckRunner {
  private let setting: GradientCheckSetting
  private let output: String
  private let function: ExecutionContext
  private let gradients: [String: Tensor]
  /// The weights c of f = Σ c·y; nil where y is a scalar.
  private let weights: [Double]?
  private let value: Double

  init(
    _ setting: GradientCheckSetting, output: String, sources: [String]
  ) throws(Diagnostic) {
    self.setting = setting
    self.output = output
    function = try setting.graph.compiled().makeContext()
    for (name, tensor) in setting.tensors { try function.set(name, to: tensor) }
    guard !sources.isEmpty else {
      throw Diagnostic(
        .notDifferentiable,
        "there is nothing to check: \(output) depends differentiably on no input "
          + "or parameter")
    }
    let derivative = try setting.graph.differentiated(output, withRespectTo: sources)
    let context = try derivative.compiled().makeContext()
    for (name, tensor) in setting.tensors { try context.set(name, to: tensor) }
    let known = Set(setting.graph.inputs.map(\.name))
    if let cotangent = derivative.inputs.first(where: { !known.contains($0.name) }) {
      let tensor = try Initializer.normal(mean: 0, deviation: 1)
        .tensor(cotangent.type, name: cotangent.name, seed: setting.seed)
      try context.set(cotangent.name, to: tensor)
      weights = tensor.doubles
    } else {
      weights = nil
    }
    try context.run()
    var gradients: [String: Tensor] = [:]
    for (source, port) in zip(sources, derivative.outputs.dropFirst()) {
      gradients[source] = try context.output(port.name)
    }
    self.gradients = gradients
    value = try Self.value(of: function, output, weights)
  }

  func row(for source: String) throws(Diagnostic) -> GradientCheck.Row {
    let derivatives = gradients[source]?.doubles ?? []
    let places = CounterBasedRandom(seed: setting.seed, stream: "check \(source)")
      .permutation(of: derivatives.count).prefix(GradientCheck.sampleCount)
    var tally = Tally()
    for place in places.sorted() {
      let slopes = try slopes(source, place)
      tally.add(place, derivatives[place], slopes, scale: max(1, value.magnitude))
    }
    return GradientCheck.Row(
      source: source, elementCount: derivatives.count, checkedCount: places.count - tally.kinks,
      maximumAbsoluteError: tally.absolute, maximumRelativeError: tally.relative,
      missCount: tally.misses, kinkCount: tally.kinks, worst: tally.worst)
  }

  /// The differences of the function at one element, to either side and across.
  private func slopes(_ source: String, _ place: Int) throws(Diagnostic) -> Slopes {
    guard let tensor = setting.tensors[source] else { return Slopes(left: 0, right: 0, across: 0) }
    var elements = tensor.doubles
    let original = elements[place]
    // Truncation grows with h², rounding with 1/h; both are near 1e-11 of f here.
    let step = 1e-5 * max(1, original.magnitude)
    let (high, low) = (original + step, original - step)
    elements[place] = high
    try function.set(source, to: Tensor(.f64(elements), extents: tensor.extents))
    let above = try Self.value(of: function, output, weights)
    elements[place] = low
    try function.set(source, to: Tensor(.f64(elements), extents: tensor.extents))
    let below = try Self.value(of: function, output, weights)
    try function.set(source, to: tensor)
    return Slopes(
      left: (value - below) / (original - low), right: (above - value) / (high - original),
      across: (above - below) / (high - low))
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

private struct Slopes {
  let left: Double
  let right: Double
  let across: Double

  /// Whether the function has a corner and the derivative is one of the slopes of a line through it.
  func areKink(around derivative: Double, scale: Double) -> Bool {
    let size = max(left.magnitude, right.magnitude, scale * 0.1)
    let slack = size * 1e-3
    guard (right - left).magnitude > slack else { return false }
    return derivative >= min(left, right) - slack && derivative <= max(left, right) + slack
  }
}

/// The errors found so far.
private struct Tally {
  var absolute = 0.0
  var relative = 0.0
  var misses = 0
  var kinks = 0
  var worst: GradientCheck.Comparison?

  mutating func add(_ place: Int, _ derivative: Double, _ slopes: Slopes, scale: Double) {
    let comparison = GradientCheck.Comparison(
      place: place, derivative: derivative, difference: slopes.across)
    guard derivative.isFinite, slopes.across.isFinite else {
      misses += 1
      absolute = .infinity
      relative = .infinity
      worst = comparison
      return
    }
    let error = (derivative - slopes.across).magnitude
    // Differences of a function of this size have no digits below.
    let size = max(derivative.magnitude, slopes.across.magnitude, scale * 0.1)
    let isMiss = error / size > GradientCheck.tolerance
    if isMiss, slopes.areKink(around: derivative, scale: scale) {
      kinks += 1
      return
    }
    if isMiss { misses += 1 }
    absolute = max(absolute, error)
    if error / size > relative || worst == nil {
      relative = max(relative, error / size)
      worst = comparison
    }
  }
}
