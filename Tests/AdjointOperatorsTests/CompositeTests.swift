import AdjointCore
import AdjointGraph
import AdjointOperators
import Foundation
import TestSupport
import Testing

@Suite("Softmax, cross-entropy, layer norm, mean squared error")
struct CompositeTests {
  private func evaluate(
    _ operands: [Tensor], _ build: ([Value]) throws -> Value
  ) throws -> [Double] { try ElementwiseTesting.evaluate(operands, build).doubles }

  private func expectClose(
    _ actual: [Double], _ expected: [Double], within tolerance: Double = 1e-13,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) {
    #expect(actual.count == expected.count, sourceLocation: sourceLocation)
    for (a, b) in zip(actual, expected) {
      #expect(agree(a, b, within: tolerance), sourceLocation: sourceLocation)
    }
  }

  /// The rows of a matrix.
  private func rows(_ tensor: Tensor) -> [[Double]] {
    let width = tensor.extents[1]
    return (0..<tensor.extents[0]).map {
      Array(tensor.doubles[($0 * width)..<(($0 + 1) * width)])
    }
  }

  private func softmaxRow(_ row: [Double]) -> [Double] {
    let sum = row.reduce(0) { $0 + Foundation.exp($1) }
    return row.map { Foundation.exp($0) / sum }
  }

  @Test(
    "softmax and its logarithm over either axis", arguments: [[3, 5], [1, 1], [2, 1], [0, 3]])
  func softmaxValues(_ extents: [Int]) throws {
    let x = try Tensor.random(TensorType(.f64, extents: extents), seed: 3, from: -4, to: 4)
    let expected = rows(x).flatMap(softmaxRow)
    expectClose(try evaluate([x]) { softmax($0[0]) }, expected)
    expectClose(
      try evaluate([x]) { softmax($0[0].transposed(), axis: 0).transposed() }, expected)
    expectClose(
      try evaluate([x]) { logSoftmax($0[0]) }, expected.map { Foundation.log($0) },
      within: 1e-12)
    let sums = rows(x).map { Foundation.log($0.reduce(0) { $0 + Foundation.exp($1) }) }
    expectClose(try evaluate([x]) { logSumExp($0[0], squeezingAxes: [-1]) }, sums)
    expectClose(try evaluate([x]) { logSumExp($0[0], alongAxes: [1]) }, sums)
  }

  @Test("extreme scores neither overflow nor vanish")
  func extremes() throws {
    let x = try Tensor([1000, 1000, -1000, 0] as [Double], extents: [2, 2])
    expectClose(try evaluate([x]) { softmax($0[0]) }, [0.5, 0.5, 0, 1])
    expectClose(
      try evaluate([x]) { logSumExp($0[0], squeezingAxes: [1]) }, [1000 + Foundation.log(2), 0])
    expectClose(
      try evaluate([x]) { logSoftmax($0[0]) },
      [-Foundation.log(2), -Foundation.log(2), -1000, 0])
    let infinite = try Tensor(
      [-.infinity, -.infinity, .infinity, 0, -.infinity, 1] as [Double], extents: [3, 2])
    expectClose(
      try evaluate([infinite]) { logSumExp($0[0], squeezingAxes: [1]) },
      [-.infinity, .infinity, 1])
    let empty = try Tensor([] as [Double], extents: [2, 0])
    expectClose(
      try evaluate([empty]) { logSumExp($0[0], squeezingAxes: [1]) }, [-.infinity, -.infinity])
    expectClose(
      try evaluate([infinite]) { softmax($0[0].sliced(axes: [0], from: [2], to: [3])) }, [0, 1])
  }

  @Test("cross-entropy against both kinds of labels", arguments: [ScalarType.i32, .i64, .u8])
  func crossEntropyValues(_ type: ScalarType) throws {
    let x = try Tensor.random(TensorType(.f64, [4, 3]), seed: 9, from: -3, to: 3)
    let labels = [2, 0, 1, 1]
    let indices = try Tensor(Tensor.Storage(labels, as: type), extents: [4])
    let oneHot = try Tensor(
      labels.flatMap { label in (0..<3).map { $0 == label ? 1.0 : 0 } }, extents: [4, 3])
    let expected =
      zip(rows(x), labels).reduce(0) { $0 - Foundation.log(softmaxRow($1.0)[$1.1]) } / 4
    expectClose(
      try evaluate([x, indices]) { crossEntropy(logits: $0[0], indices: $0[1]) }, [expected])
    expectClose(
      try evaluate([x, oneHot]) { crossEntropy(logits: $0[0], probabilities: $0[1]) },
      [expected])
  }

  @Test("8-bit labels do not wrap around beyond 256 classes")
  func manyClasses() throws {
    let x = try StructureTesting.counting([1, 300])
    let loss = try evaluate([x, Tensor(Tensor.Storage([44], as: .u8), extents: [1])]) {
      crossEntropy(logits: $0[0], indices: $0[1])
    }
    let sum = 299 - Foundation.log(1 - Foundation.exp(-1.0))
    expectClose(loss, [sum - 44], within: 1e-12)
  }

  @Test("layer norm over one axis and over two", arguments: [[1], [0, 1], [-1, 0]])
  func layerNormValues(_ axes: [Int]) throws {
    let x = try StructureTesting.random([3, 4], seed: 1)
    let extents = axes.count == 1 ? [4] : [3, 4]
    let scale = try StructureTesting.random(extents, seed: 2)
    let offset = try StructureTesting.random(extents, seed: 3)
    let groups = axes.count == 1 ? rows(x) : [x.doubles]
    let expected = groups.flatMap { group in
      let mean = group.reduce(0, +) / Double(group.count)
      let variance = group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(group.count)
      return group.enumerated().map { index, number in
        (number - mean) / (variance + 1e-3).squareRoot() * scale.doubles[index]
          + offset.doubles[index]
      }
    }
    expectClose(
      try evaluate([x, scale, offset]) {
        layerNorm($0[0], scale: $0[1], offset: $0[2], axes: axes, epsilon: 1e-3)
      }, expected, within: 1e-12)
  }

  @Test("mean squared error and a linear layer")
  func others() throws {
    let p = try Tensor([1, 2, 3, 4] as [Double], extents: [2, 2])
    let t = try Tensor([1, 0, 6, 3] as [Double], extents: [2, 2])
    expectClose(
      try evaluate([p, t]) { meanSquaredError(predictions: $0[0], targets: $0[1]) }, [3.5])
    let bias = try Tensor([10, 20] as [Double])
    expectClose(
      try evaluate([p, t, bias]) { linear($0[0], weight: $0[1], bias: $0[2]) },
      [23, 26, 37, 32])
    expectClose(try evaluate([p, t]) { linear($0[0], weight: $0[1]) }, [13, 6, 27, 12])
  }

  @Test("both modes against differences", arguments: [[3, 5], [1, 1], [1, 4], [5, 1]])
  func derivatives(_ extents: [Int]) throws {
    let row = [extents[1]]
    let functions: [([[Int]], (GraphBuilder, [Value]) throws -> Value)] = [
      ([extents], { softmax($1[0]) }), ([extents], { softmax($1[0], axis: 0) }),
      ([extents], { logSoftmax($1[0]) }),
      ([extents], { logSumExp($1[0], squeezingAxes: [0]) }),
      ([extents], { logSumExp($1[0], alongAxes: [0, 1]) }),
      ([extents, extents], { meanSquaredError(predictions: $1[0], targets: $1[1]) }),
      ([extents, extents], { crossEntropy(logits: $1[0], probabilities: $1[1]) }),
      (
        [extents],
        { builder, x in
          let labels = builder.iota(.i32, [extents[0]])
          return crossEntropy(logits: x[0], indices: labels)
        }
      ),
      (
        [extents, row, row],
        {
          layerNorm($1[0], scale: $1[1], offset: $1[2], epsilon: 0.1)
        }
      ),
    ]
    for (shapes, function) in functions {
      let result = try DerivativeCheck.run(shapes, seed: 4, function)
      #expect(result.modes < 1e-12)
      #expect(result.differences < 1e-7)
      #expect(result.passes < 1e-12)
    }
  }

  @Test("named dimensions")
  func named() throws {
    let x = try StructureTesting.random([4, 3], seed: 1)
    let labels = try Tensor([2, 0, 1, 1] as [Int32])
    let function: ([Value]) throws -> Value = { crossEntropy(logits: $0[0], indices: $0[1]) }
    let named = try StructureTesting.evaluateNamed(
      [["B", 3], ["B"]], ["B": 4], [x, labels], function)
    expectClose(named.doubles, try evaluate([x, labels], function))
    let classes = try StructureTesting.evaluateNamed(
      [["B", "C"], ["B"]], ["B": 4, "C": 3], [x, labels], function)
    #expect(classes == named)
  }

  @Test("what does not go together")
  func refusals() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f32, [4, 3])
    let k = builder.input("k", .i32, [4])
    let wide = builder.input("wide", .i32, [4, 3])
    let q = builder.input("q", .f32, [4, 2])
    let s = builder.input("s", .f32, [])
    func expect(
      _ code: Diagnostic.Code, _ parts: [String], line: Int, _ build: () throws -> Value
    ) throws {
      try StructureTesting.expectRefusal(code, parts, in: "CompositeTests.swift", line: line, build)
    }
    try expect(.shapeMismatch, ["crossEntropy: ", "f32[4, 3]", "i32[4, 3]"], line: #line + 1) {
      crossEntropy(logits: x, indices: wide)
    }
    try expect(.scalarTypeMismatch, ["crossEntropy: ", "f32[4, 2]"], line: #line + 1) {
      crossEntropy(logits: x, indices: q)
    }
    try expect(.shapeMismatch, ["crossEntropy: ", "f32[4, 3]", "f32[4, 2]"], line: #line + 1) {
      crossEntropy(logits: x, probabilities: q)
    }
    try expect(.shapeMismatch, ["crossEntropy: ", "f32[]"], line: #line + 1) {
      crossEntropy(logits: s, probabilities: s)
    }
    try expect(.shapeMismatch, ["meanSquaredError: ", "f32[4, 3]", "f32[4, 2]"], line: #line + 1) {
      meanSquaredError(predictions: x, targets: q)
    }
    try expect(.scalarTypeMismatch, ["softmax: ", "i32[4]"], line: #line + 1) {
      softmax(k)
    }
    try expect(.invalidArgument, ["softmax: ", "axis 2", "f32[4, 3]"], line: #line + 1) {
      softmax(x, axis: 2)
    }
    try expect(.invalidArgument, ["softmax: ", "axis -1", "f32[]"], line: #line + 1) {
      softmax(s)
    }
    try expect(.invalidArgument, ["logSumExp: ", "axis 7"], line: #line + 1) {
      logSumExp(x, squeezingAxes: [7])
    }
    try expect(.shapeMismatch, ["layerNorm: ", "scale", "f32[4, 2]", "f32[3]"], line: #line + 1) {
      layerNorm(x, scale: q, offset: q)
    }
  }
}
