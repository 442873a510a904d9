import AdjointCodegen
import AdjointCore
import AdjointKernels
import AdjointRuntime
import Foundation
import TestSupport

extension ExecutionEngine {
  /// The engine of these tests, with the back end that `ADJOINT_BACKEND` names.
  static let tests: ExecutionEngine = {
    var options = Options()
    let name = ProcessInfo.processInfo.environment["ADJOINT_BACKEND"] ?? ""
    if let backend = Backend(rawValue: name) { options.backend = backend }
    options.llvmLibrary = TestLibrary.path
    options.oversubscribes = true
    return ExecutionEngine(options)
  }()
}

extension LoadedPlan {
  /// Compiles a plan for the engine of these tests.
  convenience init(
    _ plan: VerifiedPlan, options: ExecutionOptions = ExecutionOptions()
  ) throws(Diagnostic) {
    try self.init(plan, options: options, on: .tests)
  }

  /// Compiles a plan with a given compiler, or with portable loops alone.
  convenience init(
    _ plan: VerifiedPlan, _ options: ExecutionOptions, compiler: KernelCompiler?
  ) throws(Diagnostic) {
    try self.init(plan, options, on: .tests, compiler: compiler)
  }

  /// Verifies a plan and compiles it.
  convenience init(
    verifying plan: Plan, options: ExecutionOptions = ExecutionOptions()
  ) throws(Diagnostic) {
    try self.init(VerifiedPlan(verifying: plan), options: options)
  }
}
