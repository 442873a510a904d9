import AdjointCodegen
import AdjointCore
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
}
