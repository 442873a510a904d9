import AdjointCore
import AdjointKernels
import Testing

/// What steps compute and move is counted by hand here.
@Suite("The work of a step") struct StepWorkTests {
  /// A step of one kernel whose buffers lie one after another, but for results written over operands.
  private func work(
    _ kernel: Kernel, operands: [TensorType], results: [TensorType], over: [Int: Int] = [:]
  ) -> StepWork {
    var plan = Plan()
    plan.kernels = [kernel]
    for (number, type) in (operands + results).enumerated() {
      let operand = over[number - operands.count]
      plan.buffers.append(
        .init(
          type: type, offset: (operand ?? number) << 20,
          role: operand.map { .inPlace(of: BufferNumber($0)) } ?? .input))
    }
    let step = Plan.Step(
      kernel: 0, operands: Array(plan.buffers.indices.prefix(operands.count)),
      results: Array(plan.buffers.indices.dropFirst(operands.count)), label: "")
    return plan.work(of: step)
  }

  private func product(
    _ batch: Int, _ rows: Int, _ inner: Int, _ columns: Int, rightBatchStride: Int? = nil
  ) -> Contraction {
    Contraction(
      .f32, batch: batch, rows: rows, columns: columns, inner: inner,
      left: .init(batchStride: rows * inner, rowStride: inner, columnStride: 1),
      right: .init(
        batchStride: rightBatchStride ?? inner * columns, rowStride: columns, columnStride: 1))
  }

  @Test("of a contraction is 2·m·n·k, its matrices and what is added")
  func contraction() {
    let plain = work(
      .contraction(product(5, 3, 7, 4)),
      operands: [TensorType(.f32, extents: [5, 3, 7]), TensorType(.f32, extents: [5, 7, 4])],
      results: [TensorType(.f32, extents: [5, 3, 4])])
    #expect(plain.operationCount == 2 * 5 * 3 * 7 * 4 && plain.functionCount == 0)
    #expect(plain.readByteCount == 4 * (5 * 3 * 7 + 5 * 7 * 4))
    #expect(plain.writtenByteCount == 4 * 5 * 3 * 4)
    // One right matrix for all, and an addend.
    var shared = product(5, 3, 7, 4, rightBatchStride: 0)
    shared.addendScale = 1
    let sum = work(
      .contraction(shared),
      operands: [
        TensorType(.f32, extents: [5, 3, 7]), TensorType(.f32, extents: [7, 4]),
        TensorType(.f32, extents: [5, 3, 4]),
      ], results: [TensorType(.f32, extents: [5, 3, 4])], over: [0: 2])
    #expect(sum.readByteCount == 4 * (5 * 3 * 7 + 7 * 4 + 5 * 3 * 4))
    #expect(sum.writtenByteCount == 4 * 5 * 3 * 4)
  }

  @Test("of a contraction with an epilogue is that of both")
  func epilogue() {
    var fused = product(1, 3, 7, 4)
    var program = ScalarProgram()
    let element = program.append(.load(input: 0), .f32)
    let bias = program.append(.load(input: 1), .f32)
    let sum = program.append(.binary(.add, element, bias), .f32)
    let value = program.append(.unary(.tanh, sum), .f32)
    fused.epilogue = LoopNest(
      extents: fused.extents,
      inputs: [
        .init(.product, access: fused.pointAccess(.f32)),
        .init(
          operand: 2, access: Access(.f32, extents: [4], map: IndexMap([AxisIndex(axis: 2)]))),
      ], program: program,
      outputs: [
        .init(result: 0, step: value, access: fused.pointAccess(.f32)),
        .init(result: 1, step: sum, access: fused.pointAccess(.f32)),
      ])
    let work = work(
      .contraction(fused),
      operands: [
        TensorType(.f32, extents: [3, 7]), TensorType(.f32, extents: [7, 4]),
        TensorType(.f32, extents: [4]),
      ], results: Array(repeating: TensorType(.f32, extents: [3, 4]), count: 2))
    #expect(work.operationCount == 2 * 3 * 7 * 4 + 2 * 12 && work.functionCount == 12)
    #expect(work.readByteCount == 4 * (21 + 28 + 4))
    #expect(work.writtenByteCount == 4 * 24)
  }

  @Test("of a loop nest is its program at each point; an element read twice is one")
  func nest() throws {
    // r[j] += x[i, j] · x[i, j] + b[j], where x is read twice.
    let whole = Access(.f64, extents: [6, 5], map: .identity(rank: 2))
    let row = Access(.f64, extents: [5], map: IndexMap([AxisIndex(axis: 1)]))
    var program = ScalarProgram()
    let first = program.append(.load(input: 0), .f64)
    let second = program.append(.load(input: 1), .f64)
    let bias = program.append(.load(input: 2), .f64)
    let square = program.append(.binary(.multiply, first, second), .f64)
    let sum = program.append(.binary(.add, square, bias), .f64)
    let nest = LoopNest(
      extents: [6, 5],
      inputs: [
        .init(operand: 0, access: whole), .init(operand: 0, access: whole),
        .init(operand: 1, access: row),
      ], program: program,
      outputs: [.init(result: 0, step: sum, access: row, combiner: .sum)])
    let work = work(
      .loopNest(nest),
      operands: [TensorType(.f64, extents: [6, 5]), TensorType(.f64, extents: [5])],
      results: [TensorType(.f64, extents: [5])])
    #expect(work.operationCount == 3 * 30 && work.functionCount == 0)
    #expect(work.readByteCount == 8 * (30 + 5) && work.writtenByteCount == 8 * 5)
  }

  @Test("of slices is what they reach, and no more than there is")
  func slices() throws {
    func nest(_ starts: [Int]) -> LoopNest {
      var program = ScalarProgram()
      let loads = starts.indices.map { program.append(.load(input: $0), .f32) }
      let access = Access(.f32, extents: [4], map: .identity(rank: 1))
      return LoopNest(
        extents: [4],
        inputs: starts.map {
          .init(
            operand: 0,
            access: Access(
              .f32, extents: [10], map: IndexMap([AxisIndex(axis: 0, start: $0)])))
        }, program: program,
        outputs: [.init(result: 0, step: loads[0], access: access)])
    }
    let operand = [TensorType(.f32, extents: [10])]
    let result = [TensorType(.f32, extents: [4])]
    let one = work(.loopNest(nest([3])), operands: operand, results: result)
    #expect(one.readByteCount == 16 && one.writtenByteCount == 16 && one.operationCount == 0)
    let two = work(.loopNest(nest([0, 6])), operands: operand, results: result)
    #expect(two.readByteCount == 32)
    let all = work(.loopNest(nest([0, 3, 6])), operands: operand, results: result)
    #expect(all.readByteCount == 40)
  }

  @Test("of a group leaves out what stays in it")
  func group() throws {
    let whole = Access(.f32, extents: [3, 8], map: .identity(rank: 2))
    let row = Access(.f32, extents: [3], map: IndexMap([AxisIndex(axis: 0)]))
    var sum = ScalarProgram()
    let element = sum.append(.load(input: 0), .f32)
    var shift = ScalarProgram()
    let x = shift.append(.load(input: 0), .f32)
    let mean = shift.append(.load(input: 1), .f32)
    let difference = shift.append(.binary(.subtract, x, mean), .f32)
    let group = FusionGroup(
      rows: 3, operandCount: 1, resultCount: 1,
      locals: [.init(scalarType: .f32, elementCount: 3)],
      stages: [
        .init(
          nest: LoopNest(
            extents: [3, 8], inputs: [.init(operand: 0, access: whole)], program: sum,
            outputs: [.init(.local(0), step: element, access: row, combiner: .sum)]), rowAxes: 1),
        .init(
          nest: LoopNest(
            extents: [3, 8],
            inputs: [.init(operand: 0, access: whole), .init(.local(0), access: row)],
            program: shift, outputs: [.init(result: 0, step: difference, access: whole)]),
          rowAxes: 1),
      ])
    let type = TensorType(.f32, extents: [3, 8])
    let work = work(.group(group), operands: [type], results: [type])
    #expect(work.operationCount == 2 * 24)
    #expect(work.readByteCount == 96 && work.writtenByteCount == 96)
  }

  @Test("of indexed copies is what is moved, and in place what is added to")
  func indexedCopies() {
    let copy = IndexedCopy(.f32, indexType: .i32, outer: 2, extent: 100, inner: 3, count: 4)
    let data = TensorType(.f32, extents: [2, 100, 3])
    let moved = TensorType(.f32, extents: [2, 4, 3])
    let indices = TensorType(.i32, extents: [4])
    let gather = work(.gather(copy), operands: [data, indices], results: [moved])
    #expect(gather.operationCount == 0)
    #expect(gather.readByteCount == 4 * 24 + 16 && gather.writtenByteCount == 4 * 24)
    let apart = work(.scatterAdd(copy), operands: [data, indices, moved], results: [data])
    #expect(apart.operationCount == 24)
    #expect(apart.readByteCount == 4 * 600 + 16 + 4 * 24 && apart.writtenByteCount == 4 * 600)
    let inPlace = work(
      .scatterAdd(copy), operands: [data, indices, moved], results: [data], over: [0: 0])
    #expect(inPlace.readByteCount == 4 * 24 + 16 + 4 * 24 && inPlace.writtenByteCount == 4 * 24)
  }

  @Test("of empty loops is nothing")
  func empty() throws {
    let type = TensorType(.f32, extents: [0, 5])
    let nest = try LoopNest.elementwise(operands: [type], result: type) { program, x in
      program.append(.unary(.exp, x[0]), .f32)
    }
    let nothing = work(.loopNest(nest), operands: [type], results: [type])
    #expect(nothing.operationCount == 0 && nothing.functionCount == 0 && nothing.byteCount == 0)
  }
}
