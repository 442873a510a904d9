import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

@Suite("Identities of structural operators and reductions")
struct StructureIdentityTests {
  /// The formula with the identities switched on, after checking that they keep the value.
  private func formula(
    _ extents: [[Int]], _ families: Set<Rewrite.Family> = [.identity],
    _ build: ([Value]) throws -> Value
  ) throws -> String {
    let operands = try extents.enumerated().map {
      try StructureTesting.random($0.element, seed: UInt64($0.offset))
    }
    let plain = try ElementwiseTesting.evaluate(operands, build).doubles
    let rewritten = try ElementwiseTesting.evaluate(operands, families: families, build).doubles
    for (a, b) in zip(plain, rewritten) { #expect(agree(a, b, within: 1e-12)) }
    #expect(plain.count == rewritten.count)
    return try ElementwiseTesting.formula(
      extents.map { TensorType(.f64, extents: $0) }, families, build)
  }

  @Test("transposes")
  func transposes() throws {
    #expect(try formula([[2, 3]]) { $0[0].transposed(permutation: [0, 1]) } == "x")
    #expect(try formula([[2, 3]]) { $0[0].transposed().transposed() } == "x")
    #expect(try formula([[2, 3]]) { $0[0].transposed() } == "transpose(x)")
    #expect(try formula([[2, 1]]) { $0[0].transposed() } == "reshape(x)")
    #expect(
      try formula([[2, 3, 4]]) {
        $0[0].transposed(permutation: [1, 2, 0]).transposed(permutation: [1, 2, 0])
      } == "transpose(x)")
  }

  @Test("slices, pads, concatenations")
  func movement() throws {
    #expect(try formula([[2, 3]]) { $0[0].sliced(from: [0, 0], to: [2, 3]) } == "x")
    #expect(try formula([[2, 3]]) { $0[0].sliced(from: [0, 0], to: [2, 2]) } == "slice(x)")
    #expect(
      try formula([[2, 3]]) { $0[0].padded(low: [0, 0], high: [0, 0], with: 3) } == "x")
    #expect(try formula([[2, 3]]) { concatenate($0, axis: 0) } == "x")
  }

  @Test("reductions")
  func reductions() throws {
    #expect(try formula([[2, 3]]) { $0[0].sum(squeezingAxes: []) } == "x")
    #expect(try formula([[2, 1]]) { $0[0].max(squeezingAxes: [1]) } == "reshape(x)")
    #expect(try formula([[2, 1]]) { $0[0].product(alongAxes: [1]) } == "x")
    #expect(try formula([[2, 1]]) { $0[0].max() } == "reduce_max(x)")
    #expect(
      try formula([[2, 3, 4]]) { $0[0].sum(squeezingAxes: [1]).sum(squeezingAxes: [0]) }
        == "reduce_sum(x)")
    #expect(
      try formula([[2, 3, 4]]) { $0[0].sum(squeezingAxes: [0]).sum(squeezingAxes: [1]) }
        == "reduce_sum(x)")
    #expect(
      try formula([[2, 3]]) { $0[0].max(squeezingAxes: [1]).max() }
        == "reduce_max(reduce_max(x))")
  }

  @Test("a sum over repetitions is a product")
  func sumsOfRepetitions() throws {
    #expect(
      try formula([[3]]) {
        $0[0].broadcast(to: [4, 3], axes: [1]).sum(squeezingAxes: [0])
      } == "multiply(x, 4.0)")
    #expect(
      try formula([[3]]) { $0[0].broadcast(to: [4, 3], axes: [1]).sum() }
        == "multiply(reduce_sum(x), 4.0)")
    #expect(
      try formula([[3]]) {
        $0[0].broadcast(to: [4, 3, 5], axes: [1]).sum(squeezingAxes: [0])
      } == "multiply(broadcast(x), 4.0)")
    #expect(
      try formula([[3]]) {
        $0[0].broadcast(to: [4, 3], axes: [1]).sum(squeezingAxes: [1])
      } == "reduce_sum(broadcast(x))")
    // Nothing times infinity would be NaN.
    #expect(
      try formula([[3]]) {
        $0[0].broadcast(to: [0, 3], axes: [1]).sum(squeezingAxes: [0])
      } == "reduce_sum(broadcast(x))")
  }

  @Test("broadcasts and reshapes")
  func broadcasts() throws {
    #expect(try formula([[3]]) { $0[0].broadcast(to: [1, 3, 1], axes: [1]) } == "reshape(x)")
    #expect(try formula([[3]]) { $0[0].broadcast(to: [2, 3], axes: [1]) } == "broadcast(x)")
    #expect(
      try formula([[]]) { $0[0].broadcast(to: [2, 3], axes: []).reshaped(to: [6]) }
        == "broadcast(x)")
  }

  @Test("an extent becomes a constant when it is known")
  func extents() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f32, ["B", 4])
    builder.output("y", x.sum() / x.extent(ofAxes: [0, 1], as: .f32))
    let named = try builder.build()
    #expect(named.nodes.contains { $0.mnemonic == "extent" })
    var rewriter = GraphRewriter()
    rewriter.rewrites = StandardRewrites.table(of: [.identity])
    #expect(try rewriter.rewrite(named).nodes.contains { $0.mnemonic == "extent" })
    let bound = try rewriter.rewrite(named.binding(["B": 3]))
    #expect(!bound.nodes.contains { $0.mnemonic == "extent" })
    let twelve = try Tensor(scalar: 12, .f32)
    #expect(bound.nodes.contains { ($0.operation as? Constant)?.tensor == twelve })
  }
}
