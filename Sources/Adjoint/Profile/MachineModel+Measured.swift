import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointRuntime

extension MachineModel {
  /// This machine with costs that are measured, in about two seconds, through what graphs are compiled to.
  ///
  /// Only the free part is measured, so plans for it give the bits of those for `thisMachine`. It is measured only
  /// when asked for: keep it, as text, where runs of a program shall decide alike.
  ///
  /// - Parameter engine: What runs.
  /// - Throws: `.memoryLimit` where there is no memory for what is measured.
  public static func measured(on engine: Engine = .shared) throws(Diagnostic) -> MachineModel {
    let limits = try MachineLimits.measured(.f32, threads: 1, on: engine)
    let known = thisMachine
    return MachineModel(
      vectorByteCount: known.vectorByteCount, caches: known.caches, coreCount: known.coreCount,
      launchNanoseconds: try measuredLaunch(on: engine).rounded(toDigits: 3),
      handOverNanoseconds: (engine.execution.measuredHandOver() ?? known.handOverNanoseconds)
        .rounded(toDigits: 3),
      multiplyAddsPerNanosecond: (limits.operationsPerSecond / 2e9).rounded(toDigits: 3),
      bytesPerNanosecond: (limits.bytesPerSecond / 1e9).rounded(toDigits: 3))
  }

  /// The nanoseconds of a kernel that has next to nothing to do, in a chain of those.
  private static func measuredLaunch(on engine: Engine) throws(Diagnostic) -> Double {
    let builder = GraphBuilder("launches")
    let matrix = builder.parameter("matrix", .f32, [2, 2], .uniform(from: -1, to: 1))
    var product: Value = matrix
    for _ in 0..<512 { product = matmul(product, sin(product)) }
    builder.output("product", product)
    let options = CompilationOptions(threads: 1)
    let graph = try builder.build()
    let kernels = try graph.compiled(options, on: engine).statistics.kernelCount
    return try graph.fastestRun(options, on: engine) * 1e9 / Double(max(kernels, 1))
  }
}

extension Double {
  /// The nearest number of so many significant digits: more of them would be those of one moment.
  fileprivate func rounded(toDigits digits: Int) -> Double {
    guard isFinite, self > 0 else { return self }
    var scale = 1.0
    while self * scale < 1 { scale *= 10 }
    while self * scale >= 10 { scale /= 10 }
    var factor = scale
    for _ in 1..<digits { factor *= 10 }
    return (self * factor).rounded() / factor
  }
}
