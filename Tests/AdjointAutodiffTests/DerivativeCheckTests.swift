import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointOperators
import TestSupport
import Testing

/// That the check of derivatives finds what is wrong, however small the derivative is.
@Suite("The check of derivatives")
struct DerivativeCheckTests {
  /// A sine whose modes disagree by half.
  struct Lopsided: UnaryOperator {
    static let function = UnaryFunction.sin
    init() {}

    var derivative: Derivative {
      .rules(
        vjp: { site, cotangents in
          guard let cotangent = cotangents[0] else { return [nil] }
          return [cotangent * cos(site.operands[0])]
        },
        jvp: { site, tangents in
          guard let tangent = tangents[0] else { return [nil] }
          return [tangent * cos(site.operands[0]) * 0.5]
        })
    }
  }

  static let scales = [1e300, 1e8, 1, 1e-8, 1e-15, 1e-200]

  @Test("finds a derivative that is wrong by half, of any size", arguments: scales)
  func wrong(scale: Double) throws {
    let result = try DerivativeCheck.run([[3, 5]]) { $1[0] * stopGradient($1[0]) * scale }
    #expect(result.differences > 0.1)
    let missing = try DerivativeCheck.run([[3, 5]]) { stopGradient($1[0]) * scale + $1[0] * 0 }
    #expect(missing.differences > 0.1)
  }

  @Test("finds modes that differ by half, of any size", arguments: scales)
  func modes(scale: Double) throws {
    let result = try DerivativeCheck.run([[3, 5]]) { $0.apply(Lopsided(), [$1[0]]) * scale }
    #expect(result.modes > 0.1)
  }

  @Test("finds a small part of a sum that is wrong", arguments: [1e-6, 1e-4])
  func smallPart(scale: Double) throws {
    let result = try DerivativeCheck.run([[3, 5]]) {
      1 + ($1[0] * stopGradient($1[0])) * scale
    }
    #expect(result.differences > 0.01)
  }

  @Test("finds nothing wrong with what is right, of any size", arguments: scales)
  func right(scale: Double) throws {
    let result = try DerivativeCheck.run([[3, 5]]) { softplus($1[0] * $1[0]) * scale }
    #expect(result.modes < 1e-12)
    #expect(result.differences < 1e-7)
    #expect(result.passes < 1e-12)
  }

  @Test("compares tensors by their own size")
  func tensors() throws {
    let small = try Tensor([1e-20, -3e-20])
    #expect(DerivativeCheck.disagreement(small, try Tensor([1e-20, -2e-20]), roundoff: 0) > 0.3)
    #expect(DerivativeCheck.disagreement(small, try Tensor([1e-20, -2e-20]), roundoff: 1e-18) == 0)
    #expect(DerivativeCheck.disagreement(small, try Tensor([1e-20]), roundoff: 1) == .infinity)
    #expect(DerivativeCheck.disagreement(small, nil, roundoff: 1) == .infinity)
    let unknown = try Tensor([1e-20, .nan])
    #expect(DerivativeCheck.disagreement(small, unknown, roundoff: 1) == .infinity)
    #expect(DerivativeCheck.disagreement(unknown, unknown, roundoff: 0) == 0)
  }
}
