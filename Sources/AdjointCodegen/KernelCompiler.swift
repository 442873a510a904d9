import AdjointCore
import AdjointKernels
import Synchronization

/// Compiles kernels; each is compiled once for plans of a scale while anything uses it.
package final class KernelCompiler: Sendable {
  package let generator: CodeGenerator
  private let cache: ObjectCache?
  private let emit: Emitter?
  private let notify: @Sendable (Diagnostic) -> Void
  private let known = Mutex<[TargetedKernel: WeakKernel]>([:])

  /// A kernel as plans of a scale for a machine have it.
  private struct TargetedKernel: Hashable, Sendable {
    var kernel: Kernel
    var scale: PlanScale
    var machine: MachineModel.FixedPart
  }

  private struct WeakKernel: Sendable {
    weak var kernel: GeneratedKernel?
  }

  /// Makes the object of a module.
  package typealias Emitter = @Sendable (_ module: String) throws(Diagnostic) -> [UInt8]

  /// A compiler that keeps its objects in a cache, if there is one.
  ///
  /// - Parameter emit: what makes the objects; nil for the generator.
  package init(
    _ generator: CodeGenerator, cache: ObjectCache? = nil, emit: Emitter? = nil,
    notify: @escaping @Sendable (Diagnostic) -> Void = { _ in }
  ) {
    self.generator = generator
    self.cache = cache
    self.emit = emit
    self.notify = notify
  }

  /// The machine code, for a machine's vectors and caches, of those of a plan's kernels that have any.
  ///
  /// Kernels that LLVM refuses have none; they cost a notice.
  package func compile(
    _ kernels: [Kernel], for machine: MachineModel.FixedPart
  ) -> [Kernel: GeneratedKernel] {
    let different = kernels.uniqued()
    let scale = PlanScale(kernelCount: different.count)
    var compiled = known.withLock { known in
      var found: [Kernel: GeneratedKernel] = [:]
      for kernel in different {
        found[kernel] =
          known[TargetedKernel(kernel: kernel, scale: scale, machine: machine)]?.kernel
      }
      return found
    }
    let missing = different.filter { compiled[$0] == nil }
    let target = KernelTarget(generator.machine, machine)
    let modules = concurrentMap(missing.count) {
      KernelModule(missing[$0], for: target, literals: scale.literalPlace)
    }
    guard let image = image(of: modules.compactMap { $0?.source }, scale) else { return compiled }
    for (kernel, module) in zip(missing, modules) {
      compiled[kernel] = module.flatMap { GeneratedKernel($0, image) }
    }
    known.withLock { known in
      if known.count > 2 * compiled.count + 1000 {
        known = known.filter { $0.value.kernel != nil }
      }
      for (kernel, code) in compiled {
        let key = TargetedKernel(kernel: kernel, scale: scale, machine: machine)
        known[key] = WeakKernel(kernel: code)
      }
    }
    return compiled
  }

  // MARK: Objects

  /// What a module has become, and what it is kept under.
  private struct CompiledObject: Sendable {
    var bytes: [UInt8]
    var functions: [String]
    var key: String
    var wasKept: Bool
  }

  /// The code of kernels without those that LLVM refuses; nil where there is none at all.
  private func image(of sources: [KernelSource], _ scale: PlanScale) -> CodeImage? {
    // Kernels that differ only in how they are described have the same code.
    var names: Set<String> = []
    let different = sources.filter { names.insert($0.functions.first ?? "").inserted }
    if different.isEmpty { return nil }
    let batches = KernelBatch.batches(of: different, in: scale)
    let found = objects(of: batches, looking: true)
    do {
      return try link(found)
    } catch {
      let kept = found.filter(\.wasKept)
      if !kept.isEmpty {
        // What was kept is whole, and yet no object that can be linked.
        for object in kept { cache?.discard(object.key) }
        if let image = try? link(objects(of: batches, looking: false)) { return image }
      }
      refuse(error)
      return nil
    }
  }

  private func link(_ objects: [CompiledObject]) throws(Diagnostic) -> CodeImage {
    try CodeImage(
      objects.map(\.bytes), functions: objects.flatMap(\.functions), with: generator)
  }

  /// The objects of batches; where LLVM refuses what several of them call, those of kernels that each have
  /// it to themselves.
  private func objects(of batches: [KernelBatch], looking: Bool) -> [CompiledObject] {
    func each(_ batches: [KernelBatch]) -> [[CompiledObject]] {
      concurrentMap(batches.count) { objects(of: batches[$0], looking: looking) }
    }
    let found = each(batches)
    let lacksCommon = zip(batches, found).contains { $0.isCommon && $1.isEmpty }
    if !lacksCommon { return found.flatMap { $0 } }
    return each(batches.filter { !$0.isCommon }.flatMap(\.singles)).flatMap { $0 }
  }

  /// The object of a batch; of a batch with a kernel that LLVM refuses, those of the other kernels.
  private func objects(of batch: KernelBatch, looking: Bool) -> [CompiledObject] {
    let text = batch.text
    let key = generator.key + text
    if looking, let bytes = cache?.object(for: key) {
      return [CompiledObject(bytes: bytes, functions: batch.functions, key: key, wasKept: true)]
    }
    do {
      let bytes = try object(of: text)
      cache?.store(bytes, for: key)
      return [CompiledObject(bytes: bytes, functions: batch.functions, key: key, wasKept: false)]
    } catch {
      if batch.sources.count > 1 {
        return batch.singles.flatMap { objects(of: $0, looking: looking) }
      }
      if !batch.isCommon { refuse(error) }
      return []
    }
  }

  private func object(of text: String) throws(Diagnostic) -> [UInt8] {
    if let emit { try emit(text) } else { try generator.compile(text, to: .object) }
  }

  private func refuse(_ reason: Diagnostic) {
    notify(
      Diagnostic(
        .codeGeneration, "\(reason.message); such kernels run in portable loops, which is slower"))
  }
}

extension Array where Element: Hashable {
  /// The elements, each where it first stands.
  fileprivate func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
