import Adjoint
import AdjointGraph
import AdjointRuntime
import TestSupport
import Testing

@Suite("Kernels at other places of their buffers")
struct PlacedKernelTests {
  /// Slices of x at every place along two axes, each through a function; a reversed and a reduced one.
  private func graph() throws -> Graph {
    let builder = GraphBuilder("slices")
    let x = builder.input("x", .f32, [5, 6, 4])
    for row in 0..<5 {
      for column in 0..<3 {
        let part = x.sliced(axes: [0, 1], from: [row, column], to: [row + 1, column + 3])
        builder.output("y\(row)\(column)", exp(part) * Double(row + 2))
      }
    }
    let backwards = x.sliced(axes: [1], from: [1], to: [5]).transposed(permutation: [1, 0, 2])
    builder.output("turned", tanh(backwards))
    let narrow = x.sliced(axes: [2], from: [1], to: [3])
    builder.output("sums", (narrow * narrow).sum(squeezingAxes: [0, 2]))
    return try builder.build()
  }

  @Test(
    "are compiled once, and compute what the graph does", arguments: AdjointRuntime.Backend.allCases
  )
  func slices(_ backend: AdjointRuntime.Backend) throws {
    let graph = try graph()
    let sources = try graph.randomSources(seed: 5)
    let expected = try GraphInterpreter.evaluate(graph, sources).outputs
    for threads in [1, 2] {
      let executable = try graph.compiled(CompilationOptions(threads: threads, backend: backend))
      let placed = PlacedKernels(executable.plan)
      #expect(placed.numbers.count == executable.plan.kernels.count)
      #expect(placed.kernels.count < executable.plan.kernels.count)
      let context = try executable.makeContext()
      for (name, tensor) in sources { try context.set(name, to: tensor) }
      try context.run()
      for (name, tensor) in expected {
        let found = try context.output(name)
        #expect(
          zip(found.doubles, tensor.doubles).allSatisfy {
            ($0 - $1).magnitude <= 1e-5 * max(1, $1.magnitude)
          }, "\(name) on \(threads) threads")
      }
    }
  }

  @Test("so do the epilogues of products", arguments: AdjointRuntime.Backend.allCases)
  func epilogues(_ backend: AdjointRuntime.Backend) throws {
    let builder = GraphBuilder("steps")
    let (x, w) = (builder.input("x", .f32, [4, 6]), builder.input("w", .f32, [6, 8]))
    let biases = builder.input("biases", .f32, [5, 4, 8])
    var value = x
    for step in 0..<5 {
      let bias = biases.sliced(axes: [0], from: [step], to: [step + 1]).reshaped(to: [4, 8])
      value = tanh(matmul(value, w) + bias).sliced(axes: [1], from: [1], to: [7])
      builder.output("y\(step)", value)
    }
    let graph = try builder.build()
    let sources = try graph.randomSources(seed: 9)
    let expected = try GraphInterpreter.evaluate(graph, sources).outputs
    let executable = try graph.compiled(CompilationOptions(backend: backend))
    let placed = PlacedKernels(executable.plan)
    #expect(executable.plan.contractionCount == 5)
    #expect(placed.kernels.count <= executable.plan.kernels.count - 3)
    let context = try executable.makeContext()
    for (name, tensor) in sources { try context.set(name, to: tensor) }
    try context.run()
    for (name, tensor) in expected {
      let found = try context.output(name)
      #expect(
        zip(found.doubles, tensor.doubles).allSatisfy { ($0 - $1).magnitude <= 1e-5 }, "\(name)")
    }
  }

  @Test("differ in nothing but where they begin")
  func shifts() throws {
    let builder = GraphBuilder("two")
    let x = builder.input("x", .f64, [7, 3])
    for row in [0, 4] {
      builder.output("y\(row)", sin(x.sliced(axes: [0], from: [row], to: [row + 2])))
    }
    let placed = PlacedKernels(try builder.build().compiled().plan)
    // Eight bytes for each number of four rows.
    #expect(placed.kernels.count == 1)
    #expect(placed.shifts.map { $0.operands[0] ?? 0 }.sorted() == [0, 4 * 3 * 8])
    #expect(placed.shifts.allSatisfy { $0.results.isEmpty })
  }
}
