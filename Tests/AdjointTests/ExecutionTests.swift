import Adjoint
import AdjointKernels
import AdjointTraining
import AllocationCounting
import Foundation
import TestSupport
import Testing

@Suite("Compiled graphs")
struct ExecutionTests {
  @Test("give what the interpreter gives, on random graphs and their derivatives")
  func randomGraphs() throws {
    for seed in 1...25 as ClosedRange<UInt64> {
      let graph = try RandomGraph.make(nodeCount: 40, seed: seed)
      let sources = try graph.randomSources(seed: seed)
      let active = try graph.differentiability(of: ["y"]).pairs
        .filter { $0.dependence == .differentiable }.map(\.source)
      let derivative =
        active.isEmpty ? graph : try graph.differentiated("y", withRespectTo: active)
      let oracle = try GraphInterpreter.evaluate(derivative, sources).outputs
      let context = try derivative.compiled().makeContext()
      for (name, tensor) in sources { try context.set(name, to: tensor) }
      try context.run()
      for (name, expected) in oracle {
        let actual = try context.output(name)
        #expect(actual.type == expected.type)
        for (a, e) in zip(actual.doubles, expected.doubles) {
          #expect(DerivativeCheck.disagreement(a, e) < 1e-9, "seed \(seed), \(name)")
        }
      }
    }
  }

  /// A training step of a small network, with inputs given.
  private func trainingContext(
    _ optimizer: Optimizer = .adam(), threads: Int? = nil, width: Int = 96
  ) throws -> ExecutionContext {
    let builder = GraphBuilder("network")
    let x = builder.input("x", .f32, ["B", 20])
    let labels = builder.input("labels", .i32, ["B"])
    let w1 = builder.parameter("w1", .f32, [20, width], .he)
    let b1 = builder.parameter("b1", .f32, [width])
    let w2 = builder.parameter("w2", .f32, [width, 5], .glorot)
    let logits = matmul(tanh(matmul(x, w1) + b1), w2)
    builder.output("loss", crossEntropy(logits: logits, indices: labels))
    let context = try builder.build().trainingStep(minimizing: "loss", with: optimizer)
      .compiled(CompilationOptions(dimensions: ["B": 64], threads: threads)).makeContext(seed: 3)
    try context.set("x", to: .random(TensorType(.f32, [64, 20]), seed: 1))
    try context.set("labels", to: Tensor((0..<64).map { Int32($0 % 5) }))
    return context
  }

  @Test("sum all of a product that is cut in halves", arguments: [1, 2])
  func halvedProduct(_ threads: Int) throws {
    let (rows, inner, columns) = (16, 1024, 256)
    let builder = GraphBuilder("halves")
    let x = builder.input("x", .f32, [rows, inner])
    let w = builder.parameter("w", .f32, [inner, columns])
    builder.output("y", matmul(x, w))
    builder.update(w, to: w * 0.5)
    let executable = try builder.build().compiled(CompilationOptions(threads: threads))
    #expect(
      PlanPrinter.text(executable.plan).contains(
        "2 × [16, 512] by [512, 1024, 1] · [512, 256]"))
    let context = try executable.makeContext()
    // Small whole numbers: their sums are exact in any order.
    let left = (0..<rows * inner).map { Float($0 % 7) }
    let right = (0..<inner * columns).map { Float($0 % 11) - 5 }
    try context.set("x", to: left)
    try context.setParameters(["w": Tensor(right, extents: [inner, columns])])
    try context.run()
    let result = try context.output("y").floats
    for (row, column) in [(0, 0), (3, 255), (9, 100), (15, 31)] {
      let expected = (0..<inner).reduce(Float(0)) {
        $0 + left[row * inner + $1] * right[$1 * columns + column]
      }
      #expect(result[row * columns + column] == expected)
    }
    #expect(try context.parameter("w").floats == right.map { 0.5 * $0 })
  }

  @Test("allocate nothing in a run after the first", arguments: [1, 2])
  func noAllocation(_ threads: Int) throws {
    let context = try trainingContext(threads: threads, width: 600)
    let elements = try Tensor.random(TensorType(.f32, [64, 20]), seed: 9).floats
    try context.run()
    try context.set("x", to: elements)
    _ = try context.scalar("loss")
    let before = adjoint_thread_allocation_count()
    // The counter counts: an array of a size the optimizer cannot know.
    let array = Array(repeating: 1, count: 1001 + Int(before % 7))
    let counted = adjoint_thread_allocation_count()
    #expect(array.count >= 1000)
    try #require(before < counted || before == -1)
    var sum = 0.0
    let start = adjoint_thread_allocation_count()
    for _ in 0..<10 {
      try context.set("x", to: elements)
      try context.run()
      sum += try context.scalar("loss")
    }
    let after = adjoint_thread_allocation_count()
    #expect(after == start, "ten steps allocated \(after - start) times")
    #expect(sum.isFinite)
  }

  @Test("meet no missing page of memory in a warm step")
  func noPageFaults() throws {
    let context = try trainingContext(threads: 1, width: 3000)
    for _ in 0..<3 { try context.run() }
    let before = adjoint_thread_page_fault_count()
    // The counter counts: pages that no one has touched.
    let pages = UnsafeMutableRawPointer.allocate(byteCount: 1 << 26, alignment: 1 << 12)
    for page in 0..<100 {
      pages.storeBytes(of: 1, toByteOffset: (page * 160) << 12, as: UInt8.self)
    }
    let counted = adjoint_thread_page_fault_count()
    pages.deallocate()
    try #require(before < counted || before == -1)
    let start = adjoint_thread_page_fault_count()
    for _ in 0..<20 { try context.run() }
    #expect(adjoint_thread_page_fault_count() == start)
  }

  @Test("allocate nothing in products of any shape", arguments: [ScalarType.f32, .f64])
  func noAllocationInProducts(_ type: ScalarType) throws {
    let builder = GraphBuilder("products")
    for rows in [1, 2, 7, 64] {
      for inner in [1, 5, 16, 31, 32, 33, 200] {
        for columns in [1, 2, 4, 5, 8, 9, 17, 24, 40] {
          let name = "product\(rows)_\(inner)_\(columns)"
          let x = builder.input("x" + name, type, [rows, inner])
          let y = builder.input("y" + name, type, [inner, columns])
          builder.output(name, matmul(x, y))
        }
      }
    }
    let graph = try builder.build()
    let context = try graph.compiled(CompilationOptions(threads: 1)).makeContext()
    for port in graph.inputs { try context.set(port.name, to: .random(port.type, seed: 1)) }
    try context.run()
    let before = adjoint_thread_allocation_count()
    try context.run()
    let after = adjoint_thread_allocation_count()
    #expect(after == before)
  }

  @Test("give the same bits on one thread and on two, and on every run")
  func repeatable() throws {
    var bits: [[String: Tensor]] = []
    for threads in [1, 2, 2] {
      let context = try trainingContext(threads: threads, width: 600)
      for _ in 0..<5 { try context.run() }
      bits.append(try context.parameterTensors())
    }
    #expect(bits[1] == bits[2])
    #expect(bits[0] == bits[1])
  }

  @Test("sum over many rows right, whatever the threads", arguments: 1...4)
  func longSums(threads: Int) throws {
    let (rows, left, right) = (1024, 90, 70)
    let builder = GraphBuilder("gradient")
    let x = builder.input("x", .f32, [rows, left])
    let d = builder.input("d", .f32, [rows, right])
    builder.output("slope", matmul(x.transposed(), d))
    let context = try builder.build().compiled(CompilationOptions(threads: threads)).makeContext()
    // Whole numbers, of which sums are exact; of row r, x is r mod 5 times its column, and d likewise.
    let factor = { (row: Int, column: Int) in Float(row % 5 * (column % 7 - 3)) }
    for (name, columns) in [("x", left), ("d", right)] {
      try context.set(name, to: (0..<rows * columns).map { factor($0 / columns, $0 % columns) })
    }
    let squares = (0..<rows).reduce(Float(0)) { $0 + Float($1 % 5 * ($1 % 5)) }
    for _ in 0..<2 {
      try context.run()
      let found = try context.output("slope").floats
      let wanted = (0..<left * right).map {
        squares * factor(1, $0 / right) * factor(1, $0 % right)
      }
      #expect(found == wanted)
    }
  }

  @Test("update parameters as the formulas say, step after step")
  func updates() throws {
    // The loss is w²/2, so the gradient is w itself.
    func parameter(after steps: Int, _ optimizer: Optimizer) throws -> Double {
      let builder = GraphBuilder()
      let w = builder.parameter("w", .f64, [], .constant(2))
      builder.output("loss", w * w * 0.5)
      let context = try builder.build().trainingStep(minimizing: "loss", with: optimizer)
        .compiled().makeContext()
      for _ in 0..<steps { try context.run() }
      return try #require(context.parameter("w").scalar)
    }
    let sgd = try parameter(after: 3, .sgd(learningRate: 0.1))
    #expect((sgd - 2 * 0.9 * 0.9 * 0.9).magnitude < 1e-14)

    var (w, velocity) = (2.0, 0.0)
    for _ in 0..<3 {
      velocity = 0.9 * velocity + w
      w -= 0.05 * velocity
    }
    let momentum = try parameter(after: 3, .momentum(learningRate: 0.05, momentum: 0.9))
    #expect((momentum - w).magnitude < 1e-14)

    var (x, m, v) = (2.0, 0.0, 0.0)
    for t in 1...3 {
      m = 0.9 * m + 0.1 * x
      v = 0.999 * v + 0.001 * x * x
      let (mHat, vHat) = (m / (1 - pow(0.9, Double(t))), v / (1 - pow(0.999, Double(t))))
      x -= 0.01 * mHat / (vHat.squareRoot() + 1e-8)
    }
    #expect((try parameter(after: 3, .adam(learningRate: 0.01)) - x).magnitude < 1e-12)
  }

  @Test("keep parameters in place: training needs no second copy of the weights")
  func parametersInPlace() throws {
    let context = try trainingContext(.sgd(), width: 600)
    let statistics = context.executable.statistics
    // Two layers forward, two gradients by weights, one by the hidden layer.
    #expect(statistics.contractionCount == 5)
    #expect(statistics.plannedByteCount >= statistics.lowerBoundByteCount)
    #expect(Double(statistics.plannedByteCount) <= 1.05 * Double(statistics.lowerBoundByteCount))
  }

  @Test("of one executable run at once in contexts of their own")
  func concurrentContexts() async throws {
    let executable = try trainingContext().executable
    let x = try Tensor.random(TensorType(.f32, [64, 20]), seed: 1)
    let labels = try Tensor((0..<64).map { Int32($0 % 5) })
    let results = try await withThrowingTaskGroup(of: [String: Tensor].self) { group in
      for _ in 0..<4 {
        group.addTask {
          let context = try executable.makeContext(seed: 3)
          try context.set("x", to: x)
          try context.set("labels", to: labels)
          for _ in 0..<20 { try context.run() }
          return try context.parameterTensors()
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count == 4)
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test("a chain of 100,000 element-wise nodes is differentiated, verified, planned and run")
  func longChain() throws {
    let length = 100_000
    let builder = GraphBuilder("chain")
    let x = builder.input("x", .f32, [4])
    var value = x
    for index in 0..<length { value = index % 2 == 0 ? sin(value) : value * 1.5 }
    builder.output("y", value.sum())
    let graph = try builder.build().differentiated("y", withRespectTo: ["x"])
    try GraphVerifier.verify(graph)
    let context = try graph.compiled().makeContext()
    let start: [Float] = [0.1, 0.5, -0.3, 1]
    try context.set("x", to: start)
    try context.run()
    let gradient = try context.output("gradient.x").floats
    for (index, first) in start.enumerated() {
      var (v, slope) = (Double(first), 1.0)
      for step in 0..<length {
        slope *= step % 2 == 0 ? Foundation.cos(v) : 1.5
        v = step % 2 == 0 ? Foundation.sin(v) : v * 1.5
      }
      #expect((Double(gradient[index]) - slope).magnitude < 1e-4)
    }
  }
}
