import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

/// What operators say of axes and of NaN, against what they compute.
@Suite("Axes of results and of operands")
struct AxisPassageTests {
  /// An operator with operands of the types that it takes.
  private struct Sample: CustomStringConvertible {
    let operation: any Operator
    let extents: [[Int]]
    var description: String { "\(operation.mnemonic) \(operation.attributes) \(extents)" }
  }

  /// The element-wise operators of floating-point numbers, and those that move or multiply.
  private static let samples: [Sample] = {
    let standard = OperatorRegistry.standard
    let elementwise = standard.mnemonics.compactMap { mnemonic -> Sample? in
      guard let type = standard[mnemonic], let made = try? type.init(attributes: AttributeList()),
        made is any UnaryOperator || made is any BinaryOperator
      else { return nil }
      let extents = Array(repeating: [3, 4], count: made is any UnaryOperator ? 1 : 2)
      let types = extents.map { TensorType(.f64, extents: $0) }
      guard (try? made.resultTypes(for: types)) != nil else { return nil }
      return Sample(operation: made, extents: extents)
    }
    return elementwise + [
      Sample(operation: Cast(to: .f32), extents: [[3, 4]]),
      Sample(operation: StopGradient(), extents: [[3, 4]]),
      Sample(operation: Less(), extents: [[3, 4], [3, 4]]),
      Sample(operation: Transpose(permutation: [2, 0, 1]), extents: [[2, 3, 4]]),
      Sample(operation: Broadcast(shape: [5, 3, 2, 4], axes: [1, 3]), extents: [[3, 4]]),
      Sample(
        operation: DotGeneral(left: .init(contract: [1]), right: .init(contract: [0])),
        extents: [[3, 4], [4, 5]]),
      Sample(
        operation: DotGeneral(
          left: .init(batch: [2], contract: [0]), right: .init(batch: [1], contract: [3])),
        extents: [[4, 3, 2, 6], [5, 2, 7, 4]]),
      Sample(
        operation: DotGeneral(
          left: .init(batch: [1, 0], contract: []), right: .init(batch: [0, 2], contract: [])),
        extents: [[3, 2, 4], [2, 5, 3]]),
    ]
  }()

  private func tensors(_ sample: Sample) throws -> [Tensor] {
    try sample.extents.enumerated().map { number, extents in
      var random = SeededGenerator(seed: UInt64(number))
      let elements = (0..<extents.reduce(1, *)).map { _ in
        Double.random(in: 0.5...2, using: &random)
      }
      return try Tensor(elements, extents: extents)
    }
  }

  @Test("some positions of a result are the result of these positions")
  func positions() throws {
    #expect(Self.samples.count > 30)
    for sample in Self.samples {
      let tensors = try tensors(sample)
      let types = tensors.map(\.type)
      let rank = try sample.operation.resultTypes(for: types)[0].rank
      for axis in 0..<rank {
        let passage = try #require(
          sample.operation.passage(of: axis, operands: types), "\(sample)")
        func cut(_ value: Value, _ axis: Int) -> Value {
          value.builder.apply(Slice([Slice.Range(axis: axis, start: 1, limit: 2)]), [value])
        }
        let whole = try ElementwiseTesting.evaluate(tensors) {
          cut($0[0].builder.apply(sample.operation, $0), axis)
        }
        let part = try ElementwiseTesting.evaluate(tensors) { operands in
          var cuts = operands
          for (place, axis) in passage.operandAxes.enumerated() {
            if let axis { cuts[place] = cut(cuts[place], axis) }
          }
          return operands[0].builder.apply(passage.operation(for: 1), cuts)
        }
        #expect(whole == part, "\(sample), axis \(axis)")
      }
    }
  }

  @Test("a NaN passes where an operator says so")
  func nan() throws {
    var passing = 0
    for sample in Self.samples where sample.operation.passesNaN {
      passing += 1
      for place in sample.extents.indices {
        var operands = try tensors(sample)
        let extents = sample.extents[place]
        operands[place] = try Tensor(
          Array(repeating: Double.nan, count: extents.reduce(1, *)), extents: extents)
        let result = try ElementwiseTesting.evaluate(sample.operation, operands)
        #expect(
          result.scalarType == .bool || result.doubles.allSatisfy(\.isNaN),
          "\(sample), operand \(place)")
      }
    }
    #expect(passing > 30)
    #expect(!Power().passesNaN)
  }
}
