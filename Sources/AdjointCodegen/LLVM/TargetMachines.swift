import AdjointCore
import Synchronization

/// LLVM's target machines for one processor, as many as threads have compiled at once.
///
/// They are kept from module to module: to make one, and what it finds out with its first function, take
/// as long as to compile a small kernel.
package final class TargetMachines: Sendable {
  // Used by one thread at a time.
  private struct Target: @unchecked Sendable {
    let reference: LLVMLibrary.Reference
  }

  private let machine: HostMachine
  private let llvm: LLVMLibrary
  private let idle = Mutex<[Target]>([])

  init(_ machine: HostMachine, _ llvm: LLVMLibrary) {
    self.machine = machine
    self.llvm = llvm
  }

  deinit {
    idle.withLock { targets in
      for target in targets { llvm.disposeMachine(target.reference) }
    }
  }

  /// Calls a function with a machine that no other thread uses until it returns.
  ///
  /// - Throws: `.codeGeneration` for a processor that LLVM does not know; what the function throws.
  package func use<Result>(
    _ body: (OpaquePointer) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    let target = if let kept = idle.withLock({ $0.popLast() }) { kept } else { try make() }
    defer { idle.withLock { $0.append(target) } }
    return try body(target.reference)
  }

  private func make() throws(Diagnostic) -> Target {
    var target: LLVMLibrary.Reference?
    var message: LLVMLibrary.Text?
    guard llvm.targetFromTriple(machine.triple, &target, &message) == 0, let target else {
      throw Diagnostic(
        .codeGeneration, "LLVM does not know this machine: \(llvm.take(message))")
    }
    // Optimisation for speed, position-independent, code that is run where it is made.
    let (speed, positionIndependent, inProcess): (Int32, Int32, Int32) = (2, 2, 1)
    guard
      let made = llvm.createMachine(
        target, machine.triple, machine.name, machine.features, speed, positionIndependent,
        inProcess)
    else {
      throw Diagnostic(
        .codeGeneration, "LLVM cannot generate code for \(machine.name) (\(machine.triple))")
    }
    return Target(reference: made)
  }
}
