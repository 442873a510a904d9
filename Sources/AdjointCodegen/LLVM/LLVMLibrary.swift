import AdjointCore
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The functions of the LLVM C interface that turn textual IR into machine code, from a shared
/// library that is opened when kernels are first compiled.
///
/// Nothing of LLVM is linked: a process without it still runs everything, with portable loops.
struct LLVMLibrary: Sendable {
  typealias Reference = OpaquePointer
  typealias Text = UnsafeMutablePointer<CChar>
  typealias Bool32 = Int32

  /// Major versions that are tried, the best known first.
  static let versions = [19, 20, 21, 22, 18, 17, 16, 15]

  let version: Int

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

  /// Why there is no library, where there is none.
  struct Absence: Error {
    var reason: String
  }

  /// The library of this process, opened once.
  static let shared: Result<LLVMLibrary, Absence> = open()

  private static func open() -> Result<LLVMLibrary, Absence> {
    var found: [String] = []
    for version in versions {
      for name in names(version) {
        guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
        switch load(version, handle) {
        case .success(let library): return .success(library)
        case .failure(let absence): found.append("\(name): \(absence.reason)")
        }
        dlclose(handle)
      }
    }
    let reason =
      found.isEmpty
      ? "no libLLVM of a version from 15 to 22 was found" : found.joined(separator: "; ")
    return .failure(Absence(reason: reason))
  }

  private static func names(_ version: Int) -> [String] {
    #if os(Linux)
      version >= 19
        ? ["libLLVM.so.\(version).1", "libLLVM-\(version).so"]
        : ["libLLVM-\(version).so.1", "libLLVM-\(version).so"]
    #else
      ["/opt/homebrew/opt/llvm@\(version)/lib/libLLVM.dylib"]
    #endif
  }

  private static func load(
    _ version: Int, _ handle: UnsafeMutableRawPointer
  ) -> Result<LLVMLibrary, Absence> {
    do {
      let symbols = Symbols(handle: handle)
      try initializeTarget(symbols)
      return .success(try LLVMLibrary(version, symbols))
    } catch let absence {
      return .failure(absence)
    }
  }

  /// Makes the target of this processor known to the library.
  private static func initializeTarget(_ symbols: Symbols) throws(Absence) {
    #if arch(x86_64)
      let target = "X86"
    #else
      let target = "AArch64"
    #endif
    for part in ["TargetInfo", "Target", "TargetMC", "AsmPrinter"] {
      let initialize: @convention(c) () -> Void = try symbols.find("Initialize\(target)\(part)")
      initialize()
    }
  }

  private struct Symbols {
    var handle: UnsafeMutableRawPointer

    /// The function of that name, without the prefix that all have.
    func find<Function>(_ name: String) throws(Absence) -> Function {
      guard let symbol = dlsym(handle, "LLVM" + name) else {
        throw Absence(reason: "it has no function LLVM\(name)")
      }
      return unsafeBitCast(symbol, to: Function.self)
    }
  }

  private init(_ version: Int, _ symbols: Symbols) throws(Absence) {
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
