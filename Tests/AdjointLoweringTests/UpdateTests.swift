import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import Testing

@Suite("Updates of parameters")
struct UpdateTests {
  private func graph(_ build: (GraphBuilder) throws -> Void) throws -> Graph {
    let builder = GraphBuilder("updates")
    try build(builder)
    return try builder.build()
  }

  /// The buffers that are written over a parameter, and the steps that write one directly.
  private func writes(_ plan: Plan) -> (inPlace: Int, direct: Int) {
    let isParameter = PerBuffer(plan.buffers.map { $0.role == .parameter })
    let inPlace = plan.buffers.count { buffer in
      if case .inPlace(let other) = buffer.role { isParameter[other] } else { false }
    }
    return (inPlace, plan.steps.count { $0.results.contains { isParameter[$0] } })
  }

  @Test("a step of gradient descent is one kernel that writes in place")
  func inPlace() throws {
    let graph = try graph { builder in
      let g = builder.input("g", .f32, [4, 3])
      let w = builder.parameter("w", .f32, [4, 3])
      builder.update(w, to: w - 0.1 * g)
    }
    let plan = try graph.lowered().plan
    #expect(plan.launchCount == 1)
    #expect(writes(plan) == (1, 0))
    #expect(plan.arenaByteCount == 2 * 64)
    try PlanComparison.expectEqual(graph)
  }

  @Test("the write comes after every other reader of the old value")
  func laterReaders() throws {
    let graph = try graph { builder in
      let x = builder.input("x", .f32, [2, 3])
      let w = builder.parameter("w", .f32, [3])
      let next = w - 0.1 * x.sum(squeezingAxes: [0])
      builder.update(w, to: next)
      builder.output("y", (x * w).sum())
    }
    #expect(writes(try graph.lowered().plan) == (1, 0))
    try PlanComparison.expectEqual(graph)
  }

  @Test("a small next value does not go in front of a reader of the old one that is no nest")
  func nextValueStaysBehindKernels() throws {
    let graph = try graph { builder in
      let g = builder.input("g", .f32, [8, 8])
      let w = builder.parameter("w", .f32, [8, 8])
      builder.output("largest", g.max())
      builder.output("product", matmul(w, builder.input("x", .f32, [8, 8])))
      builder.update(w, to: w - 0.1 * g)
    }
    let plan = try graph.lowered().plan
    // Merged with the maximum, which reads the same, it would be written before the product reads w.
    #expect(plan.launchCount == 3)
    #expect(writes(plan) == (1, 0))
    try PlanComparison.expectEqual(graph)
  }

  @Test("a new value that is read on, while the old one is too, is copied at the end")
  func oldAndNewTogether() throws {
    let graph = try graph { builder in
      let x = builder.input("x", .f32, [3])
      let w = builder.parameter("w", .f32, [3])
      let next = w - 0.1 * x
      builder.update(w, to: next)
      let products = matmul(
        w.reshaped(to: [1, 3]), next.reshaped(to: [3, 1]))
      builder.output("y", products)
    }
    #expect(writes(try graph.lowered().plan) == (0, 1))
    try PlanComparison.expectEqual(graph)
  }

  @Test("parameters are exchanged through one copy")
  func exchange() throws {
    let graph = try graph { builder in
      let a = builder.parameter("a", .f32, [5])
      let b = builder.parameter("b", .f32, [5])
      builder.update(a, to: b)
      builder.update(b, to: a)
    }
    let plan = try graph.lowered().plan
    #expect(plan.launchCount == 3)
    #expect(plan.arenaByteCount == 3 * 64)
    try PlanComparison.expectEqual(graph, runs: 3)
  }

  @Test("parameters are handed round in a ring")
  func ring() throws {
    let graph = try graph { builder in
      let ring = (0..<5).map { builder.parameter("p\($0)", .f32, [2]) }
      for place in 0..<5 { builder.update(ring[place], to: ring[(place + 1) % 5]) }
    }
    #expect(try graph.lowered().plan.launchCount == 6)
    try PlanComparison.expectEqual(graph, runs: 3)
  }

  @Test("each parameter's next value from the other's old one")
  func crossed() throws {
    let shapes: [(Shape, Shape)] = [([6], [6]), ([2, 3], [6])]
    for (first, second) in shapes {
      let graph = try graph { builder in
        let a = builder.parameter("a", .f32, first)
        let b = builder.parameter("b", .f32, second)
        let c = builder.parameter("c", .f32, [])
        builder.update(a, to: a - 0.5 * b.reshaped(to: first))
        builder.update(b, to: b + a.reshaped(to: second))
        builder.update(c, to: (c + b.sum()) * a.sum())
      }
      try PlanComparison.expectEqual(graph, runs: 3)
    }
  }

  @Test("a view, an input, a constant and the parameter itself as the next value")
  func plainValues() throws {
    let graph = try graph { builder in
      let x = builder.input("x", .f32, [2, 2])
      let a = builder.parameter("a", .f32, [4])
      let b = builder.parameter("b", .f32, [2, 2])
      let c = builder.parameter("c", .f32, [2, 2])
      let d = builder.parameter("d", .f32, [3])
      let e = builder.parameter("e", .f32, [2])
      builder.update(a, to: b.reshaped(to: [4]))
      builder.update(b, to: x)
      builder.update(c, to: c)
      builder.update(d, to: builder.full(2, d.type))
      try builder.update(e, to: builder.constant(Tensor([Float](arrayLiteral: 1, 2))))
      builder.output("y", (a * 2).sum())
    }
    try PlanComparison.expectEqual(graph, runs: 3)
  }

  @Test("one next value for several parameters, and for an output")
  func sharedValue() throws {
    let graph = try graph { builder in
      let x = builder.input("x", .f32, [3])
      let a = builder.parameter("a", .f32, [3])
      let b = builder.parameter("b", .f32, [3])
      let next = tanh(a + x * b)
      builder.update(a, to: next)
      builder.update(b, to: next)
      builder.output("new", next)
      builder.output("flat", next.reshaped(to: [1, 3]))
      builder.output("old", a)
      builder.output("oldFlat", b.reshaped(to: [3, 1]))
    }
    #expect(writes(try graph.lowered().plan) == (1, 1))
    try PlanComparison.expectEqual(graph, runs: 3)
  }

  @Test("Adam's three updates of a parameter are one kernel in place")
  func adam() throws {
    let graph = try graph { builder in
      let g = builder.input("g", .f32, [8, 4])
      let w = builder.parameter("w", .f32, [8, 4])
      let m = builder.parameter("m", .f32, [8, 4])
      let v = builder.parameter("v", .f32, [8, 4])
      let nextM = 0.9 * m + 0.1 * g
      let nextV = 0.999 * v + 0.001 * (g * g)
      builder.update(m, to: nextM)
      builder.update(v, to: nextV)
      builder.update(w, to: w - 0.01 * nextM / (sqrt(nextV) + 1e-8))
    }
    let plan = try graph.lowered().plan
    #expect(plan.launchCount == 1)
    #expect(writes(plan) == (3, 0))
    try PlanComparison.expectEqual(graph)
  }

  @Test("empty and scalar parameters")
  func smallSizes() throws {
    for shape in [[], [0], [1], [0, 3]] as [Shape] {
      let graph = try graph { builder in
        let x = builder.input("x", .f32, shape)
        let w = builder.parameter("w", .f32, shape)
        let u = builder.parameter("u", .f32, shape)
        builder.update(w, to: w - 0.1 * x)
        builder.update(u, to: w)
        builder.output("y", w.sum())
      }
      try PlanComparison.expectEqual(graph)
    }
  }
}
