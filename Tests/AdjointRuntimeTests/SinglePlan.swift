import AdjointCodegen
import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

/// Plans of one step for tests: every operand an input, every result an output, and between any two
/// buffers a guard whose bytes must stay as they are.
struct SinglePlan {
  var plan = Plan()
  private var guards: [Int] = []

  /// A plan that applies kernels to tensors; `over[r]` is the operand that result r is written over.
  init(
    _ kernels: [Kernel], operands: [TensorType], results: [TensorType], over: [Int: Int] = [:]
  ) {
    var operandBuffers: [Int] = []
    for (number, type) in operands.enumerated() {
      operandBuffers.append(add(type, .input))
      plan.inputs.append(.init(name: "input\(number)", buffer: operandBuffers[number]))
      addGuard()
    }
    var resultBuffers: [Int] = []
    for (number, type) in results.enumerated() {
      if let operand = over[number] {
        let buffer = operandBuffers[operand]
        resultBuffers.append(plan.buffers.count)
        plan.buffers.append(
          .init(type: type, offset: plan.buffers[buffer].offset, role: .inPlace(of: buffer)))
      } else {
        resultBuffers.append(add(type, .temporary))
        addGuard()
      }
      plan.outputs.append(.init(name: "output\(number)", buffer: resultBuffers[number]))
    }
    for kernel in kernels {
      plan.steps.append(
        .init(
          kernel: plan.kernels.count, operands: operandBuffers, results: resultBuffers,
          label: "step \(plan.kernels.count)"))
      plan.kernels.append(kernel)
    }
    for (number, buffer) in guards.enumerated() {
      plan.outputs.append(.init(name: "guard\(number)", buffer: buffer))
    }
  }

  private static let guardBytes = Tensor.Storage.u8(Array(repeating: 0xA5, count: 64))

  private mutating func add(_ type: TensorType, _ role: Plan.Buffer.Role) -> Int {
    plan.buffers.append(.init(type: type, offset: plan.arenaByteCount, role: role))
    let bytes = plan.buffers[plan.buffers.count - 1].byteCount
    plan.arenaByteCount += (bytes + Plan.alignment - 1) / Plan.alignment * Plan.alignment
    return plan.buffers.count - 1
  }

  private mutating func addGuard() {
    let buffer = add(TensorType(.u8, extents: [64]), .constant)
    plan.constants[buffer] = try? Tensor(Self.guardBytes, extents: [64])
    guards.append(buffer)
  }

  /// Runs twice on the same inputs, checks that guards and results stay, and returns the results.
  func run(_ operands: [Tensor], threads: Int = 1) throws -> [Tensor] {
    try run(operands, in: Executable(plan, options: ExecutionOptions(threads: threads)))
  }

  /// The same, with the code of a compiler.
  func run(_ operands: [Tensor], with compiler: KernelCompiler) throws -> [Tensor] {
    try run(operands, in: Executable(plan, ExecutionOptions(threads: 1), compiler: compiler))
  }

  /// The same, without any generated code.
  func runPortably(_ operands: [Tensor], threads: Int = 1) throws -> [Tensor] {
    try run(operands, in: Executable(plan, ExecutionOptions(threads: threads), compiler: nil))
  }

  private func run(_ operands: [Tensor], in executable: Executable) throws -> [Tensor] {
    let context = try ExecutionContext(executable)
    let resultCount = plan.outputs.count - guards.count
    var results: [Tensor] = []
    for round in 0..<2 {
      for (number, tensor) in operands.enumerated() { try context.write(tensor, toInput: number) }
      try context.run()
      let now = try (0..<resultCount).map { try context.read(output: $0) }
      if round == 1 { #expect(now == results, "the second run differs") }
      results = now
    }
    for number in resultCount..<plan.outputs.count {
      let bytes = try context.read(output: number)
      #expect(bytes.storage == Self.guardBytes, "a guard was overwritten")
    }
    return results
  }
}

/// Runs kernels in the executor and in the interpreter.
func runBoth(
  _ kernels: [Kernel], _ operands: [Tensor], results: [TensorType], over: [Int: Int] = [:],
  threads: Int = 1
) throws -> (found: [Tensor], wanted: [Tensor]) {
  let plan = SinglePlan(kernels, operands: operands.map(\.type), results: results, over: over)
  let found = try plan.run(operands, threads: threads)
  let wanted = try KernelInterpreter.run(kernels, operands: operands, resultTypes: results)
  return (found, wanted)
}

/// Whether two tensors agree: within a relative tolerance, and in every NaN; with no tolerance also
/// in the signs of zeros.
func agree(_ found: Tensor, _ wanted: Tensor, tolerance: Double = 0) -> Bool {
  guard found.type == wanted.type else { return false }
  if case .i64 = wanted.storage { return found == wanted }
  return zip(found.doubles, wanted.doubles).allSatisfy { x, y in
    if x.isNaN || y.isNaN { return x.isNaN && y.isNaN }
    if tolerance == 0 { return x == y && x.sign == y.sign }
    return x == y || (x - y).magnitude <= tolerance * max(x.magnitude, y.magnitude)
  }
}
