import AdjointCore
import AdjointGraph
import AdjointOperators
import Foundation
import Testing

@Suite("Comparisons, select, cast and stop-gradient")
struct ElementwiseSelectionTests {
  @Test("comparisons, with NaN")
  func comparisons() throws {
    let x = try Tensor([1, 2, 3, .nan, .nan] as [Double])
    let y = try Tensor([2, 2, 2, 2, .nan] as [Double])
    func compare(_ build: (Value, Value) throws -> Value) throws -> [Bool] {
      let tensor = try ElementwiseTesting.evaluate([x, y]) { try build($0[0], $0[1]) }
      guard case .bool(let values) = tensor.storage else { return [] }
      return values
    }
    #expect(try compare { $0 .== $1 } == [false, true, false, false, false])
    #expect(try compare { $0 .!= $1 } == [true, false, true, true, true])
    #expect(try compare { $0 .< $1 } == [true, false, false, false, false])
    #expect(try compare { $0 .<= $1 } == [true, true, false, false, false])
    #expect(try compare { $0 .> $1 } == [false, false, true, false, false])
    #expect(try compare { $0 .>= $1 } == [false, true, true, false, false])
  }

  @Test("comparisons with numbers on either side")
  func comparisonsWithNumbers() throws {
    let x = try Tensor([1, 2, 3] as [Int32])
    func compare(_ build: (Value) throws -> Value) throws -> [Double] {
      try ElementwiseTesting.evaluate([x]) { try build($0[0]) }.doubles
    }
    #expect(try compare { $0 .== 2 } == [0, 1, 0])
    #expect(try compare { 2 .== $0 } == [0, 1, 0])
    #expect(try compare { $0 .!= 2 } == [1, 0, 1])
    #expect(try compare { 2 .!= $0 } == [1, 0, 1])
    #expect(try compare { $0 .< 2 } == [1, 0, 0])
    #expect(try compare { 2 .< $0 } == [0, 0, 1])
    #expect(try compare { $0 .<= 2 } == [1, 1, 0])
    #expect(try compare { 2 .<= $0 } == [0, 1, 1])
    #expect(try compare { $0 .> 2 } == [0, 0, 1])
    #expect(try compare { 2 .> $0 } == [1, 0, 0])
    #expect(try compare { $0 .>= 2 } == [0, 1, 1])
    #expect(try compare { 2 .>= $0 } == [1, 1, 0])
  }

  @Test("truth values are equal or not, but have no order")
  func comparisonsOfTruthValues() throws {
    let x = try Tensor(.bool([true, false]), extents: [2])
    let same = try ElementwiseTesting.evaluate([x]) { $0[0] .== $0[0] }
    #expect(same.storage == .bool([true, true]))
    #expect(throws: Diagnostic.self) {
      try ElementwiseTesting.evaluate([x]) { $0[0] .< $0[0] }
    }
  }

  @Test("select broadcasts its three operands")
  func select() throws {
    let condition = try Tensor(.bool([true, false]), extents: [2, 1])
    let x = try Tensor([1.0, 2, 3])
    let result = try ElementwiseTesting.evaluate([condition, x]) {
      AdjointOperators.select($0[0], $0[1], -1)
    }
    #expect(result == (try Tensor([1, 2, 3, -1, -1, -1] as [Double], extents: [2, 3])))
    let other = try ElementwiseTesting.evaluate([condition, x]) {
      AdjointOperators.select($0[0], -1, $0[1])
    }
    #expect(other == (try Tensor([-1, -1, -1, 1, 2, 3] as [Double], extents: [2, 3])))
    let labels = try Tensor([4, 5, 6] as [Int32])
    let whole = try ElementwiseTesting.evaluate([condition, labels]) {
      AdjointOperators.select($0[0], $0[1], $0[1] * $0[1])
    }
    #expect(whole == (try Tensor([4, 5, 6, 16, 25, 36] as [Int32], extents: [2, 3])))
  }

  @Test("select passes a direction of what it selected, and nothing of the other one")
  func selectPartials() throws {
    let condition = try Tensor(.bool([true, false]), extents: [2])
    let (x, y) = (try Tensor([1.0, 2]), try Tensor([3.0, 4]))
    guard case .partials(let rule) = Select().derivative else {
      Issue.record("select states partials")
      return
    }
    let builder = GraphBuilder("test")
    let inputs = [
      builder.constant(condition), builder.constant(x), builder.constant(y),
    ]
    let site = Derivative.Site(
      operands: inputs, results: [builder.apply(Select(), inputs)],
      wanted: [false, true, true])
    let partials = rule(site)
    guard case .zero = partials[0], case .choice(let first, .one, .zero) = partials[1],
      case .choice(let second, .zero, .one) = partials[2]
    else {
      Issue.record("the partials are choices between 1 and 0")
      return
    }
    #expect(first.isIdentical(to: inputs[0]) && second.isIdentical(to: inputs[0]))
    for (operand, expected) in [(1, [1.0, 0]), (2, [0, 1])] {
      let partials = try ElementwiseTesting.partials(of: Select(), at: [condition, x, y])
      #expect(partials[operand]?.doubles == expected)
    }
  }

  @Test("casts")
  func casts() throws {
    let x = try Tensor([-1.75, 0, 2.5, 300, 1e20, .nan])
    func cast(_ tensor: Tensor, to scalarType: ScalarType) throws -> Tensor {
      try ElementwiseTesting.evaluate([tensor]) { $0[0].cast(to: scalarType) }
    }
    #expect(try cast(x, to: .i32).storage == .i32([-1, 0, 2, 300, .max, 0]))
    #expect(try cast(x, to: .u8).storage == .u8([0, 0, 2, 255, 255, 0]))
    #expect(try cast(x, to: .bool).storage == .bool([true, false, true, true, true, true]))
    #expect(try cast(x, to: .f32).floats.prefix(4) == [-1.75, 0, 2.5, 300])
    #expect(try cast(x, to: .f64) == x)
    let truth = try Tensor(.bool([true, false]), extents: [2])
    #expect(try cast(truth, to: .f32).storage == .f32([1, 0]))
    let whole = try Tensor([257, -1] as [Int32])
    #expect(try cast(whole, to: .u8).storage == .u8([1, 255]))
    #expect(try cast(whole, to: .i64).storage == .i64([257, -1]))
  }

  @Test("casts pass derivatives between floating-point types only")
  func castDerivative() throws {
    for scalarType in ScalarType.allCases where !scalarType.isDifferentiable {
      guard case .zero = Cast(to: scalarType).derivative else {
        Issue.record("nothing passes a cast to \(scalarType)")
        return
      }
    }
    guard case .movement(let transpose) = Cast(to: .f64).derivative else {
      Issue.record("a cast to f64 is linear")
      return
    }
    let builder = GraphBuilder("test")
    let x = builder.input("x", .f32, [3])
    let k = builder.input("k", .i32, [3])
    let cotangent = builder.input("cotangent", .f64, [3])
    func cotangents(of operand: Value) throws -> [Value?] {
      let site = Derivative.Site(
        operands: [operand], results: [operand.cast(to: .f64)], wanted: [true])
      return transpose(site, cotangent)
    }
    #expect(try cotangents(of: x)[0]?.type == x.type)
    #expect(try cotangents(of: k)[0] == nil)
  }

  @Test("stop-gradient is the identity and stops derivatives")
  func stopGradient() throws {
    let x = try Tensor([1.5, .nan, -0.0])
    let y = try ElementwiseTesting.evaluate([x]) { AdjointOperators.stopGradient($0[0]) }
    #expect(y == x)
    guard case .stopped = StopGradient().derivative else {
      Issue.record("nothing passes a stop-gradient")
      return
    }
  }
}
