import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import Testing

@Suite("Sums taken into contractions")
struct AddendFusionTests {
  /// Inputs of a product whose result has the shape of the parameter w, [4, 3].
  private struct Sample {
    let builder = GraphBuilder("sample")
    let x: Value
    let y: Value
    let w: Value

    init() throws {
      x = builder.input("x", .f32, [4, 6])
      y = builder.input("y", .f32, [6, 3])
      w = builder.parameter("w", .f32, [4, 3])
    }

    /// The plan's contractions, and its launches in all.
    func lowered() throws -> (contractions: [Contraction], launches: Int, plan: Plan) {
      let graph = try builder.build()
      try PlanComparison.expectEqual(graph)
      let plan = try graph.lowered().plan
      let contractions = plan.steps.compactMap { step in
        if case .contraction(let product) = plan.kernels[step.kernel] { product } else { nil }
      }
      return (contractions, plan.launchCount, plan)
    }
  }

  @Test("a step of gradient descent is one product that accumulates into the weights")
  func descent() throws {
    let sample = try Sample()
    sample.builder.update(sample.w, to: sample.w - 0.25 * matmul(sample.x, sample.y))
    let (contractions, launches, plan) = try sample.lowered()
    #expect(launches == 1)
    #expect(contractions[0].scale == -0.25)
    #expect(contractions[0].addendScale == 1)
    let result = plan.steps[0].results[0]
    #expect(plan.buffers[result].role == .inPlace(of: plan.parameters[0].buffer))
    #expect(plan.buffers[result].offset == plan.buffers[plan.parameters[0].buffer].offset)
  }

  @Test("weight decay scales the weights in the same product")
  func decay() throws {
    let sample = try Sample()
    sample.builder.update(
      sample.w, to: sample.w * 0.5 - 0.25 * matmul(sample.x, sample.y))
    let (contractions, launches, _) = try sample.lowered()
    #expect(launches == 1)
    #expect(contractions[0].scale == -0.25)
    #expect(contractions[0].addendScale == 0.5)
  }

  @Test("momentum is accumulated by the product, and the weights change in the same step")
  func momentum() throws {
    let sample = try Sample()
    let v = sample.builder.parameter("v", .f32, [4, 3])
    let next = v * 0.5 + matmul(sample.x, sample.y)
    sample.builder.update(v, to: next)
    sample.builder.update(sample.w, to: sample.w - 0.125 * next)
    let (contractions, launches, plan) = try sample.lowered()
    #expect(launches == 1)
    #expect(contractions[0].scale == 1)
    #expect(contractions[0].addendScale == 0.5)
    // Both are written in place.
    let roles = plan.steps[0].results.map { plan.buffers[$0].role }
    #expect(Set(roles) == Set(plan.parameters.map { .inPlace(of: $0.buffer) }))
  }

  @Test("contributions are added up in the first of them, before what follows")
  func contributions() throws {
    let sample = try Sample()
    let other = matmul(sample.w, sample.builder.input("z", .f32, [3, 3]))
    sample.builder.output("y", tanh(other - matmul(sample.x, sample.y)))
    let (contractions, launches, _) = try sample.lowered()
    #expect(launches == 2)
    #expect(contractions.map(\.addendScale) == [nil, 1])
    #expect(contractions.map { $0.epilogue != nil } == [false, true])
    #expect(contractions[1].scale == -1)
  }

  @Test("what is needed elsewhere, or is not a plain sum, stays apart")
  func refused() throws {
    // The addend is an output.
    var sample = try Sample()
    let shown = exp(sample.w)
    sample.builder.output("shown", shown)
    sample.builder.output("sum", shown + matmul(sample.x, sample.y))
    #expect(try sample.lowered().contractions[0].addendScale == nil)
    // The product is an output.
    sample = try Sample()
    let product = matmul(sample.x, sample.y)
    sample.builder.output("product", product)
    sample.builder.update(sample.w, to: sample.w - product)
    #expect(try sample.lowered().contractions[0].addendScale == nil)
    // The sum is of another value than the parameter's own.
    sample = try Sample()
    sample.builder.update(
      sample.w, to: sample.builder.input("u", .f32, [4, 3]) - matmul(sample.x, sample.y))
    #expect(try sample.lowered().contractions[0].addendScale == nil)
    // The addend is read a second time.
    sample = try Sample()
    sample.builder.update(
      sample.w, to: (sample.w - matmul(sample.x, sample.y)) * sample.w)
    #expect(try sample.lowered().contractions[0].addendScale == nil)
    // The product is squared.
    sample = try Sample()
    let squared = matmul(sample.x, sample.y)
    sample.builder.update(sample.w, to: sample.w - squared * squared)
    #expect(try sample.lowered().contractions[0].addendScale == nil)
  }

  @Test("a product with one term to a sum is computed where it is read")
  func outer() throws {
    let builder = GraphBuilder("outer")
    let x = builder.input("x", .f32, [1, 4])
    let slope = builder.input("slope", .f32, [1, 3])
    let w = builder.parameter("w", .f32, [4, 3])
    let gradient = builder.apply(
      DotGeneral(left: .init(contract: [0]), right: .init(contract: [0])), [x, slope])
    builder.update(w, to: w - 0.5 * gradient)
    let graph = try builder.build()
    try PlanComparison.expectEqual(graph)
    let plan = try graph.lowered().plan
    #expect(plan.launchCount == 1)
    #expect(plan.contractionCount == 0)
  }
}

/// Which factors become scales of a contraction.
@Suite("Scales of contractions")
struct ContractionScaleTests {
  /// r = z + factors · (a · b), z = x · x, the factors applied one after the other.
  private func graph(
    _ factors: [Double], onAddend: Bool = false, rows: Int = 3, _ type: ScalarType = .f32
  ) throws -> Graph {
    let builder = GraphBuilder("scales")
    let a = builder.input("a", type, Shape(extents: [rows, 3]))
    let b = builder.input("b", type, [3, 3])
    let x = builder.input("x", type, Shape(extents: [rows, 3]))
    var (z, product) = (matmul(x, b), matmul(a, b))
    for factor in factors {
      if onAddend { z = z * factor } else { product = product * factor }
    }
    builder.output("r", z + product)
    return try builder.build()
  }

  private func scales(
    _ factors: [Double], onAddend: Bool = false, rows: Int = 3, _ type: ScalarType = .f32
  ) throws -> (scale: Double, addend: Double?) {
    let plan = try graph(factors, onAddend: onAddend, rows: rows, type).lowered().plan
    for case .contraction(let product) in plan.kernels where product.addendScale != nil {
      return (product.scale, product.addendScale)
    }
    return (1, nil)
  }

  @Test("factors that do what their product does become one scale")
  func combined() throws {
    #expect(try scales([0.75]) == (0.75, 1))
    #expect(try scales([0.75, 0.5]) == (0.375, 1))
    #expect(try scales([0.5, 0.5], onAddend: true) == (1, 0.25))
    #expect(try scales([2, 3]) == (6, 1))
    #expect(try scales([-1, 0.1]) == (-Double(Float(0.1)), 1))
  }

  @Test(
    "a scale is a normal number of the type, and no factor that may overflow or underflow is taken in",
    arguments: [
      [0], [1e-40], [.infinity], [.nan], [1e-25, 1e-25], [0x1p100, 0x1p-100], [0x1p-100, 0x1p100],
      [0x1p-60, 0x1p-80], [3, 5], [3, 2],
    ])
  func apart(factors: [Double]) throws {
    for onAddend in [false, true] {
      #expect(try scales(factors, onAddend: onAddend).addend == nil, "\(factors)")
    }
  }

  @Test("what is no scale of f32 may be one of f64")
  func wide() throws {
    #expect(try scales([1e-40], .f64) == (1e-40, 1))
    #expect(try scales([0x1p-60, 0x1p-80], .f64) == (0x1p-140, 1))
    #expect(try scales([1e-25, 1e-25], .f64).addend == nil)
  }

  @Test("a product with a vector is added to, and not scaled")
  func vectors() throws {
    #expect(try scales([-1], rows: 1) == (-1, 1))
    #expect(try scales([0.5], rows: 1).addend == nil)
    #expect(try scales([0.5], onAddend: true, rows: 1) == (1, 0.5))
  }

  @Test("plans with other scales are refused")
  func refused() throws {
    for scale in [0, -0.0, 1e-40, 1e300, 0.1, .nan, .infinity] {
      for isAddend in [false, true] {
        var plan = try graph([0.5]).lowered().plan
        for (number, kernel) in plan.kernels.enumerated() {
          guard case .contraction(var product) = kernel, product.addendScale != nil else {
            continue
          }
          if isAddend { product.addendScale = scale } else { product.scale = scale }
          plan.kernels[number] = .contraction(product)
        }
        #expect(throws: Diagnostic.self) { _ = try VerifiedPlan(verifying: plan) }
      }
    }
  }
}
