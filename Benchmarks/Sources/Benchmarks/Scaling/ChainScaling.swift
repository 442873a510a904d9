import Adjoint
import Foundation

/// Takes a chain of element-wise nodes through the whole compiler and times each stage.
enum ChainScaling {
  /// The lengths of the chains.
  static let lengths = [1_000, 3_000, 10_000, 30_000, 100_000]
  private static let width = 16
  private static let start = 0.8

  /// Builds, differentiates, compiles, runs and checks a chain of a length.
  ///
  /// - Throws: `.wrongResult` where the chain's value or gradient is not that of a plain loop.
  ///
  /// - Parameter distinct: Whether functions follow in no order, with numbers of their own, so that no kernel
  ///     occurs twice.
  static func measured(
    nodes: Int, distinct: Bool, threads: Int?
  ) throws(Diagnostic) -> ScalingRow {
    let links = (0..<nodes).map { Link(number: $0, distinct: distinct) }
    let memoryBefore = ResidentMemory.bytes()
    var stages = StageClock()
    let graph = try chain(links)
    let build = stages.lap()
    let differentiated = try graph.differentiated("total", withRespectTo: ["x"])
    let differentiate = stages.lap()
    let simplified = try Pipeline.compilation(differentiated)
    let simplify = stages.lap()
    try simplified.verify()
    let verify = stages.lap()
    let executable = try simplified.compiled(
      CompilationOptions(pipeline: Pipeline([]), threads: threads), on: .benchmarks)
    let compile = stages.lap()
    let context = try executable.makeContext()
    try context.set("x", to: Tensor(repeating: start, .f64, extents: [width]))
    try context.run()
    let firstRun = stages.lap()
    try context.run()
    let run = stages.lap()
    let memoryAfter = ResidentMemory.peakBytes()
    try check(context, links)
    return ScalingRow(
      nodes: nodes, graphNodes: simplified.nodeCount, build: build, differentiate: differentiate,
      simplify: simplify, verify: verify, compile: compile, firstRun: firstRun, run: run,
      residentBytes: memoryAfter - memoryBefore,
      plannedBytes: executable.statistics.plannedByteCount,
      kernels: executable.statistics.kernelCount)
  }

  /// A node: sines and hyperbolic tangents by turns, or in no order with products and sums with a
  /// number of their own.
  ///
  /// Near 0 all have a derivative near 1, so that value and gradient stay far from underflow even for
  /// long chains.
  private enum Link {
    case sine, tangent
    case scaled(Double)
    case shifted(Double)

    init(number: Int, distinct: Bool) {
      guard distinct else {
        self = number % 2 == 0 ? .sine : .tangent
        return
      }
      let own = Double(number + 1) * 1e-12
      self =
        switch RandomStream("chain").bits(at: UInt64(number)) % 4 {
        case 0: .sine
        case 1: .tangent
        case 2: .scaled(1 + own)
        default: .shifted(own)
        }
    }
  }

  private static func chain(_ links: [Link]) throws(Diagnostic) -> Graph {
    let builder = GraphBuilder("chain")
    var value = builder.input("x", .f64, Shape(extents: [width]))
    for link in links {
      value =
        switch link {
        case .sine: sin(value)
        case .tangent: tanh(value)
        case .scaled(let factor): value * factor
        case .shifted(let distance): value + distance
        }
    }
    builder.output("total", value.sum())
    return try builder.build()
  }

  private static func check(_ context: ExecutionContext, _ links: [Link]) throws(Diagnostic) {
    var value = start
    var slope = 1.0
    for link in links {
      switch link {
      case .sine:
        slope *= cos(value)
        value = sin(value)
      case .tangent:
        value = tanh(value)
        slope *= 1 - value * value
      case .scaled(let factor):
        slope *= factor
        value *= factor
      case .shifted(let distance): value += distance
      }
    }
    let expected = value * Double(width)
    var total = Comparison(of: "total")
    total.expect(try context.scalar("total"), expected, within: 1e-9 * expected)
    try total.finish()
    var gradient = Comparison(of: "gradient.x")
    for element in try context.output("gradient.x").doubles {
      gradient.expect(element, slope, within: 1e-9 * slope)
    }
    try gradient.finish()
  }
}

/// Gives the seconds since it was last asked.
private struct StageClock {
  private var last = ContinuousClock.now

  mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { last = now }
    return (now - last) / .seconds(1)
  }
}
