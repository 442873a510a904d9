import AdjointCore

/// Machine code in memory, ready to be called; it is freed with the last reference.
package final class CodeImage: @unchecked Sendable {
  // Set once in `init`; LLJIT is called only there and at the end.
  private let llvm: LLVMLibrary
  private let linker: LLVMLibrary.Reference
  private let addresses: [String: UInt]

  /// Links objects together with the mathematical functions of this process, and looks up functions.
  ///
  /// - Throws: `.codeGeneration` for an object that is not one, or a name that no object defines.
  package init(
    _ objects: [[UInt8]], functions: [String], with generator: CodeGenerator
  ) throws(Diagnostic) {
    llvm = generator.llvm
    var made: LLVMLibrary.Reference?
    try llvm.check(llvm.createJIT(&made, nil), "LLVM could not start its linker")
    guard let made else { throw Diagnostic(.codeGeneration, "LLVM gave no linker") }
    do {
      addresses = try Self.link(objects, functions, made, llvm)
    } catch {
      _ = llvm.disposeJIT(made)
      throw error
    }
    linker = made
  }

  deinit { _ = llvm.disposeJIT(linker) }

  private static func link(
    _ objects: [[UInt8]], _ functions: [String], _ linker: LLVMLibrary.Reference,
    _ llvm: LLVMLibrary
  ) throws(Diagnostic) -> [String: UInt] {
    let dylib = llvm.mainDylib(linker)
    var process: LLVMLibrary.Reference?
    try llvm.check(
      llvm.createProcessGenerator(&process, llvm.globalPrefix(linker), nil, nil),
      "LLVM could not look into this process")
    if let process { llvm.addGenerator(dylib, process) }
    for object in objects {
      let buffer = object.withUnsafeBytes { bytes in
        bytes.withMemoryRebound(to: CChar.self) { characters in
          characters.baseAddress.flatMap { llvm.createBuffer($0, characters.count, "object") }
        }
      }
      guard let buffer else { throw Diagnostic(.codeGeneration, "an object is empty") }
      try llvm.check(llvm.addObject(linker, dylib, buffer), "LLVM refuses an object")
    }
    var addresses: [String: UInt] = [:]
    for function in functions {
      var address: UInt64 = 0
      try llvm.check(
        llvm.lookup(linker, &address, function), "generated code lacks \(function)")
      addresses[function] = UInt(address)
    }
    return addresses
  }

  /// The address of one of the functions that were looked up.
  package func address(of function: String) -> UInt? { addresses[function] }
}
