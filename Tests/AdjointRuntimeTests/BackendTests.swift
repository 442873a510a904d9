import AdjointCore
import AdjointRuntime
import Testing

@Suite struct BackendTests {
  @Test func isNamedByTheEnvironment() throws {
    #expect(try Backend.named(in: [:]) == .generated)
    #expect(try Backend.named(in: ["ADJOINT_BACKEND": ""]) == .generated)
    #expect(try Backend.named(in: ["ADJOINT_BACKEND": "generated"]) == .generated)
    #expect(try Backend.named(in: ["ADJOINT_BACKEND": "portable"]) == .portable)
  }

  @Test(arguments: ["fast", "Portable", " portable", "\u{1b}[31m"])
  func listsTheTwoWhereTheNameIsAnother(_ name: String) {
    let error = #expect(throws: Diagnostic.self) {
      try Backend.named(in: ["ADJOINT_BACKEND": name])
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("generated or portable") == true)
  }

  @Test(arguments: Backend.allCases)
  func passesOnWhatWorkGivesOrThrowsWhileTheCompilerOpens(_ backend: Backend) throws {
    let options = ExecutionOptions(backend: backend)
    #expect(try options.whileCompilerOpens { () throws(Diagnostic) in 42 } == 42)
    let error = #expect(throws: Diagnostic.self) {
      try options.whileCompilerOpens { () throws(Diagnostic) in
        throw Diagnostic(.memoryLimit, "too large")
      }
    }
    #expect(error?.message == "too large")
  }
}
