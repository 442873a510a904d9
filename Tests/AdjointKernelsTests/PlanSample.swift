import AdjointCore
import AdjointKernels

/// A plan written by hand that uses everything a plan can have.
///
///     0: c = a · w          contraction
///     1: d = relu(c)        in place of c
///     2: e[i] = Σ_j d       reduction
///     3: f = [e, k]         in two parts, 3 and 4
///     5: w' = w − a·0.5     in place of the parameter
///     6: v  = f             a copy into the other parameter
enum PlanSample {
  static func plan() throws -> Plan {
    var plan = Plan()
    func type(_ extents: Int...) -> TensorType { TensorType(.f32, extents: extents) }
    plan.buffers = [
      Plan.Buffer(type: type(4, 4), offset: 0, role: .input),
      Plan.Buffer(type: type(4, 4), offset: 64, role: .parameter),
      Plan.Buffer(type: type(8), offset: 128, role: .parameter),
      Plan.Buffer(type: type(4), offset: 192, role: .constant),
      Plan.Buffer(type: type(4, 4), offset: 256, role: .temporary),
      Plan.Buffer(type: type(4, 4), offset: 256, role: .inPlace(of: 4)),
      Plan.Buffer(type: type(4), offset: 320, role: .temporary),
      Plan.Buffer(type: type(8), offset: 384, role: .temporary),
      Plan.Buffer(type: type(4, 4), offset: 64, role: .inPlace(of: 1)),
      Plan.Buffer(type: type(2, 4), offset: 384, role: .view(of: 7)),
    ]
    plan.constants = [3: try Tensor([1, 2, 3, 4] as [Float])]
    plan.inputs = [Plan.Port(name: "a", buffer: 0)]
    plan.parameters = [Plan.Port(name: "w", buffer: 1), Plan.Port(name: "v", buffer: 2)]
    plan.outputs = [Plan.Port(name: "f", buffer: 9), Plan.Port(name: "next", buffer: 8)]
    let layout = Contraction.Layout(batchStride: 16, rowStride: 4, columnStride: 1)
    plan.kernels = [
      .contraction(
        Contraction(.f32, batch: 1, rows: 4, columns: 4, inner: 4, left: layout, right: layout)),
      .loopNest(
        try .elementwise(operands: [type(4, 4)], result: type(4, 4)) { program, x in
          program.append(
            .binary(.maximum, x[0], program.append(.constant(ScalarLiteral(0, .f32)), .f32)), .f32)
        }),
      .loopNest(rowSums()),
      .loopNest(try copy(to: 0)), .loopNest(try copy(to: 4)),
      .loopNest(
        try .elementwise(operands: [type(4, 4), type(4, 4)], result: type(4, 4)) { program, x in
          let half = program.append(.constant(ScalarLiteral(0.5, .f32)), .f32)
          let step = program.append(.binary(.multiply, half, x[1]), .f32)
          return program.append(.binary(.subtract, x[0], step), .f32)
        }),
      .loopNest(try .elementwise(operands: [type(8)], result: type(8)) { _, x in x[0] }),
    ]
    plan.steps = [
      Plan.Step(kernel: 0, operands: [0, 1], results: [4], label: "c"),
      Plan.Step(kernel: 1, operands: [4], results: [5], label: "d"),
      Plan.Step(kernel: 2, operands: [5], results: [6], label: "e"),
      Plan.Step(kernel: 3, operands: [6], results: [7], label: "f"),
      Plan.Step(kernel: 4, operands: [3], results: [7], label: "f"),
      Plan.Step(kernel: 5, operands: [1, 0], results: [8], label: "next w"),
      Plan.Step(kernel: 6, operands: [7], results: [2], label: "next v"),
    ]
    plan.arenaByteCount = 448
    plan.lowerBoundByteCount = 384
    return plan
  }

  private static func rowSums() -> LoopNest {
    var program = ScalarProgram()
    let load = program.append(.load(input: 0), .f32)
    let read = Access(.f32, extents: [4, 4], map: .identity(rank: 2))
    let write = Access(.f32, extents: [4], map: IndexMap([AxisIndex(axis: 0)]))
    return LoopNest(
      extents: [4, 4], inputs: [LoopNest.Input(operand: 0, access: read)], program: program,
      outputs: [LoopNest.Output(result: 0, step: load, access: write, combiner: .sum)])
  }

  private static func copy(to start: Int) throws -> LoopNest {
    try .copy(
      extents: [4], of: TensorType(.f32, extents: [4]), through: .identity(rank: 1),
      to: TensorType(.f32, extents: [8]), through: IndexMap([AxisIndex(axis: 0, start: start)]))
  }
}
