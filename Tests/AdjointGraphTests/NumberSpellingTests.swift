import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

@Suite struct NumberSpellingTests {
  @Test func spellings() {
    #expect(GraphSpelling.number(0.1) == "0.1")
    #expect(GraphSpelling.number(1.0) == "1.0")
    #expect(GraphSpelling.number(-0.0) == "-0.0")
    #expect(GraphSpelling.number(1e300) == "1e+300")
    #expect(GraphSpelling.number(Double.infinity) == "inf")
    #expect(GraphSpelling.number(-Double.infinity) == "-inf")
    #expect(GraphSpelling.number(Double.nan) == "nan")
    #expect(GraphSpelling.number(-Double.nan) == "-nan")
    #expect(GraphSpelling.number(Double(bitPattern: 0x7ff8_0000_0000_0123)) == "nan")
    #expect(GraphSpelling.number(Float(0.1)) == "0.1")
    #expect(GraphSpelling.number(Float.leastNonzeroMagnitude) == "1e-45")
    #expect(GraphSpelling.number(Float.greatestFiniteMagnitude) == "3.4028235e+38")
  }

  private func again(_ tensor: Tensor) throws -> Tensor? {
    let builder = GraphBuilder("g")
    builder.output("y", builder.constant(tensor))
    let operation = try parsed(builder.build().description).nodes[0].operation
    return (operation as? Constant)?.tensor
  }

  @Test func constantsKeepTheirBits() throws {
    var random = SeededGenerator(seed: 3)
    var floats = (0..<2000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
    }
    floats += [
      0, -0.0, .infinity, -.infinity, .nan, -.nan, 1, 16_777_216, 1e38, .leastNormalMagnitude,
    ]
    floats.removeAll { $0.isNaN && $0.bitPattern & 0x3f_ffff != 0 || $0.isSignalingNaN }
    var doubles = (0..<2000).map { _ in Double(bitPattern: random.next()) }
    doubles += [0, -0.0, .infinity, -.infinity, .nan, -.nan, 1, 0x1p53, .leastNonzeroMagnitude]
    doubles.removeAll { $0.isNaN && $0.bitPattern & 0x7_ffff_ffff_ffff != 0 || $0.isSignalingNaN }
    let tensors = [
      try Tensor(floats), try Tensor(doubles), try Tensor([Float]()), try Tensor([Double]()),
      try Tensor([Int32.min, -1, 0, .max]),
      try Tensor(.i64([.min, -1, 0, .max, (1 << 53) + 1]), extents: [5]),
      try Tensor(.u8([0, 255]), extents: [1, 2]), try Tensor(.bool([true, false]), extents: [2]),
      try Tensor(scalar: 0.1, .f32), try Tensor(scalar: 0.1, .f64), try Tensor(scalar: 7, .i32),
      try Tensor(scalar: 1, .bool), try Tensor([Float](), extents: [0, 3]),
    ]
    for tensor in tensors { #expect(try again(tensor) == tensor, "\(tensor.type)") }
  }

  @Test func literalsKeepTheirBits() throws {
    let tensors = [
      try Tensor([Float(0.1), -0.0, .infinity, .leastNonzeroMagnitude]),
      try Tensor([0.1, -0.0, .nan, .leastNonzeroMagnitude]),
      try Tensor([Int32.min, .max]), try Tensor(.i64([.min, .max]), extents: [2]),
      try Tensor(.u8([0, 255]), extents: [2, 1]), try Tensor(.bool([true, false]), extents: [2]),
      try Tensor([Double](), extents: [0]), try Tensor(scalar: 3, .f64),
    ]
    for tensor in tensors {
      let builder = GraphBuilder("g")
      builder.output(
        "y",
        builder.parameter("p", tensor.scalarType, Shape(extents: tensor.extents), .literal(tensor)))
      let graph = try builder.build()
      let again = try parsed(graph.description)
      #expect(again.isEquivalent(to: graph), "\(tensor.type)")
    }
  }

  /// The shortest digits of a large number can be those of another whole number.
  @Test(arguments: ["f32", "f64"]) func numbersOfAttributesAreReadAsTheyAreSpelled(
    type: String
  ) throws {
    var random = SeededGenerator(seed: 4)
    var numbers: [Double] = [
      0x1p24, 1_234_567_936, 0x1p53, 0x1p54, 0x1p62, -0x1p62, 0x1p63, -0x1p63, 1e18, 1e19, 0.1,
      -0.0,
      Double(Float(0.1)), Double(Float.greatestFiniteMagnitude), .infinity, .nan,
    ]
    for exponent in 20..<70 {
      for _ in 0..<20 {
        let number = Double.random(in: 1..<2, using: &random)
        let scaled = Double(sign: .plus, exponent: exponent, significand: number)
        numbers += [scaled, -Double(Float(scaled)), scaled.rounded()]
      }
    }
    for number in numbers {
      let text = """
        adjoint 1
        graph g {
          input %x: \(type)[2]
          %y = pad(%x) {low = [1], high = [0], interior = [0], value = \(number)} : \(type)[3]
          output y = %y
        }

        """
      let graph = try parsed(text)
      let again = try parsed(graph.description)
      #expect(again.description == graph.description, "\(number)")
      #expect(type == "f32" || again.isEquivalent(to: graph), "\(number)")
      let value = try #require(again.nodes[1].operation as? Pad).value
      #expect(value.float == Float(number) || number.isNaN, "\(number)")
      #expect(type == "f32" || value.double == number || number.isNaN, "\(number)")
    }
  }

  @Test func numbersOfInitializersAreReadAsTheyAreSpelled() throws {
    for number in [0x1p62, -0x1p63, 0x1p54, 0x1p63, 1e18] {
      let builder = GraphBuilder("g")
      builder.output("y", builder.parameter("p", .f64, [2], .constant(number)))
      let graph = try builder.build()
      let again = try parsed(graph.description)
      #expect(again.isEquivalent(to: graph), "\(number)")
      #expect(again.description == graph.description, "\(number)")
    }
  }

  @Test func initializers() throws {
    let initializers: [Initializer] = [
      .zeros, .constant(0.1), .constant(-3), .uniform(from: -0.1, to: 0.1),
      .normal(mean: 0, deviation: 0.02), .glorot, .he,
    ]
    let builder = GraphBuilder("g")
    for (index, initializer) in initializers.enumerated() {
      let value = builder.parameter("p\(index)", .f32, [2, "N"], initializer)
      if index == 0 { builder.output("y", value) }
    }
    let graph = try builder.build()
    let lines = graph.description.split(separator: "\n").map(String.init)
    #expect(lines[3] == "  parameter %p1: f32[2, N] = constant(0.1)")
    #expect(lines[4] == "  parameter %p2: f32[2, N] = constant(-3.0)")
    #expect(lines[5] == "  parameter %p3: f32[2, N] = uniform(-0.1, 0.1)")
    #expect(lines[6] == "  parameter %p4: f32[2, N] = normal(0.0, 0.02)")
    #expect(try parsed(graph.description).isEquivalent(to: graph))
  }
}
