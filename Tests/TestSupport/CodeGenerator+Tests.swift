import AdjointCodegen
import Foundation

extension CodeGenerator {
  /// The generator that `ADJOINT_LLVM` names, else by the library that is found; nil where there is none.
  package static let installed: CodeGenerator? = try? forThisMachine(library: TestLibrary.path)
    .get()
}

/// The library of LLVM for tests.
package enum TestLibrary {
  package static let path: String? = {
    let named = ProcessInfo.processInfo.environment["ADJOINT_LLVM"] ?? ""
    return named.isEmpty ? nil : named
  }()

  /// Whether code can be generated.
  package static let isUsable = CodeGenerator.installed != nil
}
