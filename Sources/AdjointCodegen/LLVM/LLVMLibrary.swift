import AdjointCore
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The functions of the LLVM C interface that turn textual IR into machine code, from a shared
/// library that is opened when a graph is first compiled.
///
/// Nothing of LLVM is linked: a process without it still runs everything, with portable loops.
struct LLVMLibrary: Sendable {
  typealias Reference = OpaquePointer
  typealias Text = UnsafeMutablePointer<CChar>
  typealias Bool32 = Int32

  /// The version, such as `19.1.7`; of LLVM 15, which does not say more, `15`.
  let version: String

  // Memory buffers, contexts, modules.
  let createBuffer:
    @convention(c) @Sendable (UnsafePointer<CChar>, Int, UnsafePointer<CChar>) -> Reference?
  let disposeBuffer: @convention(c) @Sendable (Reference) -> Void
  let bufferStart: @convention(c) @Sendable (Reference) -> UnsafePointer<CChar>
  let bufferSize: @convention(c) @Sendable (Reference) -> Int
  let createContext: @convention(c) @Sendable () -> Reference?
  let disposeContext: @convention(c) @Sendable (Reference) -> Void
  let parse:
    @convention(c) @Sendable (
      Reference, Reference, UnsafeMutablePointer<Reference?>, UnsafeMutablePointer<Text?>
    ) -> Bool32
  let disposeModule: @convention(c) @Sendable (Reference) -> Void
  let disposeMessage: @convention(c) @Sendable (Text?) -> Void

  // Target machines and passes.
  let hostTriple: @convention(c) @Sendable () -> Text
  let hostName: @convention(c) @Sendable () -> Text
  let hostFeatures: @convention(c) @Sendable () -> Text
  let targetFromTriple:
    @convention(c) @Sendable (
      UnsafePointer<CChar>, UnsafeMutablePointer<Reference?>, UnsafeMutablePointer<Text?>
    ) -> Bool32
  let createMachine:
    @convention(c) @Sendable (
      Reference, UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>, Int32, Int32,
      Int32
    ) -> Reference?
  let disposeMachine: @convention(c) @Sendable (Reference) -> Void
  let emit:
    @convention(c) @Sendable (
      Reference, Reference, Int32, UnsafeMutablePointer<Text?>, UnsafeMutablePointer<Reference?>
    ) -> Bool32
  let createPassOptions: @convention(c) @Sendable () -> Reference?
  let disposePassOptions: @convention(c) @Sendable (Reference) -> Void
  let runPasses:
    @convention(c) @Sendable (Reference, UnsafePointer<CChar>, Reference?, Reference) -> Reference?
  let errorMessage: @convention(c) @Sendable (Reference) -> Text
  let disposeErrorMessage: @convention(c) @Sendable (Text) -> Void

  // The linker in the process.
  let createJIT:
    @convention(c) @Sendable (UnsafeMutablePointer<Reference?>, Reference?) -> Reference?
  let disposeJIT: @convention(c) @Sendable (Reference) -> Reference?
  let mainDylib: @convention(c) @Sendable (Reference) -> Reference
  let globalPrefix: @convention(c) @Sendable (Reference) -> CChar
  let addObject: @convention(c) @Sendable (Reference, Reference, Reference) -> Reference?
  let lookup:
    @convention(c) @Sendable (Reference, UnsafeMutablePointer<UInt64>, UnsafePointer<CChar>) ->
      Reference?
  let createProcessGenerator:
    @convention(c) @Sendable (
      UnsafeMutablePointer<Reference?>, CChar, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
    ) -> Reference?
  let addGenerator: @convention(c) @Sendable (Reference, Reference) -> Void

  /// The functions of a library that has been opened.
  struct Symbols {
    var handle: UnsafeMutableRawPointer

    func contains(_ name: String) -> Bool { dlsym(handle, "LLVM" + name) != nil }

    /// The function of that name, without the prefix that all have.
    func find<Function>(_ name: String) throws(Absence) -> Function {
      guard let symbol = dlsym(handle, "LLVM" + name) else {
        throw Absence(reason: "it has no function LLVM\(name)")
      }
      return unsafeBitCast(symbol, to: Function.self)
    }
  }

  init(_ version: String, _ symbols: Symbols) throws(Absence) {
    self.version = version
    createBuffer = try symbols.find("CreateMemoryBufferWithMemoryRangeCopy")
    disposeBuffer = try symbols.find("DisposeMemoryBuffer")
    bufferStart = try symbols.find("GetBufferStart")
    bufferSize = try symbols.find("GetBufferSize")
    createContext = try symbols.find("ContextCreate")
    disposeContext = try symbols.find("ContextDispose")
    parse = try symbols.find("ParseIRInContext")
    disposeModule = try symbols.find("DisposeModule")
    disposeMessage = try symbols.find("DisposeMessage")
    hostTriple = try symbols.find("GetDefaultTargetTriple")
    hostName = try symbols.find("GetHostCPUName")
    hostFeatures = try symbols.find("GetHostCPUFeatures")
    targetFromTriple = try symbols.find("GetTargetFromTriple")
    createMachine = try symbols.find("CreateTargetMachine")
    disposeMachine = try symbols.find("DisposeTargetMachine")
    emit = try symbols.find("TargetMachineEmitToMemoryBuffer")
    createPassOptions = try symbols.find("CreatePassBuilderOptions")
    disposePassOptions = try symbols.find("DisposePassBuilderOptions")
    runPasses = try symbols.find("RunPasses")
    errorMessage = try symbols.find("GetErrorMessage")
    disposeErrorMessage = try symbols.find("DisposeErrorMessage")
    createJIT = try symbols.find("OrcCreateLLJIT")
    disposeJIT = try symbols.find("OrcDisposeLLJIT")
    mainDylib = try symbols.find("OrcLLJITGetMainJITDylib")
    globalPrefix = try symbols.find("OrcLLJITGetGlobalPrefix")
    addObject = try symbols.find("OrcLLJITAddObjectFile")
    lookup = try symbols.find("OrcLLJITLookup")
    createProcessGenerator = try symbols.find(
      "OrcCreateDynamicLibrarySearchGeneratorForProcess")
    addGenerator = try symbols.find("OrcJITDylibAddGenerator")
  }

  /// The text of a C string that the library gave away.
  func take(_ text: Text?) -> String {
    defer { disposeMessage(text) }
    return text.map { String(cString: $0) } ?? ""
  }

  /// Throws what an error of the library says.
  func check(_ error: Reference?, _ doing: String) throws(Diagnostic) {
    guard let error else { return }
    let text = errorMessage(error)
    defer { disposeErrorMessage(text) }
    throw Diagnostic(.codeGeneration, "\(doing): \(String(cString: text))")
  }
}
