import AdjointCodegen
import AdjointCore
import AdjointKernels

/// The code that is generated for the kernels of a plan, human-readable.
package enum GeneratedCode {
  /// The code of every kernel, headed by its number and what it does, as LLVM IR or in the language of
  /// this processor.
  ///
  /// Each kernel is shown as a module of its own; several may be compiled together.
  ///
  /// - Throws: `.codeGeneration` where no code can be generated.
  package static func text(
    of verified: VerifiedPlan, for machine: MachineModel, isAssembly: Bool,
    on engine: ExecutionEngine
  ) throws(Diagnostic) -> String {
    let plan = verified.plan
    let compiler: KernelCompiler
    switch engine.compilers.compiler {
    case .success(let found): compiler = found
    case .failure(let absence):
      throw Diagnostic(
        absence.code, "\(absence.message); install LLVM 19, or name its library")
    }
    let host = compiler.generator.machine
    let comment =
      isAssembly ? (host.triple.hasPrefix("x86_64") ? "#" : "//") : ";"
    var text =
      "\(comment) \(host.triple), \(host.name), vectors of \(machine.vectorByteCount) bytes\n"
    let modules = compiler.texts(of: plan.kernels, for: machine.fixedPart)
    for (number, module) in modules.enumerated() {
      text += "\n"
      for (line, description) in KernelPrinter.lines(plan.kernels[number]).enumerated() {
        text += line == 0 ? "\(comment) k\(number) " : "\(comment)   "
        text += description + "\n"
      }
      if let module {
        text += isAssembly ? try assembly(of: module, with: compiler.generator) : module
      } else {
        text += "\(comment)   (no code is generated)\n"
      }
    }
    return text
  }

  private static func assembly(
    of module: String, with generator: CodeGenerator
  ) throws(Diagnostic) -> String {
    String(decoding: try generator.compile(module, to: .assembly), as: UTF8.self)
  }
}
