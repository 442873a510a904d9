import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

/// Holds every rewrite of the list to what it says it may change.
///
/// The rewrites are taken from the list and applied one at a time, wherever they apply in many small
/// graphs: graphs made at random, the golden files, and formulas with their derivatives. A rewrite that applies
/// nowhere fails the test: add a golden file, or a formula, with its pattern.
@Suite("What rewrites change")
struct RewriteTests {
  private typealias Key = RewriteFirings.Key

  /// Every rewrite of the list.
  private static let all: [(key: RewriteFirings.Key, rewrite: Rewrite)] =
    StandardRewrites.all.map {
      (RewriteFirings.Key(mnemonic: $0.root?.mnemonic ?? "", name: $0.name), $0)
    }

  /// Formulas for whose stable forms no pattern comes up by chance.
  private static let formulas: [@Sendable (Value) throws -> Value] = [
    { log(exp($0)) }, { log(sigmoid($0)) }, { log(1 - sigmoid($0)) },
    { log(1 + $0) }, { log(1 - $0) }, { log1p(exp($0)) }, { exp($0) - 1 },
    { 1 - exp($0) }, { reciprocal(1 + exp(-$0)) }, { 1 / (1 + exp(-$0)) },
    { 1 / (1 + exp($0)) }, { reciprocal(1 + exp($0)) }, { exp($0) / (1 + exp($0)) },
    { log(exp($0).sum()) },
    { log(exp($0).sum(alongAxes: [1])) }, { exp($0) / exp($0).sum(alongAxes: [1]) },
    { log(exp($0) / exp($0).sum(alongAxes: [1])) }, { log(softmax($0)) },
    { exp($0) * reciprocal(exp($0).sum(alongAxes: [1])) },
    { exp($0) * reciprocal(exp($0).sum(alongAxes: [1]).expanded(to: $0.shape)) },
    { x in
      let largest = stopGradient(x.max(alongAxes: [1]))
      return largest + log(exp(x - largest).sum(alongAxes: [1]))
    },
    { $0 - logSumExp($0, alongAxes: [1]) },
    { log1p(-sigmoid($0)) }, { log1p(expm1($0)) },
    { exp($0) / (exp($0) + exp(sin($0))) }, { sin($0) / (1 + exp($0)) },
    { exp($0) * sigmoid(-$0) }, { expm1($0) / (1 + exp($0)) }, { -expm1($0) / (1 + exp($0)) },
    { (exp($0) - exp(-$0)) / (exp($0) + exp(-$0)) },
    { logSumExp($0, squeezingAxes: [0, 1]) - $0.sum() },
    { -$0.sum() + logSumExp($0, squeezingAxes: [0, 1]) },
    { $0.sum() + -logSumExp($0, squeezingAxes: [0, 1]) },
    { try tanh(cubic($0)) }, { try sigmoid(cubic($0)) }, { try erf(cubic($0)) },
    { try softplus(cubic($0)) }, { try exp(cubic($0)) },
    { $0.sum().expanded(to: $0.shape).sum() },
    { select($0 .> 0, select($0 .> 0, $0, sin($0)), cos($0)) },
    { select($0 .> 0, cos($0), select($0 .> 0, $0, sin($0))) },
    { matmul(unit($0, 2), $0) }, { matmul($0, unit($0, 3) * sin($0[0])) },
  ]

  /// The unit matrix, of the scalar type of a value.
  private static func unit(_ x: Value, _ extent: Int) -> Value {
    let positions = [0, 1].map { x.builder.iota(.i32, Shape(extents: [extent, extent]), axis: $0) }
    return (positions[0] .== positions[1]).cast(to: x.scalarType)
  }

  /// A polynomial that overflows before its argument does.
  private static func cubic(_ x: Value) throws -> Value { x + x * x * x * 0.044715 }

  /// The formulas, cross-entropies, and the gradients of both, in a scalar type; as they stand and after each
  /// pass, which may make what another one's pattern is.
  private static func formulaGraphs(_ type: ScalarType) throws -> [Graph] {
    var graphs: [Graph] = []
    func add(_ name: String, _ formula: (GraphBuilder, Value) throws -> Value) throws {
      let builder = GraphBuilder(name)
      let x = builder.input("x", type, [2, 3])
      let y = try formula(builder, x)
      builder.output("y", (y * y).sum())
      builder.output("z", y.sum())
      let graph = try builder.build()
      for graph in [graph]
        + (try ["y", "z"].map {
          try graph.differentiatedAsWritten($0, withRespectTo: ["x"])
        })
      {
        graphs.append(graph)
        _ = try Pipeline.compilation(graph) { _, after in graphs.append(after) }
      }
    }
    for (number, formula) in formulas.enumerated() {
      try add("formula\(number)") { _, x in try formula(x) }
    }
    try add("labels") { builder, x in
      crossEntropy(logits: x, indices: builder.input("labels", .i32, [2]))
    }
    try add("probabilities") { builder, x in
      crossEntropy(logits: x, probabilities: builder.input("q", type, [2, 3]))
    }
    return graphs
  }

  /// What was seen of a rewrite.
  private struct Seen {
    var count = 0
    var change = Rewrite.Change.nothing

    mutating func add(_ other: Rewrite.Change) {
      count += 1
      change = max(change, other)
    }
  }

  /// The most that is seen of each rewrite on extreme numbers in graphs.
  private func observe(
    _ graphs: [Graph], into seen: inout [Key: Seen], atMost limit: Int = .max
  ) throws {
    for (number, graph) in graphs.enumerated() {
      let enough = Set(seen.filter { $0.value.count >= limit }.keys)
      let firings = try RewriteFirings(graph) { !enough.contains($0) }
      if firings.firings.isEmpty { continue }
      for round in 0..<3 {
        let sources = try firings.graph.extremeSources(seed: UInt64(3 * number + round))
        for (firing, change) in try firings.changes(on: sources) {
          seen[firing.key, default: Seen()].add(change)
          #expect(
            change <= firing.rewrite.change,
            "\(firing.key) changed \(change)\n\(graph)\n\(firings.graph)\n\(sources)")
        }
      }
    }
  }

  @Test("change no more than they say, on zeros, infinities, NaN and the ends of their types")
  func extremes() throws {
    var seen: [Key: Seen] = [:]
    for type in [ScalarType.f32, .f64] {
      try observe(Self.formulaGraphs(type), into: &seen, atMost: 1000)
      var here: [Key: Seen] = [:]
      try observe(
        (0..<200).map { try IdentityGraph.make(type, seed: $0) }, into: &here, atMost: 200)
      seen.merge(here) { Seen(count: $0.count + $1.count, change: max($0.change, $1.change)) }
    }
    try observe((0..<30).map { try IdentityGraph.make(.i32, seed: $0) }, into: &seen)
    let golden = try GoldenFile.passes().flatMap { try $0.run().stages }
    try observe(golden.map { try $0.bindingAll(to: 3) }, into: &seen)
    for (key, rewrite) in Self.all {
      #expect(seen[key] != nil, "\(key) applies to no graph of this test: add one")
      // What is listed as more than rounding is, if it is not there for the sake of it.
      // The interpreter adds in f64, where sums in another order overflow no earlier; kernels need not.
      if rewrite.change == .range, rewrite.family != .stableForm, key.mnemonic != "reduce_sum" {
        let change = seen[key]?.change ?? .nothing
        #expect(change == .range, "\(key) changes only \(change)")
      }
    }
  }

  @Test("give the same numbers on ordinary ones")
  func ordinary() throws {
    for type in [ScalarType.f32, .f64] {
      for graph in try Self.formulaGraphs(type) {
        let firings = try RewriteFirings(graph)
        let sources = try firings.graph.randomSources(seed: 5)
        let outputs = try GraphInterpreter.evaluate(firings.graph, sources).outputs
        for firing in firings.firings {
          let before = try #require(outputs[firing.before]).doubles
          let after = try #require(outputs[firing.after]).doubles
          for (a, b) in zip(before, after) where !a.isNaN {
            #expect(
              DerivativeCheck.disagreement(a, b) < (type == .f32 ? 1e-5 : 1e-13), "\(firing.key)")
          }
        }
      }
    }
  }
}
