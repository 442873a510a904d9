import AdjointCore
import AdjointRuntime
import Testing

@Suite struct BackendTests {
  @Test(arguments: Backend.allCases)
  func passesOnWhatWorkGivesOrThrowsWhileTheCompilerOpens(_ backend: Backend) throws {
    let options = ExecutionOptions(backend: backend)
    #expect(
      try ExecutionEngine.tests.whileCompilerOpens(options) { () throws(Diagnostic) in 42 } == 42)
    let error = #expect(throws: Diagnostic.self) {
      try ExecutionEngine.tests.whileCompilerOpens(options) { () throws(Diagnostic) in
        throw Diagnostic(.memoryLimit, "too large")
      }
    }
    #expect(error?.message == "too large")
  }
}
