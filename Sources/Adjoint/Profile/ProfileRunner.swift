import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointRuntime

/// Runs a compiled graph and puts together what was seen.
struct ProfileRunner {
  static let mostRepeats = 1_000_000

  private let lowered: LoweredGraph
  private let options: CompilationOptions
  private let engine: Engine
  private var plan: Plan { lowered.plan.plan }

  /// Compiles a graph whose dimensions are known.
  init(_ graph: Graph, _ options: CompilationOptions, on engine: Engine) throws(Diagnostic) {
    self.options = options
    self.engine = engine
    let bound = try options.binding(graph)
    lowered = try engine.execution.whileCompilerOpens(options.execution) {
      () throws(Diagnostic) in try LoweredGraph(bound, options)
    }
    guard !plan.steps.isEmpty else {
      let place = graph.outputList.lazy.compactMap { graph.nodes[$0.value.node].location }.first
      throw Diagnostic(
        .invalidArgument,
        "the graph \(graph.name) has no steps, so there is nothing to profile: what it gives are inputs, "
          + "parameters and constants; add an output that is computed",
        location: place)
    }
  }

  func profile(
    _ values: [String: Tensor], repeats: Int, seed: UInt64, limits: MachineLimits?
  ) throws(Diagnostic) -> Profile {
    let executable = try Executable(
      lowered.optimized, lowered.plan, options.execution, on: engine)
    let context = try executable.makeContext(seed: seed)
    try context.set(values)
    var assumptions: [String] = []
    for port in executable.inputs where values[port.name] == nil {
      let (tensor, description) = try port.madeUp(seed: seed)
      try context.set(port.name, to: tensor)
      assumptions.append("\(port): \(description)")
    }
    let runs = try watch(context.memory, repeats)
    let threads = context.memory.loaded.threads
    // Not with ??, whose operand throws any error.
    let machine: MachineLimits
    if let limits { machine = limits } else { machine = try measuredLimits(threads) }
    return Profile(
      graph: lowered.optimized.name, dimensions: options.dimensions, threads: threads,
      repeats: repeats, assumptions: assumptions, seconds: runs.plain.median * 1e-9,
      watchedSeconds: runs.watched.median * 1e-9, clockSeconds: Self.clockSeconds,
      limits: machine,
      steps: steps(runs), parts: Self.parts(runs.fastest))
  }

  private func measuredLimits(_ threads: Int) throws(Diagnostic) -> MachineLimits {
    try .measured(plan.mainScalarType, threads: threads, options.backend, on: engine)
  }

  // MARK: Runs

  /// Nanoseconds of runs and of their steps.
  private struct Runs {
    var plain: [Int] = []
    var watched: [Int] = []
    /// For each step, one for each watched run.
    var steps: PerPlanStep<[Int]>
    /// What was done in the fastest watched run.
    var fastest: [RunSpan] = []
  }

  private func watch(_ context: PlanContext, _ repeats: Int) throws(Diagnostic) -> Runs {
    var runs = Runs(steps: PerPlanStep(repeating: [], count: plan.steps.count))
    let recorder = context.makeRecorder()
    try context.run()
    try context.run(recordedBy: recorder)
    var least = Int.max
    for _ in 0..<repeats {
      let start = ThreadClock.now
      try context.run()
      runs.plain.append(ThreadClock.now - start)
      try context.run(recordedBy: recorder)
      runs.watched.append(recorder.duration)
      let spans = recorder.spans
      for span in spans where span.piece == nil { runs.steps[span.step].append(span.duration) }
      if recorder.duration < least {
        least = recorder.duration
        runs.fastest = spans
      }
    }
    return runs
  }

  /// What one reading of the clock takes, in a row of them.
  private static var clockSeconds: Double {
    let count = 1000
    let start = ThreadClock.now
    for _ in 1..<count { _ = ThreadClock.now }
    return Double(ThreadClock.now - start) * 1e-9 / Double(count)
  }

  // MARK: Steps

  private func steps(_ runs: Runs) -> [Profile.Step] {
    let graph = lowered.optimized
    let heads = plan.kernels.map { KernelPrinter.lines($0)[0] }
    let times = PerPlanStep(runs.steps.map { $0.median * 1e-9 })
    let total = times.reduce(0, +)
    var threads = PerPlanStep(repeating: Set<Int>(), count: plan.steps.count)
    for span in runs.fastest { threads[span.step].insert(span.worker) }
    return zip(plan.steps.numbered, lowered.origins.steps).map { numbered, nodes in
      let (number, step) = numbered
      let work = plan.work(of: step)
      return Profile.Step(
        number: number.rawValue, kernelNumber: step.kernel, kernel: heads[step.kernel],
        label: step.label,
        nodes: nodes.map { Profile.Node($0, of: graph) }, seconds: times[number],
        share: total > 0 ? times[number] / total : 0, operationCount: work.operationCount,
        functionCount: work.functionCount, byteCount: work.byteCount,
        threadCount: threads[number].count)
    }
  }

  private static func parts(_ spans: [RunSpan]) -> [Profile.Part] {
    let ordered = spans.sorted {
      let (a, b) = ($0.piece.map { $0 + 1 } ?? 0, $1.piece.map { $0 + 1 } ?? 0)
      return ($0.start, $0.worker, a, $1.end) < ($1.start, $1.worker, b, $0.end)
    }
    return ordered.map { span in
      Profile.Part(
        step: span.step.rawValue, piece: span.piece, items: span.items, thread: span.worker,
        start: Double(span.start) * 1e-9, end: Double(span.end) * 1e-9)
    }
  }
}

extension Profile.Node {
  init(_ index: Int, of graph: Graph) {
    let node = graph.nodes[index]
    self.init(
      name: graph.label(of: index), mnemonic: node.mnemonic, type: node.resultTypes[0],
      location: node.location, provenance: node.provenance)
  }
}

extension Plan {
  /// The floating-point type that most of its arithmetic is in.
  fileprivate var mainScalarType: ScalarType {
    var counts: [ScalarType: Double] = [:]
    for step in steps {
      guard let result = step.results.first else { continue }
      counts[buffers[result].type.scalarType, default: 0] += Double(work(of: step).operationCount)
    }
    return counts[.f64, default: 0] > counts[.f32, default: 0] ? .f64 : .f32
  }
}

extension [Int] {
  /// The number in the middle, or the mean of both; 0 of none.
  fileprivate var median: Double {
    let sorted = self.sorted()
    if sorted.isEmpty { return 0 }
    return (Double(sorted[(sorted.count - 1) / 2]) + Double(sorted[sorted.count / 2])) / 2
  }
}
