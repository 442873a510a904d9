import Adjoint
import AllocationCounting
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

/// Keeps what is logged.
private final class KeptLog: Sendable {
  let lines = Mutex<[(level: Logger.Level, text: String)]>([])

  var logger: Logger { Logger(label: "test", factory: { _ in Handler(log: self) }) }

  private struct Handler: LogHandler {
    let log: KeptLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      log.lines.withLock { $0.append((event.level, "\(event.message)")) }
    }
  }
}

@Suite("An engine")
struct EngineTests {
  /// tanh(x · w), too large for one thread.
  private func graph() throws -> Graph {
    let builder = GraphBuilder("layer")
    let x = builder.input("x", .f32, [256, 300])
    let w = builder.parameter("w", .f32, [300, 200], .glorot)
    builder.output("y", tanh(matmul(x, w)))
    return try builder.build()
  }

  private func result(_ graph: Graph, on engine: Engine) throws -> [UInt32] {
    let context = try graph.compiled(on: engine).makeContext(seed: 3)
    try context.set("x", to: .random(TensorType(.f32, [256, 300]), seed: 5))
    for _ in 0..<3 { try context.run() }
    return try context.output("y").floats.map(\.bitPattern)
  }

  private func options(
    threads: Int? = nil, library: String? = TestLibrary.path, _ log: KeptLog = KeptLog()
  ) -> Engine.Options {
    var options = Engine.Options(
      threads: threads, cacheFolder: nil, llvmLibrary: library, logger: log.logger)
    options.oversubscribes = true
    return options
  }

  @Test("lives beside another with other threads, and gives the same bits")
  func sideBySide() throws {
    let graph = try graph()
    let one = Engine(options(threads: 1))
    let three = Engine(options(threads: 3))
    let expected = try result(graph, on: one)
    #expect(try result(graph, on: three) == expected)
    #expect(try result(graph, on: one) == expected)
    #expect(Set(expected).count > 1000)
  }

  @Test("warns once of each code, through its logger")
  func warnings() throws {
    let (log, other) = (KeptLog(), KeptLog())
    let graph = try graph()
    let engine = Engine(options(library: "/nowhere/libLLVM.so", log))
    for _ in 0..<3 { _ = try graph.compiled(on: engine) }
    _ = try graph.compiled(on: Engine(options(library: "/nowhere/libLLVM.so", other)))
    for lines in [log.lines.withLock { $0 }, other.lines.withLock { $0 }] {
      #expect(lines.count == 1)
      #expect(lines.first?.level == .warning)
      #expect(lines.first?.text.hasPrefix("/nowhere/libLLVM.so is not used") == true)
      #expect(lines.first?.text.hasSuffix("[code-generation]") == true)
    }
    let error = #expect(throws: Diagnostic.self) {
      try graph.generatedCode(as: .llvm, on: engine)
    }
    #expect(error?.code == .codeGeneration)
  }

  @Test("says nothing where nothing is missing")
  func silence() throws {
    let log = KeptLog()
    var options = options(log)
    options.backend = .portable
    _ = try result(graph(), on: Engine(options))
    #expect(log.lines.withLock { $0.isEmpty })
  }

  @Test("decides what its executables may use, unless they ask for something else")
  func limits() throws {
    let graph = try graph()
    var options = options()
    options.maximumMemory = 1000
    let engine = Engine(options)
    let error = #expect(throws: Diagnostic.self) { try graph.compiled(on: engine) }
    #expect(error?.code == .memoryLimit)
    _ = try graph.compiled(CompilationOptions(maximumArenaByteCount: 1 << 30), on: engine)
  }

  @Test("keeps compiled kernels in its folder alone", .enabled(if: TestLibrary.isUsable))
  func cache() throws {
    let folder = NSTemporaryDirectory() + "/adjoint-engine-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var options = options()
    options.cacheFolder = folder
    _ = try result(graph(), on: Engine(options))
    #expect(try !FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }
}
