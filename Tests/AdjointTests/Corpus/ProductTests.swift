import Adjoint
import TestSupport
import Testing

/// Gradients, products with Jacobians and Hessians, and batches, whose numbers come from elsewhere:
/// Tests/Corpus/README.md.
@Suite("Corpus of products of derivatives")
struct ProductTests {
  private static let batchCount = 12
  private static let corpus = Result { try ProductFunction.all() }

  /// The composites that each have to be in some function.
  private static let composites: Set<Substring> = [
    "attention", "cross_entropy", "cross_entropy_probabilities", "gelu", "layer_norm", "leaky_relu",
    "linear", "log_softmax", "log_sum_exp", "mean", "mean_squared_error", "relu", "silu", "softmax",
    "variance",
  ]

  @Test("is large, and a third each goes through functions and through composites")
  func isLarge() throws {
    let functions = try Self.corpus.get()
    #expect(functions.count >= 140)
    #expect(Set(functions.map(\.name)).count == functions.count)
    #expect(Set(functions.map(\.family)).count >= 8)
    let operators = functions.map(\.operators)
    let composites = operators.map { $0.graph.union($0.functions).intersection(Self.composites) }
    #expect(operators.count { $0.graph.contains("call") } >= functions.count / 3)
    #expect(operators.count { $0.functions.contains("call") } >= 10)
    #expect(functions.count { $0.lines.contains { $0.contains(" (vjp = @") } } >= 8)
    #expect(functions.count { $0.lines.contains { $0.contains("jvp = @") } } >= 8)
    #expect(composites.count { !$0.isEmpty } >= functions.count / 3)
    #expect(composites.reduce([]) { $0.union($1) } == Self.composites)
    for function in functions {
      #expect(function.points.count { $0.batched.isEmpty } >= 1, "\(function.name)")
      #expect(function.points.count { !$0.batched.isEmpty } == 1, "\(function.name)")
    }
  }

  private static let orders: [JacobianOrder] = [.rows, .columns, .bracketed]

  /// Every function on one back end, with its Jacobians in one order.
  ///
  /// Where random sets are full, it is on both and in all orders. Generating code is most of the time, and the
  /// corpus has it generated for the same operators.
  @Test("gradients, Jacobians, Hessians, products and batches agree", arguments: 0..<batchCount)
  func agrees(batch: Int) throws {
    let functions = try Self.corpus.get()
    // A batch has functions of every family, so that all take about as long.
    let members = stride(from: batch, to: functions.count, by: Self.batchCount).map {
      functions[$0]
    }
    let backends: [Backend] =
      RandomSets.areFull ? [.generated, .portable] : [batch == 0 ? .generated : .portable]
    for backend in backends {
      let compiled = try ProductBatch(members, backend: backend) { index in
        RandomSets.areFull ? Self.orders : [Self.orders[(index + batch) % Self.orders.count]]
      }
      for miss in try compiled.misses() { Issue.record("\(miss)") }
    }
  }

  @Test("a line has a name that stands once, and numbers")
  func reads() throws {
    let read = try ProductFunction.read(
      "function f\n  graph f {\n  }\npoint\n  hessian x w mpmath within 3e-17 = 1 2\nbatch x\n",
      family: "any")
    #expect(read.count == 1 && read[0].points.count == 2 && read[0].points[1].batched == ["x"])
    let line = try #require(read[0].points[0].lines["hessian x w"])
    #expect(line.numbers == [1, 2] && line.bound == 3e-17)
    for text in [
      "  x = 1", "function f\nx = 1", "function f\npoint\n  x = 1\n  x = 1",
      "function f\npoint\n  x = one", "function f\npoint\n  x within 1 2 = 1",
    ] {
      #expect(throws: CorpusFunction.Malformed.self) {
        try ProductFunction.read(text, family: "any")
      }
    }
  }
}
