import AdjointCodegen
import AdjointCore
import Dispatch
import Foundation

/// What loop nests become.
public enum Backend: String, Hashable, Sendable, CaseIterable {
  /// Machine code for this processor, through LLVM; portable loops where there is no LLVM.
  case generated
  /// Loops that were compiled with the package and run on any processor.
  case portable

  /// The back end that `ADJOINT_BACKEND` names; generated code where it names none.
  ///
  /// - Throws: `.invalidArgument` that lists the back ends.
  package static func named(
    in environment: [String: String]
  ) throws(Diagnostic) -> Backend {
    guard let name = environment["ADJOINT_BACKEND"], !name.isEmpty else { return .generated }
    if let backend = Backend(rawValue: name) { return backend }
    let names = allCases.map(\.rawValue).joined(separator: " or ")
    throw Diagnostic(
      .invalidArgument, "ADJOINT_BACKEND is '\(name.excerpt)'; it can be \(names)")
  }

  /// The back end of this process where nothing else is asked for.
  static let standard: Result<Backend, Diagnostic> = Result { () throws(Diagnostic) in
    try named(in: ProcessInfo.processInfo.environment)
  }

  /// The compiler of this back end, if it has one and it can work.
  var compiler: KernelCompiler? {
    guard self == .generated else { return nil }
    if let compiler = KernelCompiler.shared { return compiler }
    Notice.give(
      Diagnostic(
        .codeGeneration,
        "\(CodeGenerator.absence ?? "no code can be generated"); kernels run in portable loops, which"
          + " is slower; install LLVM 19, name its library by ADJOINT_LLVM, or choose"
          + " ADJOINT_BACKEND=portable"))
    return nil
  }

  /// Opens the compiler of a back end, the process's own where none is named, while other work is done.
  ///
  /// It takes longer than to lower a small graph.
  package static func opening<Result>(
    _ chosen: Backend?, during work: () throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    let group = DispatchGroup()
    if chosen ?? (try? standard.get()) == .generated {
      _ = BLASLibrary.isPrepared
      DispatchQueue.global().async(group: group) { _ = KernelCompiler.shared }
    }
    // Nothing is left behind that a process might end in the middle of.
    defer { group.wait() }
    return try work()
  }
}
