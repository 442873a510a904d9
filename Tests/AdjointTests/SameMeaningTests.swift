import Adjoint
import AdjointTraining
import TestSupport
import Testing

/// A graph means the same whatever the sizes, the back end and the number of threads.
@Suite("The same graph means the same")
struct SameMeaningTests {
  /// The outputs of a graph after some runs, and its parameters.
  private func results(
    _ graph: Graph, _ backend: Backend, threads: Int = 1, runs: Int = 1,
    _ inputs: [String: Tensor]
  ) throws -> [String: Tensor] {
    let executable = try graph.compiled(CompilationOptions(threads: threads, backend: backend))
    let context = try executable.makeContext(seed: 4)
    for (name, tensor) in inputs { try context.set(name, to: tensor) }
    for _ in 0..<runs { try context.run() }
    var results: [String: Tensor] = [:]
    for port in executable.outputs { results[port.name] = try context.output(port.name) }
    for port in executable.parameters {
      results["parameter " + port.name] = try context.parameter(port.name)
    }
    return results
  }

  @Test(
    "factors between which a product overflows, or underflows, stay two",
    arguments: Backend.allCases)
  func factors(_ backend: Backend) throws {
    for (up, down, x, wanted) in [
      (0x1p100, 0x1p-100, Float(1e30), Float.infinity), (0x1p-100, 0x1p100, 1e-20, 0),
      (0x1p-60, 0x1p-80, 0x1p100, 0x1p-40), (0x1p3, 3, 0.5, 12),
    ] {
      let builder = GraphBuilder("factors")
      let input = builder.input("x", .f32, [])
      builder.output("y", input * up * down)
      let graph = try builder.build()
      let found = try results(graph, backend, ["x": Tensor(.f32([x]), extents: [])])
      #expect(found["y"]?.floats == [wanted])
    }
  }

  /// z + factors · (a · b) of so many rows, with NaN in the first row of a.
  private func sum(_ size: Int, factors: [Double], isAddend: Bool) throws -> (
    Graph, [String: Tensor]
  ) {
    let builder = GraphBuilder("sum")
    let shape = Shape(extents: [size, size])
    let (a, b) = (builder.input("a", .f32, shape), builder.input("b", .f32, shape))
    var (addend, product) = (exp(builder.input("z", .f32, shape)), matmul(a, b))
    for factor in factors {
      if isAddend { addend = addend * factor } else { product = product * factor }
    }
    builder.output("y", addend + product)
    var elements = [Float](repeating: 1e13, count: size * size)
    elements[0] = .nan
    let ones = Tensor.Storage.f32(Array(repeating: 1e13, count: size * size))
    let zeros = Tensor.Storage.f32(Array(repeating: -.infinity, count: size * size))
    return (
      try builder.build(),
      [
        "a": try Tensor(.f32(elements), extents: [size, size]),
        "b": try Tensor(ones, extents: [size, size]),
        "z": try Tensor(isAddend ? .f32(elements) : zeros, extents: [size, size]),
      ]
    )
  }

  @Test(
    "what is scaled by 0 keeps its NaN, and two small factors are no 0", arguments: Backend.allCases
  )
  func scales(_ backend: Backend) throws {
    for size in [2, 33, 300] {
      func rows(_ factors: [Double], isAddend: Bool) throws -> (
        ArraySlice<Float>, ArraySlice<Float>
      ) {
        let (graph, inputs) = try sum(size, factors: factors, isAddend: isAddend)
        let found = try #require(try results(graph, backend, inputs)["y"]).floats
        return (found[..<size], found[size...])
      }
      var (first, others) = try rows([1e-25, 1e-25], isAddend: false)
      let wanted = 1e-24 * Float(size)
      let (areRight, keepNaN) = (
        others.allSatisfy { ($0 - wanted).magnitude <= 1e-4 * wanted }, first.allSatisfy(\.isNaN)
      )
      #expect(areRight && keepNaN)
      (first, others) = try rows([0], isAddend: false)
      let (areZero, keepZeroedNaN) = (others.allSatisfy { $0 == 0 }, first.allSatisfy(\.isNaN))
      #expect(areZero && keepZeroedNaN)
      // The addend is exp(1e13), which is infinite, and NaN.
      (first, others) = try rows([0], isAddend: true)
      let areNaN = first.allSatisfy(\.isNaN) && others.allSatisfy(\.isNaN)
      #expect(areNaN)
    }
  }

  /// A network of which one example is predicted or trained: every product is one with a vector.
  private func network(trains: Bool) throws -> Graph {
    let builder = GraphBuilder("network")
    let x = builder.input("x", .f32, [1, 1000])
    let w = builder.parameter("w", .f32, [1000, 600], .glorot)
    let v = builder.parameter("v", .f32, [400, 600], .glorot)
    let hidden = tanh(matmul(x, w))
    // One product across the lines of a matrix, and one along them.
    let y = matmul(hidden, v.transposed())
    builder.output("y", y)
    builder.output("loss", (y * y).sum())
    let graph = try builder.build()
    return trains
      ? try graph.trainingStep(minimizing: "loss", with: .sgd(learningRate: 0.01)) : graph
  }

  @Test("one example gives the same bits on any number of threads", arguments: Backend.allCases)
  func threads(_ backend: Backend) throws {
    for trains in [false, true] {
      let graph = try network(trains: trains)
      let inputs = ["x": try Tensor.random(TensorType(.f32, extents: [1, 1000]), seed: 6)]
      let alone = try results(graph, backend, threads: 1, runs: 3, inputs)
      #expect(try #require(alone["loss"]).floats[0] > 0)
      for threads in 2...5 {
        let found = try results(graph, backend, threads: threads, runs: 3, inputs)
        let isSame = found == alone
        #expect(isSame, "\(threads) threads")
      }
    }
  }
}
