import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import AdjointPasses
import Testing

@Suite("Fusion")
struct FusionTests {
  /// The plan that a pipeline gives.
  private func plan(
    under pipeline: LoweringPipeline = .standard,
    _ build: (GraphBuilder) throws -> Void
  ) throws -> Plan {
    let builder = GraphBuilder("fusion")
    try build(builder)
    let graph = try builder.build()
    try PlanComparison.expectEqual(graph, runs: 1)
    var options = LoweringOptions()
    options.pipeline = pipeline
    return try graph.lowered(options).plan
  }

  private func nest(_ plan: Plan, _ kernel: Int = 0) throws -> LoopNest {
    guard case .loopNest(let nest) = plan.kernels[kernel] else {
      throw Diagnostic(.invalidPlan, "kernel \(kernel) is no loop nest")
    }
    return nest
  }

  @Test("a chain, its broadcasts and its constants are one kernel without memory of its own")
  func chain() throws {
    let plan = try plan { builder in
      let x = builder.input("x", .f32, [4, 3])
      let b = builder.input("b", .f32, [3])
      builder.output("y", tanh(exp(x + b) * 2 - x))
    }
    #expect(plan.launchCount == 1)
    #expect(plan.buffers.count == 3)
    #expect(
      KernelPrinter.lines(plan.kernels[0]) == [
        "loop[4, 3] a: f32[4, 3], b: f32[3] -> r0: f32[4, 3]",
        "r0[i, j] = tanh(subtract(multiply(exp(add(a[i, j], b[j])), 2.0), a[i, j]))",
      ])
  }

  @Test("a reduction computes its operand as it goes")
  func prologue() throws {
    let plan = try plan { builder in
      let x = builder.input("x", .f32, [4, 3])
      let m = builder.input("m", .f32, [4])
      let shifted = x - m.broadcast(to: [4, 3], axes: [0])
      builder.output("y", exp(shifted).sum(squeezingAxes: [1]))
    }
    #expect(plan.launchCount == 1)
    #expect(
      KernelPrinter.lines(plan.kernels[0]) == [
        "loop[4, 3] a: f32[4, 3], b: f32[4] -> r0: f32[4]", "r0[i] += exp(subtract(a[i, j], b[i]))",
      ])
  }

  @Test("without rows, softmax is a maximum, the exponentials with their sum, and a division")
  func softmaxKernels() throws {
    let plan = try plan(under: .standard.without(.sharedMatrixVectorFusion, .rowFusion)) {
      builder in
      builder.output("y", softmax(builder.input("x", .f32, [4, 6])))
    }
    #expect(plan.launchCount == 3)
  }

  @Test("a scalar function with its gradient is one kernel, and so is a loss with its gradients")
  func valueAndGradient() throws {
    let scalar = try plan { builder in
      let x = builder.input("x", .f32, [])
      let y = builder.input("y", .f32, [])
      let f = x * y + exp(x * y) - sin(y)
      builder.output("f", f)
      for (number, slope) in gradients(of: f, withRespectTo: [x, y]).enumerated() {
        builder.output("slope\(number)", slope)
      }
    }
    #expect(scalar.launchCount == 1)
    let vector = try plan { builder in
      let x = builder.input("x", .f32, [50])
      let y = builder.input("y", .f32, [50])
      let t = tanh(x * y + x)
      let s = sigmoid(t - y)
      let loss = (exp(-(s * s)) * t).sum()
      builder.output("loss", loss)
      for (number, slope) in gradients(of: loss, withRespectTo: [x, y]).enumerated() {
        builder.output("slope\(number)", slope)
      }
    }
    #expect(vector.launchCount == 1)
    // The two operands, the loss and the two gradients: nothing in between is stored.
    #expect(vector.buffers.count == 5)
  }

  @Test("nothing expensive is computed again for each repetition")
  func expensiveBroadcast() throws {
    let plan = try plan { builder in
      let b = builder.input("b", .f32, [3])
      let x = builder.input("x", .f32, [4, 3])
      builder.output("y", x * tanh(b))
    }
    #expect(plan.launchCount == 2)
    let cheap = try self.plan { builder in
      let b = builder.input("b", .f32, [3])
      let x = builder.input("x", .f32, [4, 3])
      builder.output("y", x * (b + 1))
    }
    #expect(cheap.launchCount == 1)
  }

  @Test("what two kernels read is stored if it is expensive, computed twice if cheap")
  func severalReaders() throws {
    let expensive = try plan(under: .standard.without(.sharedMatrixVectorFusion, .rowFusion)) {
      builder in
      let x = builder.input("x", .f32, [4, 3])
      let t = tanh(x)
      builder.output("y", t.sum(squeezingAxes: [0]))
      builder.output("z", t.sum(squeezingAxes: [1]))
    }
    // The first sum goes with what stores the hyperbolic tangents; the second fusions another axis.
    #expect(expensive.launchCount == 2)
    #expect(
      expensive.kernels.map { KernelPrinter.lines($0).last } == ["r1[j] += t0", "r0[i] += a[i, j]"])
    let cheap = try plan { builder in
      let x = builder.input("x", .f32, [4, 3])
      let t = x * 2
      builder.output("y", t.sum(squeezingAxes: [0]))
      builder.output("z", t.sum(squeezingAxes: [1]))
    }
    #expect(cheap.launchCount == 2)
  }

  @Test("equal subexpressions are computed once in a kernel")
  func sharedSubexpressions() throws {
    let plan = try plan { builder in
      let x = builder.input("x", .f32, [5])
      builder.output("y", exp(x) * exp(x))
    }
    #expect(plan.launchCount == 1)
    #expect(try nest(plan).program.steps.count == 3)
    #expect(try nest(plan).inputs.count == 1)
  }

  @Test("siblings over equal extents become one kernel with two results")
  func siblings() throws {
    let plan = try plan { builder in
      let x = builder.input("x", .f32, [4, 3])
      let y = tanh(x)
      builder.output("y", y)
      builder.output("z", 1 - y * y)
    }
    #expect(plan.launchCount == 1)
    #expect(plan.steps[0].results.count == 2)
    #expect(try nest(plan).inputs.count == 1)
  }

  @Test("views of any shape do not stand between element-wise kernels")
  func throughViews() throws {
    let plan = try plan { builder in
      let x = builder.input("x", .f32, [4, 3])
      let y = exp(x).reshaped(to: [2, 6])
      let z = tanh(y.reshaped(to: [12])).reshaped(to: [12, 1])
      builder.output("z", z + 1)
    }
    #expect(plan.launchCount == 1)
  }

  @Test("slices, transposes and reversed reads are fused into the reader")
  func indexedReads() throws {
    let plan = try plan { builder in
      let x = builder.input("x", .f32, [4, 6])
      let part = builder.apply(Slice([.init(axis: 1, start: 1, limit: 6, stride: 2)]), [exp(x)])
      let turned = builder.apply(Transpose(permutation: [1, 0]), [part])
      builder.output("y", turned + builder.iota(.f32, [3, 4], axis: 1))
    }
    #expect(plan.launchCount == 1)
    #expect(
      KernelPrinter.lines(plan.kernels[0]) == [
        "loop[3, 4] a: f32[4, 6] -> r0: f32[3, 4]",
        "r0[i, j] = add(exp(a[j, 2*i + 1]), index:f32(j))",
      ])
  }

  @Test("a program stays within its limits of steps and inputs")
  func limits() throws {
    let plan = try plan { builder in
      let inputs = (0..<40).map { builder.input("x\($0)", .f32, [2]) }
      var sum = inputs[0]
      for input in inputs.dropFirst() { sum = sum + input }
      for _ in 0..<300 { sum = sin(sum) }
      builder.output("y", sum)
    }
    for kernel in plan.kernels.indices {
      #expect(try nest(plan, kernel).inputs.count <= 16)
      #expect(try nest(plan, kernel).program.steps.count <= 128)
    }
    #expect(plan.launchCount <= 8)
  }

  @Test("a kernel that occurs several times is stored once")
  func kernelsOnce() throws {
    let plan = try plan { builder in
      let x = builder.input("x", .f32, [4, 4])
      var y = x
      for _ in 0..<5 { y = relu(matmul(y, x)) }
      builder.output("y", y)
    }
    #expect(plan.kernels.count == 1)
    #expect(plan.contractionCount == 5)
    #expect(plan.launchCount == 5)
  }

  @Test("an output may be an input, a parameter, a constant, a view, or named twice")
  func oddOutputs() throws {
    let plan = try plan { builder in
      let x = builder.input("x", .f32, [2, 2])
      let w = builder.parameter("w", .f32, [3])
      let y = x + 1
      builder.output("x", x)
      builder.output("flat", x.reshaped(to: [4]))
      builder.output("w", w)
      builder.output("c", builder.constant(2))
      try builder.output("table", builder.constant(Tensor([Float](arrayLiteral: 1, 2, 3))))
      builder.output("y", y)
      builder.output("again", y)
      builder.output("yFlat", y.reshaped(to: [4]))
      builder.output("zero", builder.full(0, w.type))
    }
    #expect(plan.launchCount == 2)
  }
}
