import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import Testing

@Suite("Sums taken into contractions")
struct ContractionFoldingTests {
  /// Inputs of a product whose result has the shape of the parameter w, [4, 3].
  private struct Sample {
    let builder = GraphBuilder("sample")
    let x: Value
    let y: Value
    let w: Value

    init() throws {
      x = try builder.input("x", .f32, [4, 6])
      y = try builder.input("y", .f32, [6, 3])
      w = try builder.parameter("w", .f32, [4, 3])
    }

    /// The plan's contractions, and its launches in all.
    func lowered() throws -> (contractions: [Contraction], launches: Int, plan: Plan) {
      let graph = try builder.build()
      try PlanComparison.expectEqual(graph)
      let plan = try graph.lowered()
      let contractions = plan.steps.compactMap { step in
        if case .contraction(let product) = plan.kernels[step.kernel] { product } else { nil }
      }
      return (contractions, plan.launchCount, plan)
    }
  }

  @Test("a step of gradient descent is one product that accumulates into the weights")
  func descent() throws {
    let sample = try Sample()
    try sample.builder.update(sample.w, to: sample.w - 0.25 * matmul(sample.x, sample.y))
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
    try sample.builder.update(
      sample.w, to: sample.w * 0.5 - 0.25 * matmul(sample.x, sample.y))
    let (contractions, launches, _) = try sample.lowered()
    #expect(launches == 1)
    #expect(contractions[0].scale == -0.25)
    #expect(contractions[0].addendScale == 0.5)
  }

  @Test("momentum is accumulated by the product, and the weights change in the same step")
  func momentum() throws {
    let sample = try Sample()
    let v = try sample.builder.parameter("v", .f32, [4, 3])
    let next = try v * 0.5 + matmul(sample.x, sample.y)
    try sample.builder.update(v, to: next)
    try sample.builder.update(sample.w, to: sample.w - 0.125 * next)
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
    let other = try matmul(sample.w, sample.builder.input("z", .f32, [3, 3]))
    try sample.builder.output("y", tanh(other - matmul(sample.x, sample.y)))
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
    let shown = try exp(sample.w)
    try sample.builder.output("shown", shown)
    try sample.builder.output("sum", shown + matmul(sample.x, sample.y))
    #expect(try sample.lowered().contractions[0].addendScale == nil)
    // The product is an output.
    sample = try Sample()
    let product = try matmul(sample.x, sample.y)
    try sample.builder.output("product", product)
    try sample.builder.update(sample.w, to: sample.w - product)
    #expect(try sample.lowered().contractions[0].addendScale == nil)
    // The sum is of another value than the parameter's own.
    sample = try Sample()
    try sample.builder.update(
      sample.w, to: sample.builder.input("u", .f32, [4, 3]) - matmul(sample.x, sample.y))
    #expect(try sample.lowered().contractions[0].addendScale == nil)
    // The addend is read a second time.
    sample = try Sample()
    try sample.builder.update(
      sample.w, to: (sample.w - matmul(sample.x, sample.y)) * sample.w)
    #expect(try sample.lowered().contractions[0].addendScale == nil)
    // The product is squared.
    sample = try Sample()
    let squared = try matmul(sample.x, sample.y)
    try sample.builder.update(sample.w, to: sample.w - squared * squared)
    #expect(try sample.lowered().contractions[0].addendScale == nil)
  }

  @Test("a product with one term to a sum is computed where it is read")
  func outer() throws {
    let builder = GraphBuilder("outer")
    let x = try builder.input("x", .f32, [1, 4])
    let slope = try builder.input("slope", .f32, [1, 3])
    let w = try builder.parameter("w", .f32, [4, 3])
    let gradient = try builder.apply(
      DotGeneral(left: .init(contract: [0]), right: .init(contract: [0])), [x, slope])
    try builder.update(w, to: w - 0.5 * gradient)
    let graph = try builder.build()
    try PlanComparison.expectEqual(graph)
    let plan = try graph.lowered()
    #expect(plan.launchCount == 1)
    #expect(plan.contractionCount == 0)
  }
}
