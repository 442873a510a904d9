import AdjointCore
import AdjointGraph
import AdjointOperators
import Foundation
import Testing

struct UnaryCase: Sendable, CustomTestStringConvertible {
  let operation: any UnaryOperator
  let spelling: @Sendable (Value) throws -> Value
  let reference: @Sendable (Double) -> Double
  /// Points where the function is smooth, for its derivative.
  let points: [Double]

  var testDescription: String { operation.mnemonic }

  init(
    _ operation: any UnaryOperator, _ points: [Double],
    _ spelling: @escaping @Sendable (Value) throws -> Value,
    _ reference: @escaping @Sendable (Double) -> Double
  ) {
    self.operation = operation
    self.points = points
    self.spelling = spelling
    self.reference = reference
  }

  private static let anywhere = [-3.5, -1.25, -0.3, 0, 1e-3, 0.7, 2, 6.5]
  private static let positive = [0.05, 0.3, 1, 2.5, 40]

  static let all: [UnaryCase] = [
    UnaryCase(Negate(), anywhere, { -$0 }, { -$0 }),
    UnaryCase(Abs(), [-2, -0.1, 0.3, 5], { abs($0) }, { $0.magnitude }),
    UnaryCase(Exp(), anywhere, { exp($0) }, { Foundation.exp($0) }),
    UnaryCase(Expm1(), anywhere + [-40], { expm1($0) }, { Foundation.expm1($0) }),
    UnaryCase(Log(), positive, { log($0) }, { Foundation.log($0) }),
    UnaryCase(Log1p(), positive + [-0.7], { log1p($0) }, { Foundation.log1p($0) }),
    UnaryCase(Sqrt(), positive, { sqrt($0) }, { $0.squareRoot() }),
    UnaryCase(Rsqrt(), positive, { rsqrt($0) }, { 1 / $0.squareRoot() }),
    UnaryCase(Reciprocal(), positive + [-0.4, -7], { reciprocal($0) }, { 1 / $0 }),
    UnaryCase(Sin(), anywhere, { sin($0) }, { Foundation.sin($0) }),
    UnaryCase(Cos(), anywhere, { cos($0) }, { Foundation.cos($0) }),
    UnaryCase(Tan(), [-1.2, -0.3, 0, 0.4, 1.3], { tan($0) }, { Foundation.tan($0) }),
    UnaryCase(Tanh(), anywhere, { tanh($0) }, { Foundation.tanh($0) }),
    UnaryCase(Sigmoid(), anywhere, { sigmoid($0) }, { 1 / (1 + Foundation.exp(-$0)) }),
    UnaryCase(
      Softplus(), anywhere, { softplus($0) },
      { $0 > 40 ? $0 : Foundation.log1p(Foundation.exp($0)) }),
    UnaryCase(Erf(), [-1.25, -0.3, 0, 1e-3, 0.7, 2], { erf($0) }, { Foundation.erf($0) }),
    UnaryCase(
      Sign(), [], { sign($0) }, { $0.isNaN || $0 == 0 ? $0 : $0 > 0 ? 1 : -1 }),
    UnaryCase(Floor(), [], { floor($0) }, { Foundation.floor($0) }),
    UnaryCase(Ceil(), [], { ceil($0) }, { Foundation.ceil($0) }),
    UnaryCase(Round(), [], { round($0) }, { Foundation.rint($0) }),
  ]
}

@Suite("Element-wise functions of one operand")
struct ElementwiseUnaryTests {
  private let special: [Double] = [
    0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.25, 1e-20, -1e-20, 700, -700, 1e3, -1e3, 1e30,
    -1e30, .infinity, -.infinity, .nan,
  ]

  @Test("f64 values", arguments: UnaryCase.all)
  func valuesInDoublePrecision(_ function: UnaryCase) throws {
    let tensor = try ElementwiseTesting.evaluate([Tensor(special)]) { try function.spelling($0[0]) }
    #expect(tensor.type == TensorType(.f64, [special.count]))
    for (x, y) in zip(special, tensor.doubles) {
      #expect(agree(y, function.reference(x), within: 1e-14), "at \(x)")
    }
  }

  @Test("f32 values", arguments: UnaryCase.all)
  func valuesInSinglePrecision(_ function: UnaryCase) throws {
    let points = special.map { Float($0) }
    let tensor = try ElementwiseTesting.evaluate([Tensor(points)]) { try function.spelling($0[0]) }
    #expect(tensor.scalarType == .f32)
    for (x, y) in zip(points, tensor.doubles) {
      let expected = Double(Float(function.reference(Double(x))))
      #expect(agree(y, expected, within: 1e-6), "at \(x)")
    }
  }

  @Test("partial derivatives against central differences", arguments: UnaryCase.all)
  func partials(_ function: UnaryCase) throws {
    guard !function.points.isEmpty else {
      guard case .zero = function.operation.derivative else {
        Issue.record("\(function.operation.mnemonic) should have no derivative")
        return
      }
      return
    }
    let points = try Tensor(function.points)
    let slopes = try ElementwiseTesting.partials(of: function.operation, at: [points])[0]
    for (x, slope) in zip(function.points, try #require(slopes).doubles) {
      let expected = ElementwiseTesting.slope(at: x, of: function.reference)
      #expect((slope - expected).magnitude <= 1e-8 * max(1, expected.magnitude), "at \(x)")
    }
  }

  @Test("derivatives that a formula by the result would lose")
  func accurateDerivatives() throws {
    let far = try Tensor([-50.0])
    let slope = try #require(ElementwiseTesting.partials(of: Expm1(), at: [far])[0]?.scalar)
    #expect(agree(slope, Foundation.exp(-50), within: 1e-14))
    let zero = try Tensor([0.0])
    #expect(try ElementwiseTesting.partials(of: Abs(), at: [zero])[0]?.scalar == 0)
    #expect(try ElementwiseTesting.partials(of: Sqrt(), at: [zero])[0]?.scalar == .infinity)
  }

  @Test("sign and magnitude of whole numbers")
  func wholeNumbers() throws {
    let x = try Tensor([-3, 0, 7, .min] as [Int32])
    #expect(try ElementwiseTesting.evaluate(Abs(), [x]) == Tensor([3, 0, 7, .min] as [Int32]))
    #expect(try ElementwiseTesting.evaluate(Sign(), [x]) == Tensor([-1, 0, 1, -1] as [Int32]))
    let bytes = try Tensor(.u8([0, 200]), extents: [2])
    #expect(try ElementwiseTesting.evaluate(Abs(), [bytes]) == bytes)
  }

  @Test("not of truth values")
  func logicalNot() throws {
    let x = try Tensor(.bool([true, false]), extents: [2])
    let y = try ElementwiseTesting.evaluate([x]) { .!$0[0] }
    #expect(y.storage == .bool([false, true]))
  }

  @Test(
    "shapes with no, one and odd numbers of elements", arguments: [[0], [], [1], [3, 5], [2, 0]])
  func shapes(_ extents: [Int]) throws {
    let x = try Tensor(repeating: 0.25, .f64, extents: extents)
    let y = try ElementwiseTesting.evaluate([x]) { sqrt($0[0]) }
    #expect(y == (try Tensor(repeating: 0.5, .f64, extents: extents)))
  }
}
