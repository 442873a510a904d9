#if BLAS || SystemLibraries
  import Adjoint
  import AdjointTraining
  #if canImport(Darwin)
    import CAccelerate
  #else
    import CBLAS
  #endif
  import Foundation
  import Synchronization
  import TestSupport
  import Testing

  /// What a program that uses OpenBLAS beside this package can ask it for.
  private struct HostLibrary: @unchecked Sendable {
    typealias GetThreads = @convention(c) () -> CInt
    typealias SetThreads = @convention(c) (CInt) -> Void
    typealias CoreName = @convention(c) () -> UnsafePointer<CChar>?

    // C functions of the library.
    let threads: GetThreads
    let setThreads: SetThreads
    private let name: CoreName

    init?() {
      guard let threads = dlsym(nil, "openblas_get_num_threads"),
        let setThreads = dlsym(nil, "openblas_set_num_threads"),
        let name = dlsym(nil, "openblas_get_corename")
      else { return nil }
      self.threads = unsafeBitCast(threads, to: GetThreads.self)
      self.setThreads = unsafeBitCast(setThreads, to: SetThreads.self)
      self.name = unsafeBitCast(name, to: CoreName.self)
    }

    var coreName: String { name().map { String(cString: $0) } ?? "" }
  }

  /// Products of whole numbers, exact in any order of summation.
  private struct HostProduct {
    static let size = 160
    let left = (0..<size * size).map { Double($0 % 7) - 3 }
    let right = (0..<size * size).map { Double($0 % 5) - 2 }

    func product() -> [Double] {
      var result = Array(repeating: 0.0, count: left.count)
      let size = CInt(Self.size)
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, left, size, right, size, 0,
        &result, size)
      return result
    }

    /// The same without a library.
    func expected() -> [Double] {
      var result = Array(repeating: 0.0, count: left.count)
      for row in 0..<Self.size {
        for inner in 0..<Self.size {
          let factor = left[row * Self.size + inner]
          for column in 0..<Self.size {
            result[row * Self.size + column] += factor * right[inner * Self.size + column]
          }
        }
      }
      return result
    }
  }

  @Suite("A host that uses BLAS itself", .serialized)
  struct HostBLASTests {
    /// A training step whose products are large enough for the library and for several threads.
    private func step(_ engine: Engine) throws -> ExecutionContext {
      let builder = GraphBuilder("host")
      let x = builder.input("x", .f32, [128, 700])
      let w = builder.parameter("w", .f32, [700, 600], .glorot)
      let v = builder.parameter("v", .f32, [600, 300], .glorot)
      let y = matmul(tanh(matmul(x, w)), v)
      builder.output("loss", (y * y).sum())
      let context = try builder.build()
        .trainingStep(minimizing: "loss", with: .sgd(learningRate: 1e-5))
        .compiled(on: engine).makeContext(seed: 2)
      try context.set("x", to: .random(TensorType(.f32, [128, 700]), seed: 9))
      return context
    }

    private func losses(_ engine: Engine) throws -> [Double] {
      let context = try step(engine)
      return try (0..<4).map { _ in
        try context.run()
        return try context.scalar("loss")
      }
    }

    private func engine(_ backend: Backend, threads: Int) -> Engine {
      var options = Engine.Options(
        threads: threads, backend: backend, cacheFolder: nil, llvmLibrary: TestLibrary.path)
      options.oversubscribes = true
      return Engine(options)
    }

    @Test("gets its own results before, during and after", arguments: Backend.allCases)
    func results(_ backend: Backend) async throws {
      let product = HostProduct()
      let expected = product.expected()
      #expect(product.product() == expected)
      let alone = try losses(engine(backend, threads: 1))
      #expect(Set(alone).count == 4)
      try await withThrowingTaskGroup(of: Bool.self) { group in
        let done = Shared()
        for _ in 0..<3 {
          group.addTask {
            var isRight = true
            repeat { isRight = product.product() == expected && isRight } while !done.value
            return isRight
          }
        }
        for threads in [2, 3, 2] {
          #expect(try losses(engine(backend, threads: threads)) == alone)
        }
        done.finish()
        for try await isRight in group { #expect(isRight) }
      }
      #expect(product.product() == expected)
    }

    private final class Shared: Sendable {
      private let flag = Atomic<Bool>(false)
      var value: Bool { flag.load(ordering: .relaxed) }
      func finish() { flag.store(true, ordering: .relaxed) }
    }

    @Test("finds its library and its environment as it left them")
    func nothingChanges() throws {
      let library = HostLibrary()
      let threads = library?.threads()
      defer { if let threads { library?.setThreads(threads) } }
      library?.setThreads(2)
      let coreName = library?.coreName
      let environment = ProcessInfo.processInfo.environment
      _ = HostProduct().product()
      for backend in Backend.allCases { _ = try losses(engine(backend, threads: 2)) }
      if let library {
        #expect(library.threads() == 2)
        #expect(library.coreName == coreName)
      }
      #expect(ProcessInfo.processInfo.environment == environment)
      #expect(HostProduct().product() == HostProduct().expected())
    }
  }
#endif
