import AdjointCore
import AdjointKernels
import AdjointRuntime
import AllocationCounting
import Foundation
import Testing

/// A small training step by hand: y = relu(x·w + b), its sum, and w ← w − 0.1·xᵀy in place.
private enum TrainingPlan {
  static let (batch, inputs, outputs) = (128, 96, 80)

  static func make() -> Plan {
    var plan = Plan()
    func buffer(_ extents: [Int], _ role: Plan.Buffer.Role) -> BufferNumber {
      let number = plan.buffers.add(
        .init(
          type: TensorType(.f32, extents: extents), offset: plan.arenaByteCount, role: role))
      let bytes = plan.buffers[number].byteCount
      plan.arenaByteCount += (bytes + 63) / 64 * 64
      return number
    }
    let x = buffer([batch, inputs], .input)
    let w = buffer([inputs, outputs], .parameter)
    let b = buffer([outputs], .parameter)
    let product = buffer([batch, outputs], .temporary)
    let y = buffer([batch, outputs], .temporary)
    let sum = buffer([], .temporary)
    let delta = buffer([inputs, outputs], .temporary)
    let updated = plan.buffers.add(
      .init(
        type: plan.buffers[w].type, offset: plan.buffers[w].offset, role: .inPlace(of: w)))
    plan.inputs = [.init(name: "x", buffer: x)]
    plan.parameters = [.init(name: "w", buffer: w), .init(name: "b", buffer: b)]
    plan.outputs = [.init(name: "sum", buffer: sum), .init(name: "y", buffer: y)]
    plan.kernels = [
      .contraction(
        Contraction(
          .f32, batch: 1, rows: batch, columns: outputs, inner: inputs,
          left: .init(batchStride: 0, rowStride: inputs, columnStride: 1),
          right: .init(batchStride: 0, rowStride: outputs, columnStride: 1))),
      .loopNest(biasAndRelu()),
      .contraction(
        Contraction(
          .f32, batch: 1, rows: inputs, columns: outputs, inner: batch,
          left: .init(batchStride: 0, rowStride: 1, columnStride: inputs),
          right: .init(batchStride: 0, rowStride: outputs, columnStride: 1))),
      .loopNest(update()),
    ]
    plan.steps = [
      .init(kernel: 0, operands: [x, w], results: [product], label: "product"),
      .init(kernel: 1, operands: [product, b], results: [y, sum], label: "relu"),
      .init(kernel: 2, operands: [x, y], results: [delta], label: "delta"),
      .init(kernel: 3, operands: [w, delta], results: [updated], label: "update"),
    ]
    // All that the second step finds: the product is gone when the gradient is there.
    plan.lowerBoundByteCount = plan.arenaByteCount - plan.buffers[delta].byteCount
    return plan
  }

  private static func biasAndRelu() -> LoopNest {
    let whole = Access(.f32, extents: [batch, outputs], map: .identity(rank: 2))
    var program = ScalarProgram()
    let product = program.append(.load(input: 0), .f32)
    let bias = program.append(.load(input: 1), .f32)
    let zero = program.append(.constant(ScalarLiteral(0, .f32)), .f32)
    let sum = program.append(.binary(.add, product, bias), .f32)
    let relu = program.append(.binary(.maximum, sum, zero), .f32)
    return LoopNest(
      extents: [batch, outputs],
      inputs: [
        .init(operand: 0, access: whole),
        .init(
          operand: 1,
          access: Access(.f32, extents: [outputs], map: IndexMap([AxisIndex(axis: 1)]))),
      ],
      program: program,
      outputs: [
        .init(result: 0, step: relu, access: whole),
        .init(
          result: 1, step: relu, access: Access(.f32, extents: [], map: IndexMap([])),
          combiner: .sum),
      ])
  }

  private static func update() -> LoopNest {
    let whole = Access(.f32, extents: [inputs, outputs], map: .identity(rank: 2))
    var program = ScalarProgram()
    let weight = program.append(.load(input: 0), .f32)
    let delta = program.append(.load(input: 1), .f32)
    let rate = program.append(.constant(ScalarLiteral(0.001, .f32)), .f32)
    let step = program.append(.binary(.multiply, rate, delta), .f32)
    let result = program.append(.binary(.subtract, weight, step), .f32)
    return LoopNest(
      extents: [inputs, outputs],
      inputs: [.init(operand: 0, access: whole), .init(operand: 1, access: whole)],
      program: program, outputs: [.init(result: 0, step: result, access: whole)])
  }

  static func values(_ count: Int, seed: UInt64) -> [Float] {
    let random = CounterBasedRandom(seed: seed)
    return (0..<count).map { Float(random.uniform(at: UInt64($0)) - 0.45) }
  }

  static func context(_ executable: LoadedPlan, seed: UInt64) throws -> PlanContext {
    let context = try PlanContext(executable)
    try context.write(
      Tensor(values(batch * inputs, seed: seed), extents: [batch, inputs]), toInput: "x")
    try context.writeParameter(
      Tensor(values(inputs * outputs, seed: 77), extents: [inputs, outputs]), named: "w")
    return context
  }

  /// What the sum is before each of so many steps, by the formula in double precision.
  static func sums(steps: Int, seed: UInt64) -> [Double] {
    let x = values(batch * inputs, seed: seed).map { Double($0) }
    var w = values(inputs * outputs, seed: 77).map { Double($0) }
    var sums: [Double] = []
    for _ in 0..<steps {
      var y = Array(repeating: 0.0, count: batch * outputs)
      for i in 0..<batch {
        for j in 0..<outputs {
          var total = 0.0
          for k in 0..<inputs { total += x[i * inputs + k] * w[k * outputs + j] }
          y[i * outputs + j] = max(total, 0)
        }
      }
      sums.append(y.reduce(0, +))
      for k in 0..<inputs {
        for j in 0..<outputs {
          var total = 0.0
          for i in 0..<batch { total += x[i * inputs + k] * y[i * outputs + j] }
          w[k * outputs + j] -= 0.001 * total
        }
      }
    }
    return sums
  }
}

@Suite struct PlanContextTests {
  @Test func stepsFollowTheFormula() throws {
    let context = try TrainingPlan.context(LoadedPlan(verifying: TrainingPlan.make()), seed: 1)
    for wanted in TrainingPlan.sums(steps: 3, seed: 1) {
      try context.run()
      let found = try context.readScalar(output: 0)
      #expect((found - wanted).magnitude < 1e-5 * wanted)
    }
    #expect(try context.read(output: "sum").scalar == context.readScalar(output: 0))
  }

  @Test func theCounterSeesAllocationsOfTheRuntime() {
    let before = adjoint_thread_allocation_count()
    let everywhere = adjoint_allocation_count()
    let array = Array(repeating: before, count: 1000)
    let after = adjoint_thread_allocation_count()
    if before == -1 {
      // It says so where it cannot count.
      #expect(after == -1 && everywhere == -1)
    } else {
      #expect(after > before && adjoint_allocation_count() > everywhere)
    }
    #expect(array.count == 1000)
  }

  @Test(arguments: [1, 2])
  func runsAllocateNothingAfterTheFirst(threads: Int) throws {
    let executable = try LoadedPlan(
      verifying: TrainingPlan.make(), options: ExecutionOptions(threads: threads))
    let context = try TrainingPlan.context(executable, seed: 1)
    let values = TrainingPlan.values(TrainingPlan.batch * TrainingPlan.inputs, seed: 4)
    var result = Array(repeating: Float(0), count: TrainingPlan.batch * TrainingPlan.outputs)
    func step() throws {
      try context.write(values, toInput: 0)
      try context.run()
      try context.read(output: 1, into: &result)
      #expect(try context.readScalar(output: 0) > 0)
    }
    try step()
    var total = 0.0
    let before = adjoint_thread_allocation_count()
    for _ in 0..<20 {
      try context.write(values, toInput: 0)
      try context.run()
      try context.read(output: 1, into: &result)
      total += try context.readScalar(output: 0)
    }
    #expect(adjoint_thread_allocation_count() == before)
    #expect(total > 0)
  }

  @Test func everyKindOfKernelRunsWithoutAllocating() throws {
    for seed in 0..<60 {
      let sample = try RandomNest(seed: seed + 300_000, reduces: seed % 2 == 0)
      let plan = SinglePlan(
        .loopNest(sample.nest), operands: sample.operands.map(\.type), results: sample.results
      ).plan
      let context = try PlanContext(LoadedPlan(verifying: plan))
      for (number, tensor) in sample.operands.enumerated() {
        try context.write(tensor, toInput: number)
      }
      try context.run()
      let before = adjoint_thread_allocation_count()
      try context.run()
      #expect(adjoint_thread_allocation_count() == before, "seed \(seed)")
    }
  }

  @Test func twoContextsRunAtOnce() throws {
    let executable = try LoadedPlan(
      verifying: TrainingPlan.make(), options: ExecutionOptions(threads: 2))
    let results = Results()
    let threads = (0..<4).map { number in
      Thread {
        var sums: [Double] = []
        do {
          let context = try TrainingPlan.context(executable, seed: UInt64(number))
          for _ in 0..<30 {
            try context.run()
            sums.append(try context.readScalar(output: 0))
          }
        } catch { sums = [] }
        results.add(sums, number)
      }
    }
    threads.forEach { $0.start() }
    let found = results.wait(for: 4)
    for number in 0..<4 {
      let alone = try TrainingPlan.context(executable, seed: UInt64(number))
      var sums: [Double] = []
      for _ in 0..<30 {
        try alone.run()
        sums.append(try alone.readScalar(output: 0))
      }
      #expect(found[number] == sums)
    }
  }

  @Test func nestsOfTwoContextsShareThePool() throws {
    let count = 1 << 18
    var program = ScalarProgram()
    program.append(.load(input: 0), .f32)
    let step = program.append(.unary(.tanh, 0), .f32)
    let access = Access(.f32, extents: [count], map: .identity(rank: 1))
    let nest = LoopNest(
      extents: [count], inputs: [.init(operand: 0, access: access)], program: program,
      outputs: [
        .init(
          result: 0, step: step, access: Access(.f32, extents: [], map: IndexMap([])),
          combiner: .sum)
      ])
    let plan = SinglePlan(
      .loopNest(nest), operands: [TensorType(.f32, extents: [count])],
      results: [TensorType(.f32, .scalar)]
    ).plan
    let executable = try LoadedPlan(verifying: plan, options: ExecutionOptions(threads: 3))
    let results = Results()
    for number in 0..<3 {
      Thread {
        var sums: [Double] = []
        do {
          let context = try PlanContext(executable)
          try context.write(Array(repeating: Float(number), count: count), toInput: 0)
          for _ in 0..<12 {
            try context.run()
            sums.append(try context.readScalar(output: 0))
          }
        } catch { sums = [] }
        results.add(sums, number)
      }.start()
    }
    for (number, sums) in results.wait(for: 3) {
      let wanted = Double(count) * tanh(Double(number))
      #expect(sums.count == 12)
      #expect(sums.allSatisfy { ($0 - wanted).magnitude <= 1e-6 * wanted })
    }
  }
}

/// What threads found, collected under a lock.
private final class Results: @unchecked Sendable {
  private let condition = NSCondition()
  private var sums: [Int: [Double]] = [:]

  func add(_ found: [Double], _ number: Int) {
    condition.lock()
    sums[number] = found
    condition.broadcast()
    condition.unlock()
  }

  func wait(for count: Int) -> [Int: [Double]] {
    condition.lock()
    while sums.count < count { condition.wait() }
    defer { condition.unlock() }
    return sums
  }
}
