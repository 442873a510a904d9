import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Foundation
import TestSupport
import Testing

@Suite("Composites as operators: in files, refused, and computed")
struct CompositeOperatorTests {
  private func parse(_ lines: String...) throws -> Graph {
    let text =
      "adjoint 1\n\ngraph g {\n" + lines.map { "  \($0)\n" }.joined() + "}\n"
    let graph = try GraphParser.parse(Array(text.utf8), file: "g", registry: .standard)
    #expect(graph.description == text)
    return graph
  }

  @Test("are refused in files with what is wrong, at their place")
  func refusedInFiles() throws {
    for (line, code, part) in [
      ("softmax(%x) : f32[2, 3]", Diagnostic.Code.invalidAttribute, "axes is missing"),
      ("softmax(%x) {axes = [2]} : f32[2, 3]", .invalidAttribute, "the axis 2"),
      ("softmax(%x) {axes = [1, 0]} : f32[2, 3]", .invalidAttribute, "ascending"),
      ("softmax(%x) {axes = [1]} : f32[2]", .shapeMismatch, "f32[2, 3]"),
      ("log_softmax(%n) {axes = [0]} : f32[2]", .scalarTypeMismatch, "i32[2]"),
      ("log_sum_exp(%x) {axes = [1], keep = true} : f32[2]", .invalidAttribute, "keep"),
      ("mean(%n) {axes = [0]} : i32[]", .scalarTypeMismatch, "i32[2]"),
      ("gelu(%x) {approximation = \"erf\"} : f32[2, 3]", .invalidAttribute, "tanh"),
      ("leaky_relu(%x) {slope = 1e300} : f32[2, 3]", .invalidType, "1e+300"),
      ("leaky_relu(%x) : f32[2, 3]", .invalidAttribute, "slope is missing"),
      ("relu(%x, %x) : f32[2, 3]", .operandCount, "not 2"),
      ("layer_norm(%x, %x, %x) {axes = [1], epsilon = 1e-5} : f32[2, 3]", .shapeMismatch, "scale"),
      ("cross_entropy(%x, %x) : f32[]", .scalarTypeMismatch, "f32[2, 3]"),
      ("cross_entropy_probabilities(%x, %n) : f32[]", .scalarTypeMismatch, "i32[2]"),
      ("selected_cross_entropy(%x, %x) {axes = [1]} : f32[2]", .scalarTypeMismatch, "bool"),
      ("linear(%x) : f32[2, 3]", .operandCount, "2 or 3"),
      ("linear(%x, %x) : f32[2, 3]", .shapeMismatch, "inner extents"),
      ("attention(%x, %x) : f32[2, 3]", .operandCount, "3 or 4"),
      ("attention(%x, %x, %x, %x) : f32[2, 3]", .scalarTypeMismatch, "bool"),
    ] {
      let error = #expect(throws: Diagnostic.self) {
        try parse("input %x: f32[2, 3]", "input %n: i32[2]", "%y = \(line)", "output y = %y")
      }
      #expect(error?.code == code, "\(line): \(String(describing: error))")
      #expect(error?.message.contains(part) == true, "\(line): \(error?.message ?? "")")
      #expect(error?.location?.line == 6, "\(line)")
    }
  }

  @Test("are printed as they are read, and stay one node until they are expanded")
  func files() throws {
    let graph = try parse(
      "input %x: f32[B, 3]", "input %labels: i32[B]", "parameter %w: f32[3, 4] = he",
      "parameter %b: f32[4] = zeros", "%z = linear(%x, %w, %b) : f32[B, 4]",
      "%h = gelu(%z) {approximation = \"tanh\"} : f32[B, 4]",
      "%n = layer_norm(%h, %b, %b) {axes = [1], epsilon = 1e-05} : f32[B, 4]",
      "%r = leaky_relu(%n) {slope = 0.1} : f32[B, 4]",
      "%p = softmax(%r) {axes = [1]} : f32[B, 4]", "%v = variance(%p) {axes = [0, 1]} : f32[]",
      "%loss = cross_entropy(%r, %labels) : f32[]", "output v = %v", "output loss = %loss")
    let simplified = try Pipeline.standard(graph)
    #expect(simplified.description == graph.description)
    let derivative = try Pipeline.standard(
      graph.differentiatedAsWritten("loss", withRespectTo: ["w", "b"]))
    // The gradient of the loss reads the softmax that is there.
    #expect(derivative.nodes.count { $0.mnemonic == "softmax" } == 1)
    let compiled = try Pipeline.compilation(derivative)
    #expect(!compiled.hasComposites())
  }

  @Test("of one family share exponentials and their sum, with their gradient too")
  func shared() throws {
    let builder = GraphBuilder("shared")
    let x = builder.input("x", .f32, [8, 5])
    let loss = crossEntropy(logits: x, indices: builder.input("labels", .i32, [8]))
    builder.output("loss", loss)
    builder.output("p", softmax(x))
    builder.output("log", logSoftmax(x))
    builder.output("sum", logSumExp(x, squeezingAxes: [1]))
    builder.output("slope", gradients(of: loss, withRespectTo: [x])[0])
    let graph = try Pipeline.compilation(builder.build())
    for (mnemonic, count) in [("exp", 1), ("reduce_max", 1), ("log", 1), ("divide", 1)] {
      #expect(graph.nodes.count { $0.mnemonic == mnemonic } == count, "\(mnemonic)")
    }
  }

  @Test("take the place of what is written out")
  func stableForms() throws {
    let forms: [(String, (Value, Value, Value) -> Value)] = [
      ("log_softmax", { x, _, _ in x - logSumExp(x, alongAxes: [1]) }),
      ("log_softmax", { x, _, _ in log(softmax(x)) }),
      ("log_softmax", { x, _, _ in log(exp(x) / exp(x).sum(alongAxes: [1])) }),
      ("log_sum_exp", { x, _, _ in log(exp(x).sum(alongAxes: [0])) }),
      (
        "log_sum_exp",
        { x, _, _ in
          let m = x.max(squeezingAxes: [1])
          return m + log(exp(x - m.reshaped(to: [2, 1])).sum(squeezingAxes: [1]))
        }
      ),
      (
        "selected_cross_entropy",
        { x, _, mask in
          logSumExp(x, squeezingAxes: [1]) - select(mask, x, 0).sum(squeezingAxes: [1])
        }
      ),
      (
        "expected_cross_entropy",
        { x, q, _ in -((x * q).sum(squeezingAxes: [1]) - log(exp(x).sum(squeezingAxes: [1]))) }
      ),
      (
        "log_sum_exp_excess",
        { x, q, _ in logSumExp(x, squeezingAxes: [1]) - q.sum(squeezingAxes: [1]) }
      ),
    ]
    for (mnemonic, build) in forms {
      let builder = GraphBuilder("form")
      let x = builder.input("x", .f64, [2, 3])
      let (q, mask) = (builder.input("q", .f64, [2, 3]), builder.input("mask", .bool, [2, 3]))
      builder.output("y", build(x, q, mask))
      let graph = try builder.build()
      let stable = try Pipeline([.stableForms, .deadNodes])(graph)
      #expect(stable.nodes.contains { $0.mnemonic == mnemonic }, "\(mnemonic):\n\(stable)")
      #expect(!stable.nodes.contains { ["exp", "log"].contains($0.mnemonic) }, "\(stable)")
      let sources = try graph.randomSources(seed: 3)
      let before = try GraphInterpreter.evaluate(graph, sources).outputs["y"]?.doubles ?? []
      let after = try GraphInterpreter.evaluate(stable, sources).outputs["y"]?.doubles ?? []
      #expect(before.count == after.count)
      for (a, b) in zip(before, after) { #expect(agree(a, b, within: 1e-13), "\(mnemonic)") }
    }
  }

  /// softmax(q · kᵀ / √d) · v by plain loops, over the keys that a query sees.
  private func attention(
    _ q: [[Double]], _ k: [[Double]], _ v: [[Double]], sees: (Int, Int) -> Bool
  ) -> [Double] {
    q.enumerated().flatMap { i, query in
      let weights = k.enumerated().map { j, key in
        let product = zip(query, key).reduce(0) { $0 + $1.0 * $1.1 }
        return sees(i, j) ? Foundation.exp(product / Double(query.count).squareRoot()) : 0
      }
      let total = weights.reduce(0, +)
      return v[0].indices.map { column in
        zip(weights, v).reduce(0) { $0 + $1.0 * $1.1[column] } / total
      }
    }
  }

  private func rows(_ tensor: Tensor) -> [[Double]] {
    let width = tensor.extents[1]
    return (0..<tensor.extents[0]).map { Array(tensor.doubles[$0 * width..<($0 + 1) * width]) }
  }

  @Test("attention weights values by how well keys fit, of those that the mask lets through")
  func attentionValues() throws {
    let q = try Tensor.random(TensorType(.f64, [3, 4]), seed: 1)
    let k = try Tensor.random(TensorType(.f64, [5, 4]), seed: 2)
    let v = try Tensor.random(TensorType(.f64, [5, 2]), seed: 3)
    let all = try ElementwiseTesting.evaluate([q, k, v]) {
      AdjointOperators.attention(queries: $0[0], keys: $0[1], values: $0[2])
    }
    let wanted = attention(rows(q), rows(k), rows(v)) { _, _ in true }
    for (a, b) in zip(all.doubles, wanted) { #expect(agree(a, b, within: 1e-13)) }
    #expect(all.extents == [3, 2])
    // Each query sees the keys up to its own, and the last one none.
    let mask = try Tensor(
      .bool((0..<3).flatMap { i in (0..<5).map { i < 2 && $0 <= i } }), extents: [3, 5])
    let some = try ElementwiseTesting.evaluate([q, k, v, mask]) {
      AdjointOperators.attention(queries: $0[0], keys: $0[1], values: $0[2], mask: $0[3])
    }
    let causal = attention(rows(q), rows(k), rows(v)) { i, j in i < 2 && j <= i }
    for (a, b) in zip(some.doubles.prefix(4), causal) { #expect(agree(a, b, within: 1e-13)) }
    #expect(some.doubles.suffix(2).allSatisfy { $0.isNaN })
  }

  @Test("attention has the gradients of what is written out, in batches and with a mask")
  func attentionGradients() throws {
    func graph(_ build: (Value, Value, Value, Value) -> Value) throws -> Graph {
      let builder = GraphBuilder("attention")
      let q = builder.input("q", .f64, [2, 3, 4])
      let k = builder.input("k", .f64, [2, 5, 4])
      let v = builder.input("v", .f64, [2, 5, 2])
      let y = build(q, k, v, builder.iota(.i32, [3, 5], axis: 1) .<= 3)
      builder.output("y", (y * builder.input("c", .f64, [2, 3, 2])).sum())
      return try Pipeline.compilation(
        builder.build().differentiated("y", withRespectTo: ["q", "k", "v"]))
    }
    let found = try graph {
      AdjointOperators.attention(queries: $0, keys: $1, values: $2, mask: $3)
    }
    let written = try graph { q, k, v, mask in
      let scores = matmul(q, k.transposed(permutation: [0, 2, 1])) / 2
      return matmul(
        softmax(select(mask.broadcast(to: [2, 3, 5], axes: [1, 2]), scores, -.infinity)), v)
    }
    let sources = try found.randomSources(seed: 7)
    let outputs = try GraphInterpreter.evaluate(found, sources).outputs
    for (name, tensor) in try GraphInterpreter.evaluate(written, sources).outputs {
      let other = try #require(outputs[name])
      for (a, b) in zip(tensor.doubles, other.doubles) {
        #expect(abs(a - b) < 1e-13, "\(name)")
      }
    }
    #expect(found.nodeCount <= written.nodeCount)
  }

  @Test("attention refuses what does not go together")
  func attentionRefusals() throws {
    let builder = GraphBuilder()
    let q = builder.input("q", .f32, [3, 4])
    let k = builder.input("k", .f32, [5, 4])
    let wide = builder.input("wide", .f32, [5, 3])
    let short = builder.input("short", .f32, [4, 2])
    let double = builder.input("double", .f64, [5, 4])
    let mask = builder.input("mask", .bool, [2, 5])
    let cases: [(Diagnostic.Code, String, Value, Value, Value?)] = [
      (.shapeMismatch, "f32[5, 3]", wide, wide, nil),
      (.shapeMismatch, "f32[4, 2]", k, short, nil),
      (.scalarTypeMismatch, "f64[5, 4]", k, double, nil),
      (.shapeMismatch, "bool[2, 5]", k, k, mask),
      (.scalarTypeMismatch, "f32[3, 4]", k, k, q),
    ]
    for (code, part, keys, values, mask) in cases {
      let error = #expect(throws: Diagnostic.self) {
        try refusing {
          AdjointOperators.attention(queries: q, keys: keys, values: values, mask: mask)
        }
      }
      #expect(error?.code == code)
      #expect(error?.message.hasPrefix("attention: ") == true)
      #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
      #expect(error?.location?.file.hasSuffix("CompositeOperatorTests.swift") == true)
    }
  }
}
