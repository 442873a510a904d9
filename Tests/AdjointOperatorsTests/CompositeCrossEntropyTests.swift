import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Testing

@Suite("The gradient of softmax cross-entropy")
struct CompositeCrossEntropyTests {
  /// The gradient with respect to the logits as a formula, as it is compiled.
  private func gradient(
    batch: Dimension, binding extents: [String: Int] = [:], isOneHot: Bool,
    simplifiesFirst: Bool = false
  ) throws -> String {
    let builder = GraphBuilder()
    let x = builder.input("x", .f32, [batch, 10])
    let loss =
      isOneHot
      ? crossEntropy(logits: x, probabilities: builder.input("q", .f32, [batch, 10]))
      : crossEntropy(logits: x, indices: builder.input("label", .i32, [batch]))
    builder.output("loss", loss)
    var graph = try builder.build()
    if simplifiesFirst { graph = try Pipeline.standard(graph) }
    graph = try graph.differentiatedAsWritten("loss", withRespectTo: ["x"])
    graph = try Pipeline.compilation(graph.binding(extents))
    let rebuilt = GraphBuilder(extending: graph)
    let output = try #require(graph.outputList.last)
    return ElementwiseTesting.formula(of: rebuilt.value(output.value))
  }

  private static let power =
    "exp(subtract(x, broadcast(stop_gradient("
    + "select(less(abs(reduce_max(x)), inf), reduce_max(x), 0.0)))))"
  private static let softmax = "divide(\(power), broadcast(reduce_sum(\(power))))"
  private static let oneHot = "select(equal(iota(), broadcast(label)), 1.0, 0.0)"

  @Test("ends as softmax − one-hot, over the batch", arguments: [false, true])
  func indexLabels(_ simplifiesFirst: Bool) throws {
    let expected = "multiply(subtract(\(Self.softmax), \(Self.oneHot)), 0.03125)"
    #expect(
      try gradient(batch: 32, isOneHot: false, simplifiesFirst: simplifiesFirst) == expected)
    #expect(
      try gradient(
        batch: "B", binding: ["B": 32], isOneHot: false, simplifiesFirst: simplifiesFirst)
        == expected)
  }

  @Test("the same while the batch is known by name only", arguments: [false, true])
  func namedBatch(_ simplifiesFirst: Bool) throws {
    let found = try gradient(batch: "B", isOneHot: false, simplifiesFirst: simplifiesFirst)
    #expect(found.hasPrefix("multiply(subtract(\(Self.softmax), \(Self.oneHot)), broadcast("))
  }

  @Test("ends as softmax − probabilities, over the batch", arguments: [false, true])
  func probabilityLabels(_ simplifiesFirst: Bool) throws {
    #expect(
      try gradient(batch: 10, isOneHot: true, simplifiesFirst: simplifiesFirst)
        == "multiply(subtract(\(Self.softmax), q), 0.10000000149011612)")
  }
}
