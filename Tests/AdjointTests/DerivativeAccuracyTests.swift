import Adjoint
import AdjointOperators
import Foundation
import TestSupport
import Testing

/// Derivatives in f32 and f64 against wide ones, over the whole range, on both back ends.
@Suite("Accuracy of derivatives")
struct DerivativeAccuracyTests {
  /// Numbers of every exponent, with neighbours of 1 and of what saturates, and random ones.
  private static func arguments<Number: BinaryFloatingPoint>(
    _ type: Number.Type
  ) -> [Double] where Number.RawSignificand: FixedWidthInteger {
    var generator = SeededGenerator(seed: 5)
    var magnitudes: [Number] = [
      0, .infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .leastNormalMagnitude,
    ]
    let subnormals = Number.leastNormalMagnitude.exponent - Number.leastNonzeroMagnitude.exponent
    for exponent in stride(
      from: Int(Number.leastNormalMagnitude.exponent - subnormals),
      through: Int(Number.greatestFiniteMagnitude.exponent), by: 1)
    {
      let power = Number(sign: .plus, exponent: Number.Exponent(exponent), significand: 1)
      magnitudes += [power, power * 1.25, power * 1.8, power.nextDown]
    }
    for range in [1.0, 4, 25, 120, 800] {
      for _ in 0..<400 {
        magnitudes.append(Number(Double.random(in: 0...range, using: &generator)))
      }
    }
    return [.nan] + magnitudes.flatMap { [Double($0), -Double($0)] }
  }

  private func check(
    _ cases: [DerivativeAccuracyCase], _ scalarType: ScalarType, _ backend: Backend,
    infinities: Bool = true
  ) throws {
    var points = scalarType == .f32 ? Self.arguments(Float.self) : Self.arguments(Double.self)
    if !infinities { points.removeAll { $0.isInfinite } }
    let written = GraphBuilder("accuracy")
    let input = written.input("x", scalarType, Shape(extents: [points.count]))
    for (index, element) in cases.enumerated() {
      try written.output("y\(index)", element.function(input))
    }
    let graph = try Pipeline.standard(written.build())
    let builder = GraphBuilder(extending: graph)
    let x = builder.value(try graph.value(named: "x"))
    let ones = builder.full(1, x.type)
    for index in cases.indices {
      let y = builder.value(try graph.value(named: "y\(index)"))
      builder.output(
        "r\(index)", vectorJacobianProduct(of: [y], cotangents: [ones], withRespectTo: [x])[0])
      builder.output(
        "f\(index)", jacobianVectorProduct(of: [y], withRespectTo: [x], tangents: [ones])[0])
    }
    let context = try builder.build().compiled(CompilationOptions(threads: 1, backend: backend))
      .makeContext()
    try context.set(
      "x", to: Tensor(Tensor.Storage(points, as: scalarType), extents: [points.count]))
    try context.run()
    for (index, element) in cases.enumerated() {
      for mode in ["r", "f"] {
        let found = try context.output("\(mode)\(index)").doubles
        var worst = (excess: 0.0, comment: "")
        for (x, value) in zip(points, found) {
          let exact = element.derivative(Extended(x))
          let error =
            scalarType == .f32 ? Self.units(Float(value), exact) : Self.units(value, exact)
          if error <= element.units { continue }
          let roundoff = scalarType == .f32 ? 0x1p-24 : 0x1p-53
          let absolute = Double((Extended(value) - exact).magnitude) / roundoff
          if absolute <= element.roundoffs + element.perMagnitude * x.magnitude { continue }
          let excess = absolute.isNaN ? error : min(error - element.units, absolute)
          if excess > worst.excess {
            worst = (
              excess, "\(error) units, \(absolute) roundoffs at \(x): \(value), not \(exact)"
            )
          }
        }
        #expect(
          worst.excess <= 0, "\(element.testDescription), \(mode), \(backend): \(worst.comment)")
      }
    }
  }

  /// The error in units in the last place of the exact value; infinite where only one of the two is NaN.
  private static func units<Number: BinaryFloatingPoint>(
    _ found: Number, _ exact: Extended
  ) -> Double {
    if exact.isNaN || found.isNaN { return exact.isNaN && found.isNaN ? 0 : .infinity }
    let rounded = Number(exact)
    if found == rounded { return 0 }
    if exact.isInfinite { return .infinity }
    let greatest = Number.greatestFiniteMagnitude
    // An infinity in place of a number counts as the power of two after the greatest number.
    let value =
      found.isInfinite
      ? (Extended(greatest) + Extended(greatest.ulp)) * (found < 0 ? -1 : 1) : Extended(found)
    let unit = (rounded.isInfinite ? greatest : rounded).ulp
    return Double((value - exact).magnitude / Extended(unit))
  }

  @Test("of elementary functions", arguments: [ScalarType.f32, .f64], Backend.allCases)
  func elementary(_ scalarType: ScalarType, _ backend: Backend) throws {
    try check(DerivativeAccuracyCase.elementary, scalarType, backend)
  }

  @Test("of activations", arguments: [ScalarType.f32, .f64], Backend.allCases)
  func activations(_ scalarType: ScalarType, _ backend: Backend) throws {
    try check(DerivativeAccuracyCase.composite, scalarType, backend, infinities: false)
  }

  @Test("of functions that saturate", arguments: [ScalarType.f32, .f64], Backend.allCases)
  func saturating(_ scalarType: ScalarType, _ backend: Backend) throws {
    try check(DerivativeAccuracyCase.saturating, scalarType, backend)
  }

  @Test("of powers and quotients", arguments: [ScalarType.f32, .f64], Backend.allCases)
  func binary(_ scalarType: ScalarType, _ backend: Backend) throws {
    var generator = SeededGenerator(seed: 6)
    func number(_ range: ClosedRange<Double>) -> Double {
      let number = Double.random(in: range, using: &generator)
      return scalarType == .f32 ? Double(Float(number)) : number
    }
    let count = 4_000
    let x = (0..<count).map { _ in number(0.01...20) }
    let y = (0..<count).map { _ in number(-15...15) }
    let builder = GraphBuilder("binary")
    let inputs = ["x", "y"].map {
      builder.input($0, scalarType, Shape(extents: [count]))
    }
    let ones = builder.full(1, inputs[0].type)
    let functions = [
      ("power", pow(inputs[0], inputs[1])), ("quotient", inputs[0] / inputs[1]),
    ]
    for (name, z) in functions {
      let along = vectorJacobianProduct(of: [z], cotangents: [ones], withRespectTo: inputs)
      for (operand, value) in along.enumerated() { builder.output("\(name)\(operand)", value) }
    }
    let context = try builder.build().compiled(CompilationOptions(threads: 1, backend: backend))
      .makeContext()
    try context.set("x", to: Tensor(Tensor.Storage(x, as: scalarType), extents: [count]))
    try context.set("y", to: Tensor(Tensor.Storage(y, as: scalarType), extents: [count]))
    try context.run()
    func check(
      _ name: String, _ exact: (Extended, Extended) -> Extended,
      _ units: (Double, Double) -> Double
    ) throws {
      for (index, value) in try context.output(name).doubles.enumerated() {
        let exact = exact(Extended(x[index]), Extended(y[index]))
        let error =
          scalarType == .f32 ? Self.units(Float(value), exact) : Self.units(value, exact)
        #expect(
          error <= units(x[index], y[index]),
          "\(name) at \(x[index]), \(y[index]): \(value), not \(exact), \(backend)")
      }
    }
    let powerUnits = { (x: Double, y: Double) in 4 + 2 * (y * Foundation.log(x)).magnitude }
    try check("power0", { $1 * pow($0, $1 - 1) }, powerUnits)
    try check("power1", { pow($0, $1) * log($0) }, powerUnits)
    try check("quotient0", { 1 / $1 }, { _, _ in 1 })
    try check("quotient1", { -$0 / ($1 * $1) }, { _, _ in 3 })
  }
}
