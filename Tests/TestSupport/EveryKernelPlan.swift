import AdjointCore
import AdjointKernels

/// A plan with every form of kernel and every kind of buffer, small enough to be interpreted at once.
///
///     0: y, z = tanh(x · w + 0.5·c + b), |…|      a product with an addend and an epilogue
///     1: p = x · w by halves, stored by strides   a batch of several axes
///     2: s, t, n = y + i, Σ_j …, i64(i)           stores and a reduction, loops of one iteration
///     3: m = softmax(z)                           a group with locals
///     4: g = m at the indices                     a gather
///     5: u = s with g added at the indices        a scatter, in place of s
///     6, 7: j = [t, t]                            two branches, each a part
///     8: b' = b − t                               in place of the parameter
///     9: v = z                                    a copy into the other parameter
///     10: e = nothing                             a loop without points
package struct EveryKernelPlan {
  private var plan = Plan()

  package static func plan() throws -> Plan {
    var maker = EveryKernelPlan()
    try maker.addAll()
    var plan = maker.plan
    for buffer in plan.buffers.indices {
      if let other = plan.buffers[buffer].role.otherBuffer {
        plan.buffers[buffer].offset = plan.buffers[other].offset
      } else {
        plan.buffers[buffer].offset = plan.arenaByteCount
        plan.arenaByteCount += (plan.buffers[buffer].byteCount + 63) / 64 * 64
      }
    }
    plan.lowerBoundByteCount = try VerifiedPlan.lowerBound(of: plan)
    return plan
  }

  private mutating func buffer(
    _ role: Plan.Buffer.Role, _ extents: Int..., type: ScalarType = .f32
  ) -> BufferNumber {
    plan.buffers.add(.init(type: TensorType(type, extents: extents), offset: 0, role: role))
  }

  private mutating func step(
    _ label: String, _ kernel: Kernel, _ operands: [BufferNumber], _ results: [BufferNumber]
  ) {
    plan.steps.append(
      .init(kernel: plan.kernels.count, operands: operands, results: results, label: label))
    plan.kernels.append(kernel)
  }

  private mutating func addAll() throws {
    let x = buffer(.input, 4, 6)
    let indices = buffer(.input, 5, type: .i32)
    let w = buffer(.parameter, 6, 3)
    let b = buffer(.parameter, 3)
    let v = buffer(.parameter, 4, 3)
    let c = buffer(.constant, 4, 3)
    plan.constants = [c: try Tensor((0..<12).map { Float($0) / 8 }, extents: [4, 3])]
    plan.inputs = [.init(name: "x", buffer: x), .init(name: "at", buffer: indices)]
    plan.parameters = [
      .init(name: "w", buffer: w), .init(name: "b", buffer: b), .init(name: "v", buffer: v),
    ]
    let (y, z) = (buffer(.temporary, 4, 3), buffer(.temporary, 4, 3))
    step("y z", .contraction(Self.productWithEpilogue()), [x, w, c, b], [y, z])
    let p = buffer(.temporary, 16)
    step("p", .contraction(Self.stridedProduct()), [x, w], [p])
    let (s, t) = (buffer(.temporary, 4, 3), buffer(.temporary, 3))
    let n = buffer(.temporary, 4, type: .i64)
    step("s t n", .loopNest(Self.storesAndReductions()), [y], [s, t, n])
    let m = buffer(.temporary, 4, 3)
    step("m", .group(Self.softmax(rows: 4, columns: 3)), [z], [m])
    let g = buffer(.temporary, 5, 3)
    let copy = IndexedCopy(.f32, indexType: .i32, outer: 1, extent: 4, inner: 3, count: 5)
    step("g", .gather(copy), [m, indices], [g])
    let u = buffer(.inPlace(of: s), 4, 3)
    step("u", .scatterAdd(copy), [s, indices, g], [u])
    let (j, k) = (buffer(.temporary, 6), buffer(.temporary, 6))
    for (half, label) in [(0, "j"), (3, "j")] {
      step(label, .loopNest(try Self.part(from: half)), [t], [j])
    }
    step("k", .loopNest(try Self.part(from: 0)), [t], [k])
    step("k", .loopNest(try Self.part(from: 3)), [t], [k])
    plan.forks = [.init(branches: [6..<8, 8..<10])]
    let next = buffer(.inPlace(of: b), 3)
    step("next b", .loopNest(try Self.difference(count: 3)), [b, t], [next])
    step("next v", .loopNest(try Self.difference(count: 12)), [z, y], [v])
    let e = buffer(.temporary, 0, 5)
    let nothing = TensorType(.f32, extents: [0, 5])
    step("e", .loopNest(try .fill(nothing, with: .integer(1))), [], [e])
    let view = buffer(.view(of: u), 12)
    plan.outputs = [
      ("y", y), ("p", p), ("t", t), ("n", n), ("u", view), ("j", j), ("k", k), ("e", e),
      ("next b", next),
    ].map { .init(name: $0, buffer: $1) }
  }
}

// The kernels.
extension EveryKernelPlan {
  private static func productWithEpilogue() -> Contraction {
    var product = Contraction(
      .f32, batch: 1, rows: 4, columns: 3, inner: 6,
      left: .init(batchStride: 0, rowStride: 6, columnStride: 1),
      right: .init(batchStride: 0, rowStride: 3, columnStride: 1))
    product.scale = 2
    product.addendScale = 0.5
    var nest = product.plainEpilogue
    nest.inputs.append(
      .init(operand: 3, access: Access(.f32, extents: [3], map: IndexMap([AxisIndex(axis: 2)]))))
    let bias = nest.program.append(.load(input: 1), .f32)
    let sum = nest.program.append(.binary(.add, 0, bias), .f32)
    nest.outputs[0].step = nest.program.append(.unary(.tanh, sum), .f32)
    let size = nest.program.append(.unary(.abs, sum), .f32)
    nest.outputs.append(.init(result: 1, step: size, access: product.pointAccess(.f32)))
    product.epilogue = nest
    return product
  }

  private static func stridedProduct() -> Contraction {
    var product = Contraction(
      .f32, batch: 1, rows: 2, columns: 2, inner: 3,
      left: .init(batchStrides: [12, 3], rowStride: 6, columnStride: 1),
      right: .init(batchStrides: [0, 9], rowStride: 3, columnStride: 1))
    product.batchExtents = [2, 2]
    product.result = .init(batchStrides: [2, 4], rowStride: 1, columnStride: 8)
    return product
  }

  private static func storesAndReductions() -> LoopNest {
    let point = Access(
      .f32, extents: [4, 3], map: IndexMap([AxisIndex(axis: 1), AxisIndex(axis: 2)]))
    var program = ScalarProgram()
    let load = program.append(.load(input: 0), .f32)
    let row = program.append(.index(AxisIndex(axis: 1, start: 2, step: 3)), .f32)
    let isLarge = program.append(.compare(.greater, load, row), .bool)
    let sum = program.append(.binary(.add, load, row), .f32)
    let chosen = program.append(.select(isLarge, load, sum), .f32)
    let whole = program.append(.cast(row), .i64)
    return LoopNest(
      extents: [1, 4, 3], inputs: [.init(operand: 0, access: point)], program: program,
      outputs: [
        .init(result: 0, step: chosen, access: point),
        .init(
          result: 1, step: chosen,
          access: Access(.f32, extents: [3], map: IndexMap([AxisIndex(axis: 2)])), combiner: .sum),
        .init(
          result: 2, step: whole,
          access: Access(.i64, extents: [4], map: IndexMap([AxisIndex(axis: 1)])),
          combiner: .maximum),
      ])
  }

  private static func part(from start: Int) throws -> LoopNest {
    try .copy(
      extents: [3], of: TensorType(.f32, extents: [3]), through: .identity(rank: 1),
      to: TensorType(.f32, extents: [6]), through: IndexMap([AxisIndex(axis: 0, start: start)]))
  }

  private static func difference(count: Int) throws -> LoopNest {
    let type = TensorType(.f32, extents: [count])
    return try .elementwise(operands: [type, type], result: type) { program, x in
      program.append(.binary(.subtract, x[0], x[1]), .f32)
    }
  }

  /// The maximum of a row; exponentials and their sum; a division.
  package static func softmax(rows: Int, columns: Int) -> FusionGroup {
    let all = Access(.f32, extents: [rows, columns], map: .identity(rank: 2))
    let row = Access(.f32, extents: [rows], map: .identity(rank: 1))
    func stage(
      _ inputs: [LoopNest.Input],
      _ outputs: (inout ScalarProgram, [InstructionNumber]) -> [LoopNest.Output]
    ) -> FusionGroup.Stage {
      var program = ScalarProgram()
      let loads = inputs.indices.map { program.append(.load(input: $0), .f32) }
      let written = outputs(&program, loads)
      return .init(
        nest: LoopNest(
          extents: [rows, columns], inputs: inputs, program: program, outputs: written),
        rowAxes: 1)
    }
    // Values: 0 the result, 1 the maximum, 2 the exponentials, 3 their sum.
    let stages = [
      stage([.init(operand: 0, access: all)]) { _, loads in
        [.init(.local(0), step: loads[0], access: row, combiner: .maximum)]
      },
      stage([.init(operand: 0, access: all), .init(.local(0), access: row)]) { program, loads in
        let shifted = program.append(.binary(.subtract, loads[0], loads[1]), .f32)
        let power = program.append(.unary(.exp, shifted), .f32)
        return [
          .init(.local(1), step: power, access: all),
          .init(.local(2), step: power, access: row, combiner: .sum),
        ]
      },
      stage([.init(.local(1), access: all), .init(.local(2), access: row)]) { program, loads in
        let share = program.append(.binary(.divide, loads[0], loads[1]), .f32)
        return [.init(result: 0, step: share, access: all)]
      },
    ]
    return FusionGroup(
      rows: rows, operandCount: 1, resultCount: 1,
      locals: [
        .init(scalarType: .f32, elementCount: rows),
        .init(scalarType: .f32, elementCount: rows * columns),
        .init(scalarType: .f32, elementCount: rows),
      ], stages: stages)
  }
}
