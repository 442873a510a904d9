import AdjointCore
import AdjointKernels
import Foundation
import Synchronization

/// Compiles loop nests for this process; each is compiled once while anything uses it.
package final class KernelCompiler: Sendable {
  /// The compiler of this process; nil where no code can be generated.
  package static let shared: KernelCompiler? = CodeGenerator.shared.map(KernelCompiler.init)

  package let generator: CodeGenerator
  private let known = Mutex<[LoopNest: WeakNest]>([:])

  private struct WeakNest: Sendable {
    weak var nest: GeneratedNest?
  }

  init(_ generator: CodeGenerator) { self.generator = generator }

  /// The machine code of those of the nests that have any.
  ///
  /// - Throws: `.codeGeneration` with what LLVM says.
  package func compile(_ nests: [LoopNest]) throws(Diagnostic) -> [LoopNest: GeneratedNest] {
    var compiled = known.withLock { known in
      var found: [LoopNest: GeneratedNest] = [:]
      for nest in nests { found[nest] = known[nest]?.nest }
      return found
    }
    var missing: [(nest: LoopNest, module: NestModule)] = []
    var seen: Set<LoopNest> = []
    for nest in nests where compiled[nest] == nil && seen.insert(nest).inserted {
      if let module = NestModule(nest, vectorByteCount: generator.machine.vectorByteCount) {
        missing.append((nest, module))
      }
    }
    if missing.isEmpty { return compiled }
    // Nests that differ only in how they are written have the same code.
    var modules: [NestModule] = []
    var texts: Set<String> = []
    for (_, module) in missing where texts.insert(module.text).inserted { modules.append(module) }
    let image = try CodeImage(
      try objects(of: modules), functions: modules.flatMap(\.functions), with: generator)
    for (nest, module) in missing { compiled[nest] = try GeneratedNest(module, image) }
    known.withLock { known in
      if known.count > 2 * compiled.count + 1000 {
        known = known.filter { $0.value.nest != nil }
      }
      for (nest, code) in compiled { known[nest] = WeakNest(nest: code) }
    }
    return compiled
  }

  /// The objects of modules, several compiled at once where there are processors.
  private func objects(of modules: [NestModule]) throws(Diagnostic) -> [[UInt8]] {
    let results = Mutex<[Int: Result<[UInt8], Diagnostic>]>([:])
    DispatchQueue.concurrentPerform(iterations: modules.count) { number in
      let result = Result { () throws(Diagnostic) in
        try generator.compile(modules[number].text, to: .object)
      }
      results.withLock { $0[number] = result }
    }
    let finished = results.withLock { $0 }
    var objects: [[UInt8]] = []
    for number in modules.indices {
      if let result = finished[number] { objects.append(try result.get()) }
    }
    return objects
  }
}
