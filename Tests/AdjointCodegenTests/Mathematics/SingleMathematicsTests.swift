import AdjointCodegen
import AdjointKernels
import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

/// The functions of f32 against those of the system's library in f64.
@Suite(.enabled(if: CodeGenerator.installed != nil, "no library generates code"))
struct SingleMathematicsTests {
  /// The largest errors over all arguments, the last digit rounded up; that of `tan` is the system's
  /// library's.
  private static func bound(_ name: VectorFunction.Name, _ processor: Processor) -> Double {
    let isFused = processor.hasFusedMultiplyAdd
    return switch name {
    case .exp: isFused ? 0.9 : 1.18
    case .expm1: 0.51
    case .log: 0.93
    case .log1p: 0.501
    case .sin: isFused ? 1.63 : 1.89
    case .cos: isFused ? 1.64 : 1.9
    case .tan: 1.48
    case .tanh: isFused ? 1.8 : 1.87
    case .sigmoid: isFused ? 1.65 : 1.98
    case .softplus: isFused ? 1.7 : 2
    case .erf: isFused ? 1.77 : 1.78
    case .power: 0.51
    }
  }

  private func exact(_ name: VectorFunction.Name) throws -> @Sendable (Double) -> Double {
    let function = try #require(UnaryFunction(rawValue: name.rawValue))
    return { function.value(at: $0) }
  }

  @Test(arguments: VectorFunction.Name.unary, Processor.available)
  func errorsAreBounded(name: VectorFunction.Name, processor: Processor) throws {
    let exact = try exact(name)
    let isHost = processor == .host
    let function = try FunctionUnderTest(name, .f32, lanes: isHost ? 16 : 4, processor)
    let arguments = isHost ? Arguments.dense : Arguments.special
    var worst = WorstError()
    for (x, y) in zip(arguments, function(arguments)) {
      worst.note(y, exact: exact(Double(x)), at: Double(x))
    }
    #expect(worst.units <= Self.bound(name, processor), "\(name): \(worst)")
  }

  @Test(arguments: VectorFunction.Name.allCases)
  func lanesDoNotMatter(name: VectorFunction.Name) throws {
    let x = Arguments.special
    // Neighbours of each argument differ from one number of lanes to the next.
    let y = x.indices.map { x[$0 &* 7919 % x.count] }
    let wanted = try FunctionUnderTest(name, .f32, lanes: 1)(x, y).map(\.bitPattern)
    for lanes in [4, 8, 16, 32] {
      let found = try FunctionUnderTest(name, .f32, lanes: lanes)(x, y)
      for (number, pattern) in wanted.enumerated() {
        let result = found[number]
        let same = result.bitPattern == pattern || result.isNaN && Float(bitPattern: pattern).isNaN
        if !same {
          Issue.record(
            "\(name) of \(x[number]), \(y[number]) in \(lanes) lanes is \(result)")
          return
        }
      }
    }
  }

  @Test func boundedFunctionsStayInTheirRange() throws {
    for name in [VectorFunction.Name.sin, .cos, .tanh, .erf, .sigmoid] {
      let results = try FunctionUnderTest(name, .f32, lanes: 16)(Arguments.dense)
      #expect(!results.contains { $0.magnitude > 1 }, "\(name)")
    }
  }

  /// A product that rounds to 0 costs a hundred times what another one does.
  @Test(arguments: [VectorFunction.Name.exp, .sigmoid, .softplus], Processor.available)
  func farBelowZeroNothingUnderflows(name: VectorFunction.Name, processor: Processor) throws {
    let single = try FunctionUnderTest(name, .f32, lanes: 4, processor)
    let double = try FunctionUnderTest(name, .f64, lanes: 2, processor)
    func underflows<Number: BinaryFloatingPoint>(
      _ function: FunctionUnderTest, _ x: Number
    ) -> Bool {
      feclearexcept(FE_UNDERFLOW)
      let results = function([x])
      let flag = fetestexcept(FE_UNDERFLOW)
      #expect(results.allSatisfy { $0 == Number(exp(Double(x))) }, "\(name) of \(x)")
      return flag != 0
    }
    #expect(underflows(single, Float(-104)) && underflows(double, -745.2), "the flag is not seen")
    for x in [-107, -1000, -1e9, -.greatestFiniteMagnitude, -.infinity] as [Float] {
      #expect(!underflows(single, x), "\(name) of \(x) in f32")
    }
    for x in [-754, -1000, -1e9, -.greatestFiniteMagnitude, -.infinity] as [Double] {
      #expect(!underflows(double, x), "\(name) of \(x) in f64")
    }
  }

  @Test func specialValuesOfPower() throws {
    let numbers: [Float] = [
      0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1.5, -1.5, 0x1p-149, -0x1p-149, 0x1p-126, 1e10,
      -1e10, 0x1p23, -0x1p23, 8_388_607, -8_388_607, 16_777_215, -16_777_215, 0x1p24, 0x1p25 + 4,
      1e30, -1e30, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity, -.infinity, .nan,
      Float(1).nextUp, Float(1).nextDown, -Float(1).nextUp, 127, 128, -149, -150, -151, 0.25,
    ]
    let x = numbers.flatMap { x in numbers.map { _ in x } }
    let y = numbers.flatMap { _ in numbers }
    for processor in Processor.available {
      let function = try FunctionUnderTest(.power, .f32, lanes: 4, processor)
      for (number, result) in zip(x.indices, function(x, y)) {
        var worst = WorstError()
        worst.note(result, exact: pow(Double(x[number]), Double(y[number])), at: 0)
        #expect(
          worst.units <= Self.bound(.power, processor), "\(x[number]) to \(y[number]): \(worst)")
      }
    }
  }

  @Test func errorOfPowerIsBounded() throws {
    var generator = SeededGenerator(seed: 32)
    var (x, y): ([Float], [Float]) = ([], [])
    for _ in 0..<100_000 {
      // Any two numbers; powers in range; bases near 1; whole exponents.
      x.append(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())))
      y.append(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())))
      x.append(Float.random(in: 0...10, using: &generator))
      y.append(Float.random(in: -40...40, using: &generator))
      x.append(Float.random(in: 0.99...1.01, using: &generator))
      y.append(Float.random(in: -9000...9000, using: &generator))
      x.append(Float.random(in: -20...20, using: &generator))
      y.append(Float.random(in: -30...30, using: &generator).rounded())
    }
    let function = try FunctionUnderTest(.power, .f32, lanes: 16)
    var worst = WorstError()
    for (number, result) in zip(x.indices, function(x, y)) {
      worst.note(result, exact: pow(Double(x[number]), Double(y[number])), at: Double(x[number]))
    }
    #expect(worst.units <= Self.bound(.power, .host), "\(worst)")
  }

  private static let isExhaustive =
    ProcessInfo.processInfo.environment["ADJOINT_EXHAUSTIVE"] != nil

  /// All 2³² arguments of each function: `make exhaustive`.
  @Test(.enabled(if: isExhaustive, "ADJOINT_EXHAUSTIVE is not set"))
  func errorsAreBoundedEverywhere() throws {
    for name in VectorFunction.Name.unary {
      let worst = try worstOfAll(name)
      print("\(name.rawValue): \(worst)")
      #expect(worst.units <= Self.bound(name, .host), "\(name): \(worst)")
    }
  }

  private func worstOfAll(_ name: VectorFunction.Name) throws -> WorstError {
    let exact = try exact(name)
    let function = try FunctionUnderTest(name, .f32, lanes: 16)
    let worst = Mutex(WorstError())
    let chunk: UInt32 = 1 << 16
    DispatchQueue.concurrentPerform(iterations: Int(UInt32.max / chunk) + 1) { number in
      let first = UInt32(number) * chunk
      let arguments = (0..<chunk).map { Float(bitPattern: first + $0) }
      var local = WorstError()
      for (x, y) in zip(arguments, function(arguments)) {
        local.note(y, exact: exact(Double(x)), at: Double(x))
      }
      worst.withLock { $0.merge(local) }
    }
    return worst.withLock { $0 }
  }
}
