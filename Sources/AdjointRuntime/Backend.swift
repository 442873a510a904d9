import AdjointCodegen
import Foundation

/// What loop nests become.
package enum Backend: String, Hashable, Sendable, CaseIterable {
  /// Machine code for this processor, through LLVM.
  case generated
  /// Loops that were compiled with the package and run on any processor.
  case portable

  /// What the environment variable `ADJOINT_BACKEND` names, else generated code where it can be made.
  package static let standard: Backend = {
    let named = ProcessInfo.processInfo.environment["ADJOINT_BACKEND"].flatMap(Backend.init)
    return named ?? (KernelCompiler.shared == nil ? .portable : .generated)
  }()

  /// The compiler of this back end, if it has one and it can work.
  var compiler: KernelCompiler? { self == .generated ? KernelCompiler.shared : nil }
}
