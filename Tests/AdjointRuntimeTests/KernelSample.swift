import AdjointCodegen
import AdjointCore
import AdjointKernels
import AdjointRuntime

/// A kernel to run on tensors.
struct KernelSample {
  let kernel: Kernel
  let operands: [Tensor]
  let results: [TensorType]
  /// For results that are written over an operand, the operand.
  var over: [Int: Int] = [:]
  /// What the first results hold before, where the kernel leaves some of it.
  var initial: [Tensor] = []
  var threads = 1

  fileprivate var plan: SinglePlan {
    SinglePlan(kernel, operands: operands.map(\.type), results: results, over: over)
  }
}

/// Runs each of several kernels in the executor and in the interpreter.
///
/// They are compiled together, in less time than one after the other. Up to 64 different kernels have the
/// code that each has in a plan of its own: see `PlanScale`.
func runBoth(
  _ samples: [KernelSample], _ compare: (Int, (found: Tensor, wanted: Tensor)) throws -> Void
) throws {
  let plans = samples.map(\.plan)
  let code = (try? ExecutionEngine.tests.compilers.compiler.get())?.compile(
    plans.flatMap(\.plan.kernels), for: MachineModel.thisMachine.fixedPart)
  try withExtendedLifetime(code) {
    for (number, (sample, plan)) in zip(samples, plans).enumerated() {
      let found = try plan.run(sample.operands, threads: sample.threads)
      let wanted = try KernelInterpreter.run(
        [sample.kernel], operands: sample.operands, resultTypes: sample.results,
        over: sample.initial)
      for pair in zip(found, wanted) { try compare(number, pair) }
    }
  }
}
