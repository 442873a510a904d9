import Adjoint
import Foundation

/// Makes `Engine.shared` what the environment of the tests asks for: `ADJOINT_BACKEND`, `ADJOINT_LLVM`, and no
/// kernel cache.
///
/// It is called before anything else in the process: see TestEnvironment.c.
@_cdecl("adjoint_prepare_shared_engine")
func prepareSharedEngine() {
  let environment = ProcessInfo.processInfo.environment
  var options = Engine.Options(
    backend: environment["ADJOINT_BACKEND"].flatMap(Backend.init) ?? .generated,
    cacheFolder: nil, llvmLibrary: TestLibrary.path)
  options.oversubscribes = true
  Engine.prepareShared(options)
}
