import AdjointCodegen
import Foundation
import TestSupport
import Testing

/// The functions of f64 that have vector code against those of the system's library in 80 bits.
@Suite(.enabled(if: CodeGenerator.installed != nil, "no library generates code"))
struct DoubleMathematicsTests {
  private static let names: [VectorFunction.Name] = [
    .exp, .log, .sin, .cos, .tanh, .sigmoid, .softplus,
  ]

  /// Where there are no numbers of 80 bits, what is called exact is off by a unit itself.
  private static let slack = Extended.ulpOfOne < Extended(Double.ulpOfOne) ? 0.0 : 1.0

  private static func bound(_ name: VectorFunction.Name, _ processor: Processor) -> Double {
    let isFused = processor.hasFusedMultiplyAdd
    return switch name {
    case .exp: isFused ? 0.95 : 1.2
    case .log: 0.95
    case .sin, .cos: isFused ? 1.7 : 1.8
    case .tanh: isFused ? 1.85 : 1.95
    case .sigmoid: isFused ? 1.7 : 2
    case .softplus: isFused ? 1.85 : 1.9
    case .expm1, .log1p, .tan, .erf, .power: 1
    }
  }

  private func exact(_ name: VectorFunction.Name, _ x: Extended) -> Extended {
    switch name {
    case .exp: exp(x)
    case .log: log(x)
    case .tanh: tanh(x)
    case .sigmoid: x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
    case .softplus: x.isNaN ? x : max(x, 0) + log1p(exp(-x.magnitude))
    case .sin: sin(x)
    case .cos: cos(x)
    case .expm1, .log1p, .tan, .erf, .power: .nan
    }
  }

  @Test(arguments: names, Processor.available)
  func errorsAreBounded(name: VectorFunction.Name, processor: Processor) throws {
    let isHost = processor == .host
    let function = try FunctionUnderTest(name, .f64, lanes: isHost ? 8 : 2, processor)
    let arguments = isHost ? Arguments.denseDoubles : Arguments.specialDoubles
    var worst = WorstError()
    for (x, y) in zip(arguments, function(arguments)) {
      worst.note(y, exact: exact(name, Extended(x)), at: x)
    }
    #expect(worst.units <= Self.bound(name, processor) + Self.slack, "\(name): \(worst)")
  }

  @Test(arguments: VectorFunction.Name.allCases)
  func lanesDoNotMatter(name: VectorFunction.Name) throws {
    let x = Arguments.specialDoubles
    let y = x.indices.map { x[$0 &* 7919 % x.count] }
    let wanted = try FunctionUnderTest(name, .f64, lanes: 1)(x, y)
    for lanes in [2, 8, 16] {
      let found = try FunctionUnderTest(name, .f64, lanes: lanes)(x, y)
      let different = wanted.indices.first { number in
        wanted[number].bitPattern != found[number].bitPattern
          && !(wanted[number].isNaN && found[number].isNaN)
      }
      #expect(different == nil, "\(name) in \(lanes) lanes")
    }
  }
}
