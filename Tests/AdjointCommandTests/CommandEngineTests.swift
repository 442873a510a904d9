import Adjoint
import AdjointCommand
import Foundation
import Testing

@Suite("The environment of the command")
struct CommandEngineTests {
  private func options(_ environment: [String: String]) throws -> Engine.Options {
    try CommandEngine.options(in: environment)
  }

  @Test("names the back end")
  func backend() throws {
    #expect(try options([:]).backend == .generated)
    #expect(try options(["ADJOINT_BACKEND": ""]).backend == .generated)
    #expect(try options(["ADJOINT_BACKEND": "generated"]).backend == .generated)
    #expect(try options(["ADJOINT_BACKEND": "portable"]).backend == .portable)
  }

  @Test(
    "gets the list of back ends for another name", arguments: ["fast", "Portable", " portable"])
  func otherBackend(_ name: String) {
    let error = #expect(throws: Diagnostic.self) { try options(["ADJOINT_BACKEND": name]) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("generated or portable") == true)
  }

  @Test("names the library of LLVM")
  func library() throws {
    #expect(try options([:]).llvmLibrary == nil)
    #expect(try options(["ADJOINT_LLVM": ""]).llvmLibrary == nil)
    #expect(try options(["ADJOINT_LLVM": "/a/libLLVM.so"]).llvmLibrary == "/a/libLLVM.so")
  }

  @Test("names the folder of the cache")
  func cache() throws {
    #expect(try options(["ADJOINT_CACHE": "off"]).cacheFolder == nil)
    #expect(try options(["ADJOINT_CACHE": "/a/b"]).cacheFolder == "/a/b")
    #expect(
      try options(["ADJOINT_CACHE": "", "XDG_CACHE_HOME": "/c"]).cacheFolder == "/c/adjoint")
    #expect(try options(["ADJOINT_CACHE": "/a", "XDG_CACHE_HOME": "/c"]).cacheFolder == "/a")
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    // A relative path in XDG_CACHE_HOME counts as none.
    for environment in [[:], ["XDG_CACHE_HOME": ""], ["XDG_CACHE_HOME": "relative"]] {
      #expect(try options(environment).cacheFolder == home + "/.cache/adjoint")
    }
  }
}
