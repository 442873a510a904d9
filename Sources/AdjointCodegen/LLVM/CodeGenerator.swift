import AdjointCore

extension Diagnostic.Code {
  /// A kernel could not be turned into machine code.
  package static let codeGeneration = Self("code-generation")
}

/// Turns modules of textual LLVM IR into machine code.
package struct CodeGenerator: Sendable {
  /// What a module becomes.
  package enum Form: Int32, Sendable {
    case assembly = 0
    case object = 1
  }

  let llvm: LLVMLibrary
  /// The processor that code is for, this one or another.
  package let machine: HostMachine
  package let targets: TargetMachines

  init(_ llvm: LLVMLibrary, for machine: HostMachine) {
    self.llvm = llvm
    self.machine = machine
    targets = TargetMachines(machine, llvm)
  }

  /// A generator for this machine by the library at a path, or by the best known that is found; or why there
  /// is none.
  package static func forThisMachine(library: String?) -> Result<CodeGenerator, Diagnostic> {
    LLVMLibrary.opened(library)
      .map { CodeGenerator($0, for: HostMachine($0)) }
      .mapError { Diagnostic(.codeGeneration, $0.reason) }
  }

  /// The version of the library.
  package var version: String { llvm.version }

  /// A generator for another processor.
  package func targeting(name: String, features: String) -> CodeGenerator {
    var machine = machine
    machine.name = name
    machine.features = features
    return CodeGenerator(llvm, for: machine)
  }

  /// All that the object of a module depends on beside its text: what kept objects are keyed by.
  var key: String {
    """
    LLVM \(version), \(machine.triple), \(machine.name)
    \(machine.features)
    \(passes)

    """
  }

  /// What LLVM does to a module: the text has its vectors already, so little is left to do.
  ///
  /// From version 18 on `instcombine` runs once, and ends the process where a second time would have
  /// found more to do, unless it is told not to look.
  private var passes: String {
    let major = version.split(separator: ".").first.flatMap { Int($0) } ?? 0
    let combine = major < 18 ? "instcombine" : "instcombine<no-verify-fixpoint>"
    return "always-inline,function(sroa,early-cse,\(combine),simplifycfg,loop-mssa(licm)),globaldce"
  }

  /// Compiles a module.
  ///
  /// - Throws: `.codeGeneration` with what LLVM says.
  package func compile(_ module: String, to form: Form) throws(Diagnostic) -> [UInt8] {
    guard let context = llvm.createContext() else {
      throw Diagnostic(.codeGeneration, "LLVM could not make a context")
    }
    defer { llvm.disposeContext(context) }
    let parsed = try parse(module, in: context)
    defer { llvm.disposeModule(parsed) }
    return try targets.use { target throws(Diagnostic) in
      try optimize(parsed, for: target)
      return try emit(parsed, as: form, for: target)
    }
  }

  private func optimize(
    _ module: LLVMLibrary.Reference, for target: LLVMLibrary.Reference
  ) throws(Diagnostic) {
    guard let options = llvm.createPassOptions() else { return }
    defer { llvm.disposePassOptions(options) }
    try llvm.check(llvm.runPasses(module, passes, target, options), "LLVM could not run its passes")
  }

  private func emit(
    _ module: LLVMLibrary.Reference, as form: Form, for target: LLVMLibrary.Reference
  ) throws(Diagnostic) -> [UInt8] {
    var message: LLVMLibrary.Text?
    var buffer: LLVMLibrary.Reference?
    guard llvm.emit(target, module, form.rawValue, &message, &buffer) == 0, let buffer else {
      throw Diagnostic(
        .codeGeneration, "LLVM could not generate code: \(llvm.take(message))")
    }
    defer { llvm.disposeBuffer(buffer) }
    let start = UnsafeRawPointer(llvm.bufferStart(buffer))
    return Array(UnsafeRawBufferPointer(start: start, count: llvm.bufferSize(buffer)))
  }

  private func parse(
    _ module: String, in context: LLVMLibrary.Reference
  ) throws(Diagnostic) -> LLVMLibrary.Reference {
    var text = module
    let buffer = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.flatMap { llvm.createBuffer($0, characters.count, "kernels") }
      }
    }
    var message: LLVMLibrary.Text?
    var parsed: LLVMLibrary.Reference?
    guard let buffer, llvm.parse(context, buffer, &parsed, &message) == 0, let parsed else {
      throw Diagnostic(
        .codeGeneration, "LLVM refuses generated code: \(llvm.take(message))")
    }
    return parsed
  }
}
