import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Reductions")
struct ReductionTests {
  private func evaluate(
    _ operand: Tensor, _ build: (Value) throws -> Value
  ) throws -> Tensor { try ElementwiseTesting.evaluate([operand]) { try build($0[0]) } }

  @Test("values over all elements, one axis, negative axes, kept axes")
  func values() throws {
    let x = try Tensor([3, -1, 2, 0.5, 4, -6] as [Double], extents: [2, 3])
    #expect(try evaluate(x) { $0.sum() }.doubles == [2.5])
    #expect(try evaluate(x) { $0.max() }.doubles == [4])
    #expect(try evaluate(x) { $0.min() }.doubles == [-6])
    #expect(try evaluate(x) { $0.product() }.doubles == [72])
    #expect(try evaluate(x) { $0.mean() }.doubles == [2.5 / 6])
    #expect(try evaluate(x) { $0.max(squeezingAxes: [-1]) }.doubles == [3, 4])
    #expect(try evaluate(x) { $0.min(squeezingAxes: [0]) }.doubles == [0.5, -1, -6])
    let kept = try evaluate(x) { $0.product(alongAxes: [1]) }
    #expect(kept == (try Tensor([-6, -12] as [Double], extents: [2, 1])))
    #expect(try evaluate(x) { $0.mean(alongAxes: [0, 1]) }.extents == [1, 1])
    let variance = try evaluate(x) { $0.variance(squeezingAxes: [1]) }.doubles
    #expect(agree(variance[0], 26.0 / 9, within: 1e-14))
  }

  @Test("over nothing: the identity of the combination")
  func empty() throws {
    let x = try Tensor([] as [Double], extents: [0, 2])
    #expect(try evaluate(x) { $0.sum(squeezingAxes: [0]) }.doubles == [0, 0])
    #expect(try evaluate(x) { $0.product(squeezingAxes: [0]) }.doubles == [1, 1])
    #expect(try evaluate(x) { $0.max(squeezingAxes: [0]) }.doubles == [-.infinity, -.infinity])
    #expect(try evaluate(x) { $0.min(squeezingAxes: [0]) }.doubles == [.infinity, .infinity])
    #expect(try evaluate(x) { $0.max(squeezingAxes: [1]) }.extents == [0])
    #expect(try evaluate(x) { $0.mean() }.doubles[0].isNaN)
    let whole = try Tensor([] as [Int32], extents: [0])
    #expect(try evaluate(whole) { $0.max() }.doubles == [Double(Int32.min)])
  }

  @Test("a NaN is the largest and the smallest")
  func notANumber() throws {
    let x = try Tensor([1, .nan, 3] as [Double])
    #expect(try evaluate(x) { $0.max() }.doubles[0].isNaN)
    #expect(try evaluate(x) { $0.min() }.doubles[0].isNaN)
  }

  /// The cotangent of x for the cotangent 1 everywhere, by the operator's own rule.
  private func cotangent(
    of operation: any Operator, _ x: Tensor, times cotangent: Double = 1
  ) throws -> [Double] {
    guard case .rules(let vjp, _) = operation.derivative else { return [] }
    return try evaluate(x) { input in
      let result = input.builder.apply(operation, [input])
      let site = Derivative.Site(operands: [input], results: [result], wanted: [true])
      let one = input.builder.full(cotangent, result.type)
      return try #require(vjp(site, [one])[0])
    }.doubles
  }

  @Test("ties share the derivative of an extremum")
  func ties() throws {
    let x = try Tensor([2, 7, 7, 1, 0, 7] as [Double], extents: [2, 3])
    #expect(try cotangent(of: ReduceMax(axes: [1]), x) == [0, 0.5, 0.5, 0, 0, 1])
    #expect(try cotangent(of: ReduceMax(axes: [0, 1]), x, times: 3) == [0, 1, 1, 0, 0, 1])
    #expect(try cotangent(of: ReduceMin(axes: [1]), x) == [1, 0, 0, 0, 1, 0])
  }

  @Test("extrema over nothing have the derivative 0, of NaN it is NaN", arguments: [false, true])
  func extremeDerivative(_ isNamed: Bool) throws {
    for (extents, numbers) in [([2, 0], []), ([2, 2], [1, .nan, 3, 4])] as [([Int], [Double])] {
      let x = try Tensor(numbers, extents: extents)
      let shape: Shape = isNamed ? ["B", "C"] : Shape(extents: extents)
      for operation in [ReduceMax(axes: [1]), ReduceMin(axes: [1])] as [any Operator] {
        let builder = GraphBuilder()
        let input = builder.input("x", .f64, shape)
        let y = builder.apply(operation, [input])
        let ones = builder.full(1, input.type)
        let forward = jacobianVectorProduct(of: [y], withRespectTo: [input], tangents: [ones])
        builder.output("forward", forward[0])
        builder.output("reverse", gradients(of: y.sum(), withRespectTo: [input])[0])
        // The derivative of the derivative along its cotangent, which divides by the count again.
        let cotangent = builder.input("c", .f64, y.shape)
        let reverse = vectorJacobianProduct(
          of: [y], cotangents: [cotangent], withRespectTo: [input])
        let second = gradients(of: reverse[0].sum(), withRespectTo: [cotangent])
        builder.output("second", second[0])
        var graph = try builder.build()
        if isNamed { graph = try graph.binding(["B": extents[0], "C": extents[1]]) }
        let outputs = try GraphInterpreter.evaluate(
          graph, ["x": x, "c": Tensor([1, 1] as [Double])]
        ).outputs
        let forwards = try #require(outputs["forward"]).doubles
        let seconds = try #require(outputs["second"]).doubles
        let reverses = try #require(outputs["reverse"]).doubles
        if numbers.isEmpty {
          #expect(forwards == [0, 0])
          #expect(seconds == [0, 0])
        } else {
          #expect(forwards[0].isNaN && seconds[0].isNaN && reverses[0].isNaN && reverses[1].isNaN)
          #expect(forwards[1] == 1 && seconds[1] == 1 && reverses[2] + reverses[3] == 1)
        }
      }
    }
  }

  @Test("the derivative of a product where elements are zero")
  func productDerivative() throws {
    func derivative(_ numbers: [Double]) throws -> [Double] {
      try cotangent(of: ReduceProduct(axes: [0]), Tensor(numbers))
    }
    #expect(try derivative([2, 3, 5]) == [15, 10, 6])
    #expect(try derivative([2, 0, 5]) == [0, 10, 0])
    #expect(try derivative([0, 0, 5]) == [0, 0, 0])
    #expect(try derivative([0, -0.0, 0]) == [0, 0, 0])
    #expect(try derivative([4]) == [1])
    #expect(try derivative([0]) == [1])
    #expect(try derivative([]) == [])
    let rows = try Tensor([1, 2, 0, 4, 0, 6] as [Double], extents: [3, 2])
    #expect(try cotangent(of: ReduceProduct(axes: [0]), rows) == [0, 24, 0, 12, 0, 8])
  }

  @Test("the others over several axes, next to each other or not, the last row unpaired or not")
  func othersOverAxes() throws {
    for (extents, axes) in [
      ([3, 4, 5], [0, 2]), ([3, 4, 5], [1, 2]), ([3, 4, 5], [0, 1]), ([2, 3, 2, 3], [0, 1, 3]),
      ([1, 7], [0]), ([1, 7], [0, 1]), ([7], []), ([0, 3], [0]), ([3, 0], [0]), ([], []),
    ] as [([Int], [Int])] {
      let x = try StructureTesting.random(extents, seed: 4)
      let found = try ElementwiseTesting.evaluate(ProductOfOthers(axes: axes), [x])
      #expect(found.extents == extents)
      let groups = Self.groups(extents, axes)
      for (place, value) in found.doubles.enumerated() {
        let others = x.doubles.indices.filter { $0 != place && groups[$0] == groups[place] }
        let expected = others.reduce(1) { $0 * x.doubles[$1] }
        #expect(agree(value, expected, within: 1e-14), "\(axes) of \(extents) at \(place)")
      }
    }
  }

  /// For each element, the number of the result that it is reduced to.
  private static func groups(_ extents: [Int], _ axes: [Int]) -> [Int] {
    (0..<extents.reduce(1, *)).map { place in
      var rest = place
      var group = 0
      for axis in extents.indices.reversed() {
        if !axes.contains(axis) { group = group * extents[axis] + rest % extents[axis] }
        rest /= extents[axis]
      }
      return group
    }
  }

  @Test("the others along directions, more of them than there are elements, and too many")
  func othersAlongDirections() throws {
    let x = try Tensor([2, 3, 5, 7] as [Double])
    let v = try Tensor([1, 0, 0, 0] as [Double])
    let w = try Tensor([0, 1, 0, 0] as [Double])
    let others = ProductOfOthers(axes: [0])
    #expect(try ElementwiseTesting.evaluate(others, [x, v]).doubles == [0, 35, 21, 15])
    #expect(try ElementwiseTesting.evaluate(others, [x, v, w]).doubles == [0, 0, 7, 5])
    #expect(try ElementwiseTesting.evaluate(others, [x, v, v]).doubles == [0, 0, 0, 0])
    let u = try Tensor([1, 1, 1, 1] as [Double])
    #expect(try ElementwiseTesting.evaluate(others, [x, u, u, u]).doubles == [6, 6, 6, 6])
    #expect(try ElementwiseTesting.evaluate(others, [x, u, u, u, u]).doubles == [0, 0, 0, 0])
    #expect(throws: Diagnostic.self) {
      try ElementwiseTesting.evaluate(others, Array(repeating: x, count: 8))
    }
  }

  @Test(
    "the second derivative of a product where elements are zero",
    arguments: [
      [2.0, 3, 5], [2, 0, 5], [0, 0, 5], [0, 0, 0], [0, 3],
    ])
  func productSecondDerivative(_ numbers: [Double]) throws {
    // ∂²(Π x)/∂x_i∂x_j is the product of all elements but these two.
    let rule = ReduceProduct(axes: [0])
    guard case .rules(let vjp, _) = rule.derivative else { return }
    for i in numbers.indices {
      for j in numbers.indices {
        let expected =
          i == j
          ? 0 : numbers.indices.filter { $0 != i && $0 != j }.map { numbers[$0] }.reduce(1, *)
        let builder = GraphBuilder()
        let x = builder.input("x", .f64, Shape(extents: [numbers.count]))
        let site = Derivative.Site(
          operands: [x], results: [builder.apply(rule, [x])], wanted: [true])
        let first = try #require(vjp(site, [builder.constant(1, .f64)])[0])
        let entry = first.sliced(from: [i], to: [i + 1]).sum()
        let second = gradients(of: entry, withRespectTo: [x])[0]
        builder.output("y", second)
        let outputs = try GraphInterpreter.evaluate(builder.build(), ["x": Tensor(numbers)]).outputs
        #expect(
          DerivativeCheck.disagreement(try #require(outputs["y"]).doubles[j], expected) < 1e-14)
      }
    }
  }

  @Test("both modes against differences", arguments: [[3, 5], [1, 4], [7, 1]])
  func derivatives(_ extents: [Int]) throws {
    let functions: [(Value) throws -> Value] = [
      { $0.max(squeezingAxes: [1]) }, { $0.min(alongAxes: [0]) },
      { $0.product(squeezingAxes: [1]) }, { $0.mean(squeezingAxes: [0]) },
      { $0.variance(alongAxes: [1]) }, { $0.variance() },
    ]
    for function in functions {
      let result = try DerivativeCheck.run([extents], seed: 5) { try function($1[0]) }
      #expect(result.modes < 1e-12)
      #expect(result.differences < 1e-7)
      #expect(result.passes < 1e-12)
    }
  }

  @Test("named dimensions")
  func named() throws {
    let x = try StructureTesting.random([3, 4], seed: 1)
    let functions: [(Value) throws -> Value] = [
      { $0.max(squeezingAxes: [0]) }, { $0.product(alongAxes: [0]) }, { $0.mean() },
      { $0.variance(squeezingAxes: [0]) }, { $0.mean(alongAxes: [1]) },
    ]
    for function in functions {
      let named = try StructureTesting.evaluateNamed([["B", "C"]], ["B": 3, "C": 4], [x]) {
        try function($0[0])
      }
      #expect(named == (try evaluate(x, function)))
    }
  }
}
