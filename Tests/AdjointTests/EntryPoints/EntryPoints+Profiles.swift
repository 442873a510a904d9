import Adjoint
import AdjointExplore

extension EntryPoint {
  /// Arrays of what it measures with are small, since its memory is.
  private static let small = Engine(Engine.Options(maximumMemory: 4 << 20, cacheFolder: nil))

  private static func limits(_ number: Double = 1e9, _ count: Int = 1) -> MachineLimits {
    MachineLimits(
      operationsPerSecond: number, bytesPerSecond: number, threads: count, scalarType: .f32,
      matrixExtent: count, arrayByteCount: count)
  }

  private static func profile(
    dimensions: [String: Int] = ["B": 2], values: [String: Tensor] = [:], repeats: Int = 2,
    seed: UInt64 = 0, threads: Int? = 1, limits: MachineLimits = limits()
  ) throws -> Profile {
    try graph().profiled(
      CompilationOptions(dimensions: dimensions, threads: threads), values: values,
      repeats: repeats, seed: seed, limits: limits, on: small)
  }

  static let profiles: [EntryPoint] = [
    EntryPoint(
      "Graph.profiled(_ options: CompilationOptions, values: [String: Tensor], repeats: Int, "
        + "seed: UInt64, limits: MachineLimits?, on engine: Engine)"
    ) { sweep in
      sweep.each(Hostile.extentsByName) { try profile(dimensions: $0).steps.count }
      sweep.each(try Hostile.tensorsByName) {
        try profile(dimensions: [:], values: $0).steps.count
      }
      sweep.each(Hostile.integers, "repeats ") { try profile(repeats: $0).repeats }
      sweep.each(Hostile.unsigned, "seed ") { try profile(seed: $0).steps.count }
      for threads in [Int.min, 0, .max] {
        sweep.call("threads \(Hostile.label(threads))") {
          try profile(threads: threads).threads
        }
      }
      sweep.each(Hostile.doubles, "limits ") {
        try profile(limits: limits($0, .max)).chromeTrace.isEmpty
      }
      sweep.call("huge") { try huge().profiled(limits: limits()) }
    },
    EntryPoint(
      "Exploration.init(of graph: Graph, _ options: CompilationOptions, profile: Profile?)"
    ) { sweep in
      sweep.each(Hostile.extentsByName) { extents in
        let page = try Exploration(of: graph(), CompilationOptions(dimensions: extents)).html()
        return page.hasSuffix("</html>\n")
      }
      sweep.call("another profile") {
        try Exploration(
          of: graph().keeping(outputs: ["loss"]), CompilationOptions(dimensions: ["B": 2]),
          profile: profile())
      }
      sweep.call("huge") { try Exploration(of: huge()) }
    },
    EntryPoint("Exploration.write(to path: String)") { sweep in
      let page = try Exploration(of: graph(), CompilationOptions(dimensions: ["B": 2]))
      sweep.each(Hostile.targets) { try page.write(to: $0) }
    },
    EntryPoint("Profile.writeChromeTrace(to path: String)") { sweep in
      sweep.each(Hostile.targets) { try profile().writeChromeTrace(to: $0) }
    },
    EntryPoint(
      "MachineLimits.init(operationsPerSecond: Double, bytesPerSecond: Double, threads: Int, "
        + "scalarType: ScalarType, matrixExtent: Int, arrayByteCount: Int)"
    ) { sweep in
      sweep.each(Hostile.doubles) { limits($0).summary }
      sweep.each(Hostile.integers) { limits(1, $0).summary }
    },
    EntryPoint(
      "MachineLimits.measured(_ scalarType: ScalarType, threads: Int, _ backend: Backend?, "
        + "on engine: Engine)"
    ) { sweep in
      sweep.each(Hostile.integers) {
        try MachineLimits.measured(.f32, threads: $0, on: small).threads
      }
      sweep.call("i64") { try MachineLimits.measured(.i64, threads: 1, on: small) }
    },
  ]
}
