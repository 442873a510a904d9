import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

@Suite("What cannot be vectorized")
struct VectorizedRefusalTests {
  private let builder = GraphBuilder("refused")

  private func expect(
    _ code: Diagnostic.Code, _ words: String, line: Int = #line, _ body: () throws -> [Value]
  ) {
    let error = #expect(throws: Diagnostic.self) { try refusing(body) }
    #expect(error?.code == code, "line \(line): \(String(describing: error))")
    #expect(error?.message.contains(words) == true, "line \(line): \(String(describing: error))")
    #expect(error?.location?.file.contains("VectorizedRefusalTests") == true, "line \(line)")
  }

  @Test("batched arguments of different extents")
  func extents() {
    let x = builder.input("x", .f32, [3, 2])
    let y = builder.input("y", .f32, [4, 2])
    let named = builder.input("z", .f32, ["N", 2])
    expect(.shapeMismatch, "axis 0 of %x: f32[3, 2] is 3, axis 0 of %y: f32[4, 2] is 4") {
      [vectorized { (a: Value, b: Value) in a + b }(x, y)]
    }
    expect(.shapeMismatch, "is N") { [vectorized { (a: Value, b: Value) in a + b }(x, named)] }
  }

  @Test("a scalar, where an axis is asked for")
  func scalars() {
    let x = builder.input("x", .f32, [])
    expect(.shapeMismatch, "%x: f32[] is a scalar") { [vectorized { exp($0) }(x)] }
  }

  @Test("an axis that is not there, and another number of axes than of arguments")
  func axes() {
    let x = builder.input("x", .f32, [3, 2])
    expect(.invalidArgument, "the axis 2") {
      [vectorized({ (a: Value) in exp(a) }, axis: 2)(x)]
    }
    expect(.invalidArgument, "the axis -3") {
      [vectorized({ (a: Value) in exp(a) }, axis: -3)(x)]
    }
    expect(.invalidArgument, "1 axes are given for 2 arguments") {
      vectorized({ (a: [Value]) in [a[0] + a[1]] }, axes: [0])([x, x])
    }
  }

  @Test("no batched argument, and none at all")
  func nothing() {
    let x = builder.input("x", .f32, [3, 2])
    expect(.invalidArgument, "no argument is batched") {
      vectorized({ (a: [Value]) in a }, axes: [nil])([x])
    }
    expect(.invalidArgument, "there is no argument") { vectorized { (a: [Value]) in a }([]) }
  }

  @Test("updates and outputs that differ by example")
  func declarations() {
    let x = builder.input("x", .f32, [3, 2])
    let w = builder.parameter("w", .f32, [2])
    expect(.invalidArgument, "the parameter w is updated inside") {
      [
        vectorized { (a: Value) in
          builder.update(w, to: w - a)
          return a
        }(x)
      ]
    }
    expect(.invalidArgument, "the output y is declared inside") {
      [
        vectorized { (a: Value) in
          builder.output("y", exp(a))
          return a
        }(x)
      ]
    }
  }

  @Test("a value of one example that is used outside")
  func escaped() {
    let x = builder.input("x", .f32, [3, 2])
    var kept: [Value] = []
    _ = vectorized { (a: Value) in
      kept = [a, exp(a)]
      return a
    }(x)
    for value in kept { expect(.invalidArgument, "function that has returned") { [-value] } }
    expect(.invalidArgument, "function that has returned") { [vectorized { kept[1] * $0 }(x)] }
  }

  @Test("an operator without a rule, and a value of another builder")
  func operators() {
    let x = builder.input("x", .f32, [3, 2])
    expect(.notBatchable, "the operator opaque has no rule") {
      [vectorized { (a: Value) in builder.apply(Opaque(), [a]) }(x)]
    }
    let other = GraphBuilder("other").input("o", .f32, [2])
    expect(.invalidArgument, "belongs to the graph other") { [vectorized { max($0, other) }(x)] }
    expect(.invalidArgument, "belongs to the graph other") { [vectorized { _ in other }(x)] }
  }

  @Test("a mistake inside is one mistake, with its own place, and poisons what comes of it")
  func inside() throws {
    let x = builder.input("x", .f32, [3, 2])
    let y = vectorized { (a: Value) in matmul(a, a.reshaped(to: [1, 2])) + 1 }(x)
    let place = #line - 1
    let mistake = try #require(builder.takeMistakes())
    #expect(mistake.notes == [])
    #expect(mistake.location?.line == place)
    #expect(refusal(of: y * 2) == nil)
  }

  private func refusal(of value: Value) -> Diagnostic? { value.builder.takeMistakes() }

  @Test("a poisoned argument poisons the results in silence")
  func poisoned() {
    let x = builder.input("x", .f32, [3, 2])
    let bad = matmul(x, x)
    #expect(builder.takeMistakes() != nil)
    _ = bad
    let other = builder.input("x", .f32, [3, 2])
    let y = vectorized { (a: Value, b: Value) in a * b }(x, other)
    let mistake = builder.takeMistakes()
    #expect(mistake?.code == .duplicateName)
    _ = y
  }
}

/// An operator that lowers to no graph, moves elements and says nothing of batches.
private struct Opaque: AdjointGraph.Operator {
  static let mnemonic = "opaque"
  init() {}
  init(attributes: AttributeList) throws(Diagnostic) { try attributes.allowOnly() }
  var attributes: AttributeList { AttributeList() }
  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] { operands }
  var derivative: Derivative { .zero }
  func lower(_ operands: [TensorType], to results: [TensorType]) throws(Diagnostic) -> Lowering {
    .view
  }
}
