import Adjoint
import AdjointCodegen
import AdjointTraining
import AllocationCounting
import TestSupport
import Testing

@Suite("Branches at the same time")
struct ForkedRunTests {
  /// Towers of so many layers over one input, apart or trained together: each step on its own is too short
  /// to be shared.
  private func towers(
    layers: [Int], threads: Int, backend: Backend = .generated, trains: Bool = true
  ) throws -> Adjoint.Executable {
    let builder = GraphBuilder("towers")
    let x = builder.input("x", .f32, [64, 64])
    var losses: [Value] = []
    for (tower, count) in layers.enumerated() {
      var y = x
      for layer in 0..<count {
        let w = builder.parameter("w\(tower)_\(layer)", .f32, [64, 64], .glorot)
        y = tanh(matmul(y, w))
      }
      losses.append((y * y).sum())
      builder.output("y\(tower)", y)
    }
    let options = CompilationOptions(threads: threads, backend: backend)
    guard trains else { return try builder.build().compiled(options) }
    builder.output("loss", losses.dropFirst().reduce(losses[0]) { $0 + $1 })
    return try builder.build()
      .trainingStep(minimizing: "loss", with: .sgd(learningRate: 0.001)).compiled(options)
  }

  private func makeContext(_ executable: Adjoint.Executable) throws -> ExecutionContext {
    let context = try executable.makeContext(seed: 4)
    try context.set("x", to: .random(TensorType(.f32, [64, 64]), seed: 6))
    return context
  }

  @Test("give the same bits on any number of threads", arguments: Backend.allCases)
  func sameBits(_ backend: Backend) throws {
    let layers = [3, 1, 2, 3]
    func results(threads: Int) throws -> [[UInt32]] {
      let executable = try towers(layers: layers, threads: threads, backend: backend)
      // Portable loops take so long that threads share the steps themselves.
      if backend == .generated { #expect(executable.forkedSteps.isEmpty == (threads == 1)) }
      #expect(executable.forkedSteps.allSatisfy { $0.count <= threads })
      let context = try makeContext(executable)
      for _ in 0..<3 { try context.run() }
      let outputs = try executable.outputs.map { try context.output($0.name).floats }
      let parameters = try executable.parameters.map { try context.parameter($0.name).floats }
      return (outputs + parameters).map { $0.map(\.bitPattern) }
    }
    let alone = try results(threads: 1)
    #expect(alone.allSatisfy { !$0.isEmpty })
    #expect(Set(alone[0]).count > 1000)
    for threads in [2, 3, 5] { #expect(try results(threads: threads) == alone) }
  }

  @Test("are divided so that no thread has much more to do than another")
  func divided() throws {
    func stepCounts(_ layers: [Int], threads: Int) throws -> [[Int]] {
      try towers(layers: layers, threads: threads, trains: false).forkedSteps
        .map { $0.map(\.count) }
    }
    #expect(try stepCounts([2, 4, 2], threads: 2) == [[4, 4]])
    #expect(try stepCounts([4, 4, 4], threads: 3) == [[4, 4, 4]])
    #expect(try stepCounts([4, 4, 4], threads: 8) == [[4, 4, 4]])
    #expect(try stepCounts([3, 2, 2], threads: 2) == [[3, 4]])
    #expect(try stepCounts([4], threads: 2) == [])
  }

  @Test("may be all there is to a graph")
  func wholeGraph() throws {
    let results = try [1, 2].map { threads in
      let executable = try towers(layers: [3, 3], threads: threads, trains: false)
      #expect(executable.forkedSteps == (threads == 1 ? [] : [[[0, 1, 2], [3, 4, 5]]]))
      let context = try makeContext(executable)
      try context.run()
      return try ["y0", "y1"].map { try context.output($0).floats }
    }
    #expect(results[0] == results[1])
    #expect(results[0][0] != results[0][1])
  }

  @Test("sum in parts without disturbing each other", arguments: Backend.allCases)
  func sums(_ backend: Backend) throws {
    let builder = GraphBuilder("sums")
    // Steps that are too short to be shared, and together long enough to be branches, whatever the vectors hold.
    let vector = MachineModel.thisMachine.vectorByteCount
    let counts = (0..<32).map { 256 * vector + 64 * $0 }
    for (number, count) in counts.enumerated() {
      let x = builder.input("x\(number)", .f32, [count])
      builder.output("y\(number)", sin(x).sum())
    }
    let graph = try builder.build()
    func context(threads: Int) throws -> ExecutionContext {
      let executable = try graph.compiled(CompilationOptions(threads: threads, backend: backend))
      if threads > 1 { #expect(executable.forkedSteps.map(\.count) == [2]) }
      let context = try executable.makeContext()
      for (number, count) in counts.enumerated() {
        try context.set(
          "x\(number)", to: .random(TensorType(.f32, [count]), seed: UInt64(number)))
      }
      return context
    }
    func results(_ context: ExecutionContext) throws -> [Float] {
      try context.run()
      return try counts.indices.map { try context.output("y\($0)").floats[0] }
    }
    let expected = try results(context(threads: 1))
    #expect(Set(expected).count == 32)
    let together = try context(threads: 2)
    for _ in 0..<300 { #expect(try results(together) == expected) }
  }

  @Test("allocate nothing in a run after the first")
  func noAllocation() throws {
    let executable = try towers(layers: [3, 3], threads: 2)
    #expect(!executable.forkedSteps.isEmpty)
    let context = try makeContext(executable)
    try context.run()
    try #require(adjoint_thread_allocation_count() != 0)
    let start = adjoint_thread_allocation_count()
    for _ in 0..<20 { try context.run() }
    #expect(adjoint_thread_allocation_count() == start)
  }

  @Test("can be used by two threads at once, which share the pool")
  func sharedExecutable() async throws {
    let executable = try towers(layers: [3, 3, 3], threads: 2, trains: false)
    #expect(!executable.forkedSteps.isEmpty)
    let alone = try makeContext(executable)
    try alone.run()
    let expected = try alone.output("y2").floats
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let context = try makeContext(executable)
          return try (0..<50).allSatisfy { _ in
            try context.run()
            return try context.output("y2").floats == expected
          }
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }
}
