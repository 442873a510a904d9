import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointRuntime

/// What a machine can do at most, to hold the steps of a profile against.
public struct MachineLimits: Hashable, Sendable {
  /// The arithmetic operations in a second of products of matrices that stay in the caches of the cores.
  public let operationsPerSecond: Double
  /// The bytes in a second, read and written, of a sum of two arrays that no cache holds.
  public let bytesPerSecond: Double
  /// The threads that both were measured with.
  public let threads: Int
  /// The type of the elements.
  public let scalarType: ScalarType
  /// The rows and columns of each matrix.
  public let matrixExtent: Int
  /// The bytes of the arrays together.
  public let arrayByteCount: Int

  /// Limits that are known from elsewhere.
  public init(
    operationsPerSecond: Double, bytesPerSecond: Double, threads: Int, scalarType: ScalarType,
    matrixExtent: Int, arrayByteCount: Int
  ) {
    self.operationsPerSecond = operationsPerSecond
    self.bytesPerSecond = bytesPerSecond
    self.threads = threads
    self.scalarType = scalarType
    self.matrixExtent = matrixExtent
    self.arrayByteCount = arrayByteCount
  }

  /// How they were measured, in words.
  public var summary: String {
    let products = threads == 1 ? "a product" : "\(threads) products"
    return "\(products) of \(matrixExtent) × \(matrixExtent) in \(scalarType.rawValue), "
      + "a sum of arrays of \(arrayByteCount >> 20) MiB together"
  }

  /// Measures them, in some tenths of a second, through what graphs are compiled to on an engine.
  ///
  /// - Parameters:
  ///   - scalarType: `f32` or `f64`.
  ///   - threads: The most threads of a run.
  ///   - backend: What loop nests become; nil for what they become on the engine.
  ///   - engine: What they run on.
  /// - Throws: `.invalidArgument` for another type or number of threads, `.memoryLimit` where there is no memory for
  ///   the arrays.
  public static func measured(
    _ scalarType: ScalarType, threads: Int, _ backend: Backend? = nil, on engine: Engine = .shared
  ) throws(Diagnostic) -> MachineLimits {
    guard scalarType.isDifferentiable, (1...1024).contains(threads) else {
      throw Diagnostic(
        .invalidArgument,
        "limits are measured in f32 or f64 on 1 to 1024 threads, not in \(scalarType.rawValue) on \(threads)"
      )
    }
    let options = CompilationOptions(threads: threads, backend: backend)
    let size = scalarType.byteCount
    // Three matrices have three quarters of a core's cache.
    let elements = MachineModel.thisMachine.fixedPart.ownByteCount / 4 / size
    let extent = max(64, Int(Double(elements).squareRoot()) / 64 * 64)
    let products = try product(scalarType, extent, threads).fastestRun(options, on: engine)
    let count = arrayByteCount(on: engine) / 3 / size
    let sums = try sum(scalarType, count).fastestRun(options, on: engine)
    return MachineLimits(
      operationsPerSecond: 2 * Double(threads) * Double(extent * extent * extent) / products,
      bytesPerSecond: Double(3 * count * size) / sums, threads: threads, scalarType: scalarType,
      matrixExtent: extent, arrayByteCount: 3 * count * size)
  }

  /// A product of matrices for each thread.
  private static func product(
    _ type: ScalarType, _ extent: Int, _ threads: Int
  ) throws(Diagnostic) -> Graph {
    let builder = GraphBuilder("product")
    let shape = Shape(extents: [threads, extent, extent])
    let left = builder.parameter("left", type, shape, .uniform(from: -1, to: 1))
    let right = builder.parameter("right", type, shape, .uniform(from: -1, to: 1))
    builder.output("product", matmul(left, right))
    return try builder.build()
  }

  /// A sum of arrays, which are written before they are read, so that each has memory of its own.
  private static func sum(_ type: ScalarType, _ count: Int) throws(Diagnostic) -> Graph {
    let builder = GraphBuilder("sum")
    let left = builder.parameter("left", type, Shape(extents: [count]), .constant(1))
    let right = builder.parameter("right", type, Shape(extents: [count]), .constant(2))
    builder.output("sum", left + right)
    return try builder.build()
  }

  /// Twice the last cache, within reason: what comes around after so many bytes is in it no more.
  private static func arrayByteCount(on engine: Engine) -> Int {
    let limit = engine.options.maximumMemory ?? MemoryLimit.standard
    let wanted = min(
      max(2 * (MachineModel.thisMachine.caches.last?.byteCount ?? 0), 1 << 28), 1 << 30)
    return max(min(wanted, limit / 4), 1 << 12)
  }
}

extension Graph {
  /// The seconds of the fastest of some runs: two tenths of a second of them, and at least five.
  func fastestRun(
    _ options: CompilationOptions, on engine: Engine
  ) throws(Diagnostic) -> Double {
    let context = try compiled(options, on: engine).makeContext()
    try context.run()
    let begin = ThreadClock.now
    var (least, count) = (Int.max, 0)
    repeat {
      let start = ThreadClock.now
      try context.run()
      least = min(least, ThreadClock.now - start)
      count += 1
    } while count < 5 || ThreadClock.now - begin < 200_000_000
    return Double(max(least, 1)) * 1e-9
  }
}
