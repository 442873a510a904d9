import AdjointCodegen
import AdjointCore
import AdjointKernels
import AdjointRuntime
import TestSupport
import Testing

/// Plans of one kernel for tests: every operand from outside, every result left for the outside, and between
/// any two buffers a guard whose bytes must stay as they are.
struct SinglePlan {
  /// What becomes of the results.
  enum Results {
    /// They are outputs, in memory that holds zeros before the first run.
    case outputs
    /// They are the next values of parameters, which hold NaN before each run.
    case parameters
  }

  var plan: Plan
  private let guards: [String]
  private let operandCount: Int
  private let resultTypes: [TensorType]

  /// A plan that applies a kernel to tensors; `over[r]` is the operand that result r is written over.
  ///
  /// Such an operand is a parameter, since no step writes over an input. Results that the kernel leaves in
  /// part as they were are zero first.
  init(
    _ kernel: Kernel, operands: [TensorType], results: [TensorType], over: [Int: Int] = [:],
    as kind: Results = .outputs
  ) {
    var plan = Plan()
    for (number, type) in operands.enumerated() {
      let isOverwritten = over.values.contains(number)
      let buffer = plan.buffers.add(
        .init(type: type, offset: 0, role: isOverwritten ? .parameter : .input))
      let port = Plan.Port(name: "input\(number)", buffer: buffer)
      if isOverwritten { plan.parameters.append(port) } else { plan.inputs.append(port) }
    }
    for (number, type) in results.enumerated() {
      let buffer = plan.buffers.endIndex
      if let operand = over[number] {
        plan.buffers.append(.init(type: type, offset: 0, role: .inPlace(of: BufferNumber(operand))))
      } else {
        plan.buffers.append(
          .init(type: type, offset: 0, role: kind == .outputs ? .temporary : .parameter))
      }
      if kind == .outputs || over[number] != nil {
        plan.outputs.append(.init(name: "output\(number)", buffer: buffer))
      } else {
        plan.parameters.append(.init(name: "output\(number)", buffer: buffer))
      }
      if kernel.leavesOut(result: number), let zeros = try? LoopNest.fill(type, with: .integer(0)) {
        plan.steps.append(
          .init(kernel: plan.kernels.count, operands: [], results: [buffer], label: "zeros"))
        plan.kernels.append(.loopNest(zeros))
      }
    }
    plan.steps.append(
      .init(
        kernel: plan.kernels.count, operands: Array(plan.buffers.indices.prefix(operands.count)),
        results: Array(plan.buffers.indices.dropFirst(operands.count)), label: "the kernel"))
    plan.kernels.append(kernel)
    let guarded = GuardedPlan(plan)
    self.plan = guarded.plan
    guards = guarded.guards
    operandCount = operands.count
    resultTypes = results
  }

  /// Runs twice on the same inputs, checks that guards and results stay, and returns the results.
  func run(_ operands: [Tensor], threads: Int = 1) throws -> [Tensor] {
    try run(operands, in: LoadedPlan(verifying: plan, options: ExecutionOptions(threads: threads)))
  }

  /// The same, with the code of a compiler for vectors of so many bytes; nil for those of its processor.
  func run(
    _ operands: [Tensor], with compiler: KernelCompiler, vectorByteCount: Int? = nil
  ) throws -> [Tensor] {
    var machine = MachineModel.reference
    machine.vectorByteCount = vectorByteCount ?? compiler.generator.machine.vectorByteCount
    return try run(
      operands,
      in: LoadedPlan(
        VerifiedPlan(verifying: plan), ExecutionOptions(threads: 1, machine: machine),
        compiler: compiler))
  }

  /// The same, without any generated code.
  func runPortably(_ operands: [Tensor], threads: Int = 1) throws -> [Tensor] {
    try run(
      operands,
      in: LoadedPlan(
        VerifiedPlan(verifying: plan), ExecutionOptions(threads: threads), compiler: nil))
  }

  private func run(_ operands: [Tensor], in executable: LoadedPlan) throws -> [Tensor] {
    let context = try PlanContext(executable)
    let parameters = Set(plan.parameters.map(\.name))
    var results: [Tensor] = []
    for round in 0..<2 {
      for (number, tensor) in operands.enumerated() {
        let name = "input\(number)"
        if parameters.contains(name) {
          try context.writeParameter(tensor, named: name)
        } else {
          try context.write(tensor, toInput: name)
        }
      }
      for (number, type) in resultTypes.enumerated() where parameters.contains("output\(number)") {
        let poison = Array(repeating: Double.nan, count: type.shape.elementCount ?? 0)
        try context.writeParameter(
          Tensor(.init(casting: poison, as: type.scalarType), extents: type.boundExtents()),
          named: "output\(number)")
      }
      try context.run()
      let now = try resultTypes.indices.map { number in
        let name = "output\(number)"
        return try parameters.contains(name)
          ? context.readParameter(named: name) : context.read(output: name)
      }
      if round == 1 { #expect(now == results, "the second run differs") }
      results = now
    }
    for name in guards {
      #expect(try GuardedPlan.isIntact(context.read(output: name)), "a guard was overwritten")
    }
    return results
  }
}

extension Kernel {
  /// Whether some elements of a result are not written.
  fileprivate func leavesOut(result: Int) -> Bool {
    guard case .loopNest(let nest) = self else { return false }
    return nest.outputs.contains {
      $0.result == result && $0.combiner == nil && $0.access.elementCount != nest.pointCount
    }
  }
}

/// Runs a kernel in the executor and in the interpreter.
func runBoth(
  _ kernel: Kernel, _ operands: [Tensor], results: [TensorType], over: [Int: Int] = [:],
  threads: Int = 1
) throws -> (found: [Tensor], wanted: [Tensor]) {
  let plan = SinglePlan(kernel, operands: operands.map(\.type), results: results, over: over)
  let found = try plan.run(operands, threads: threads)
  let wanted = try KernelInterpreter.run([kernel], operands: operands, resultTypes: results)
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
