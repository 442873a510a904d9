import AdjointCore
import AdjointGraph
import AdjointOperators
import Foundation
import Testing

struct BinaryCase: Sendable, CustomTestStringConvertible {
  let operation: any BinaryOperator
  let spelling: @Sendable (Value, Value) throws -> Value
  let reference: @Sendable (Double, Double) -> Double

  var testDescription: String { operation.mnemonic }

  init(
    _ operation: any BinaryOperator, _ spelling: @escaping @Sendable (Value, Value) throws -> Value,
    _ reference: @escaping @Sendable (Double, Double) -> Double
  ) {
    self.operation = operation
    self.spelling = spelling
    self.reference = reference
  }

  static let all: [BinaryCase] = [
    BinaryCase(Add(), { $0 + $1 }, { $0 + $1 }),
    BinaryCase(Subtract(), { $0 - $1 }, { $0 - $1 }),
    BinaryCase(Multiply(), { $0 * $1 }, { $0 * $1 }),
    BinaryCase(Divide(), { $0 / $1 }, { $0 / $1 }),
    BinaryCase(Power(), { pow($0, $1) }, { Foundation.pow($0, $1) }),
    BinaryCase(
      Maximum(), { max($0, $1) }, { $0.isNaN || $1.isNaN ? .nan : $0 < $1 ? $1 : $0 }),
    BinaryCase(
      Minimum(), { min($0, $1) }, { $0.isNaN || $1.isNaN ? .nan : $0 > $1 ? $1 : $0 }),
  ]
}

@Suite("Element-wise functions of two operands")
struct ElementwiseBinaryTests {
  private static let special: [Double] = [
    0, -0.0, 1, -1, 0.5, 2, -3, 3.5, 1e-20, 1e20, .infinity, -.infinity, .nan,
  ]
  private static let left = special.flatMap { x in special.map { _ in x } }
  private static let right = special.flatMap { _ in special }

  @Test("values in both precisions", arguments: BinaryCase.all)
  func values(_ function: BinaryCase) throws {
    let operands = [try Tensor(Self.left), try Tensor(Self.right)]
    let double = try ElementwiseTesting.evaluate(operands) {
      try function.spelling($0[0], $0[1])
    }
    let single = try ElementwiseTesting.evaluate(operands.map { try $0.cast(to: .f32) }) {
      try function.spelling($0[0], $0[1])
    }
    for (index, (x, y)) in zip(Self.left, Self.right).enumerated() {
      #expect(
        agree(double.doubles[index], function.reference(x, y), within: 1e-14), "at \(x), \(y)")
      let expected = Float(function.reference(Double(Float(x)), Double(Float(y))))
      #expect(agree(single.doubles[index], Double(expected), within: 1e-6), "at \(x), \(y)")
    }
  }

  @Test("partial derivatives against central differences", arguments: BinaryCase.all)
  func partials(_ function: BinaryCase) throws {
    let x = [0.7, 2.5, 1.25, 3]
    let y = [1.5, -0.75, 2, 0.3]
    let slopes = try ElementwiseTesting.partials(
      of: function.operation, at: [Tensor(x), Tensor(y)])
    for index in x.indices {
      let alongX = ElementwiseTesting.slope(at: x[index]) { function.reference($0, y[index]) }
      let alongY = ElementwiseTesting.slope(at: y[index]) { function.reference(x[index], $0) }
      #expect(((slopes[0]?.doubles[index] ?? 0) - alongX).magnitude <= 1e-8)
      #expect(((slopes[1]?.doubles[index] ?? 0) - alongY).magnitude <= 1e-8)
    }
  }

  @Test("a power's derivative where the formula alone would be NaN")
  func powerAtZeroAndBelow() throws {
    let x = try Tensor([0, 0, 0, 0, -2, -2, -2] as [Double])
    let y = try Tensor([0, 1, 2, 0.5, 3, -1, 0])
    let slopes = try ElementwiseTesting.partials(of: Power(), at: [x, y])
    #expect(slopes[0]?.doubles == [0, 1, 0, .infinity, 12, -0.25, 0])
    #expect(slopes[1]?.doubles == [0, 0, 0, 0, 0, 0, 0])
  }

  @Test("a power with a constant exponent", arguments: [0, 1, 2, 3, -1, 0.5])
  func constantExponent(_ exponent: Double) throws {
    let points = [0.5, 1, 3.0]
    let slopes = try ElementwiseTesting.evaluate([Tensor(points)]) { inputs in
      let x = inputs[0]
      let y = x.builder.full(exponent, x.type)
      let z = x.builder.apply(Power(), [x, y])
      guard case .partials(let rule) = Power().derivative else { return x }
      let site = Derivative.Site(operands: [x, y], results: [z], wanted: [true, false])
      return try ElementwiseTesting.value(of: rule(site)[0], like: x)
    }
    for (x, slope) in zip(points, slopes.doubles) {
      #expect(agree(slope, exponent * Foundation.pow(x, exponent - 1), within: 1e-14))
    }
  }

  @Test("ties of extrema are shared, NaN passes nothing on")
  func extrema() throws {
    let x = try Tensor([1, 2, 3, .nan, 1] as [Double])
    let y = try Tensor([2, 2, 2, 0, .nan] as [Double])
    let largest = try ElementwiseTesting.partials(of: Maximum(), at: [x, y])
    #expect(largest[0]?.doubles == [0, 0.5, 1, 0, 0])
    #expect(largest[1]?.doubles == [1, 0.5, 0, 0, 0])
    let smallest = try ElementwiseTesting.partials(of: Minimum(), at: [x, y])
    #expect(smallest[0]?.doubles == [1, 0.5, 0, 0, 0])
    #expect(smallest[1]?.doubles == [0, 0.5, 1, 0, 0])
  }

  @Test("partials that are not wanted are symbolic zeros")
  func unwanted() throws {
    let x = try Tensor([1.5])
    for operation in [Divide(), Power(), Maximum(), Minimum()] as [any Operator] {
      let slopes = try ElementwiseTesting.partials(
        of: operation, at: [x, x], wanted: [false, true])
      #expect(slopes[0] == nil)
      #expect(slopes[1] != nil)
    }
  }

  @Test("whole numbers divide toward zero")
  func wholeNumbers() throws {
    let x = try Tensor([7, -7, 5, .min] as [Int32])
    let y = try Tensor([2, 2, 0, -1] as [Int32])
    let quotient = try ElementwiseTesting.evaluate(Divide(), [x, y])
    #expect(quotient == (try Tensor([3, -3, 0, .min] as [Int32])))
    let power = try ElementwiseTesting.evaluate([x]) { pow($0[0], 2) }
    #expect(power == (try Tensor([49, 49, 25, 0] as [Int32])))
  }

  @Test("numbers on either side and broadcasting")
  func numbers() throws {
    let x = try Tensor([1.0, 2, 4])
    let column = try Tensor([1.0, 2], extents: [2, 1])
    #expect(try ElementwiseTesting.evaluate([x]) { $0[0] / 2 }.doubles == [0.5, 1, 2])
    #expect(try ElementwiseTesting.evaluate([x]) { 2 / $0[0] }.doubles == [2, 1, 0.5])
    #expect(try ElementwiseTesting.evaluate([x]) { pow(2, $0[0]) }.doubles == [2, 4, 16])
    #expect(try ElementwiseTesting.evaluate([x]) { max($0[0], 2) }.doubles == [2, 2, 4])
    #expect(try ElementwiseTesting.evaluate([x]) { max(2, $0[0]) }.doubles == [2, 2, 4])
    #expect(try ElementwiseTesting.evaluate([x]) { min($0[0], 2) }.doubles == [1, 2, 2])
    #expect(try ElementwiseTesting.evaluate([x]) { min(2, $0[0]) }.doubles == [1, 2, 2])
    let quotient = try ElementwiseTesting.evaluate([x, column]) { $0[0] / $0[1] }
    #expect(quotient == (try Tensor([1, 2, 4, 0.5, 1, 2], extents: [2, 3])))
  }

  @Test("and, or")
  func truthValues() throws {
    let x = try Tensor(.bool([true, true, false, false]), extents: [4])
    let y = try Tensor(.bool([true, false, true, false]), extents: [4])
    let both = try ElementwiseTesting.evaluate([x, y]) { $0[0] .& $0[1] }
    #expect(both.storage == .bool([true, false, false, false]))
    let either = try ElementwiseTesting.evaluate([x, y]) { $0[0] .| $0[1] }
    #expect(either.storage == .bool([true, true, true, false]))
  }
}
