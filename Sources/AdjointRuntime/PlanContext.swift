import AdjointCodegen
import AdjointCore
import AdjointKernels

/// The memory of one run of a plan at a time: inputs, parameters, intermediate values and
/// outputs in one arena.
///
/// Make one for each concurrent use.
package final class PlanContext {
  package let loaded: LoadedPlan
  let arena: Arena
  let scratch: Arena
  let partials: Arena
  /// Which inputs have been written, by their number.
  private var isWritten: [Bool]
  private var missingCount: Int
  /// Whether the outputs are those of a run.
  private(set) var hasRun = false

  /// A context whose constants are in place and whose parameters are zero.
  ///
  /// - Throws: `.memoryLimit` where the system has not the memory.
  package init(_ loaded: LoadedPlan) throws(Diagnostic) {
    self.loaded = loaded
    let plan = loaded.plan
    let memory = loaded.memory
    arena = try Arena(byteCount: memory.arena +| memory.locals)
    scratch = try Arena(byteCount: memory.scratch)
    partials = try Arena(byteCount: memory.partials)
    isWritten = Array(repeating: false, count: plan.inputs.count)
    missingCount = plan.inputs.count
    for (buffer, tensor) in plan.constants { arena.store(tensor, at: plan.buffers[buffer].offset) }
  }

  /// Marks an input as written.
  func noteWrite(ofInput index: Int) {
    if isWritten[index] { return }
    isWritten[index] = true
    missingCount -= 1
  }

  /// Runs the plan once, on the inputs as they are.
  ///
  /// After the first call it allocates nothing.
  ///
  /// - Throws: `.missingInput` that lists the inputs which were never written.
  package func run() throws(Diagnostic) {
    try beginRun()
    if loaded.regions.count == 0 {
      return run(0..<loaded.steps.count, threads: loaded.threads)
    }
    for number in 0..<loaded.regions.count {
      let region = loaded.regions.base[number]
      if region.count == 1 {
        run(loaded.branches.base[region.lowerBound], threads: loaded.threads)
      } else {
        runTogether(region)
      }
    }
  }

  /// Notes that the outputs are those of a run.
  ///
  /// - Throws: `.missingInput` that lists the inputs which were never written.
  @inline(__always)
  func beginRun() throws(Diagnostic) {
    if missingCount > 0 { throw missingInputs() }
    hasRun = true
  }

  /// Runs branches at the same time, each on one thread.
  ///
  /// Not inlined: `run` takes tens of nanoseconds where there is nothing of this to do.
  @inline(never)
  private func runTogether(_ branches: Range<Int>) {
    withUnsafePointer(to: (Unmanaged.passUnretained(self), branches.lowerBound)) { job in
      loaded.engine.pool.run(
        itemCount: branches.count, threads: loaded.threads,
        context: UnsafeMutableRawPointer(mutating: job)
      ) { job, worker, from, to in
        let (context, first) = job.assumingMemoryBound(
          to: (Unmanaged<PlanContext>, Int).self
        ).pointee
        context._withUnsafeGuaranteedRef { context in
          for item in from..<to {
            context.run(
              context.loaded.branches.base[first + item], threads: 1, worker: worker)
          }
        }
      }
    }
  }

  /// Runs steps one after another, each on at most so many threads.
  ///
  /// - Parameter worker: The thread that runs them, where others run something else.
  private func run(_ steps: Range<Int>, threads: Int, worker: Int = 0) {
    let offsets = loaded.offsets.base
    let pieces = loaded.pieces.pieces.base
    let table = loaded.steps.base
    let memory = workMemory(of: worker)
    for number in steps {
      let step = table[number]
      for piece in step.pieces {
        run(
          pieces[piece], of: step, offsets + step.operands, offsets + step.results,
          threads: threads, memory, PlainSharing())
      }
    }
  }

  /// Where kernels keep what is not in the arena.
  struct WorkMemory {
    let scratch: UnsafeMutableRawPointer
    let partials: UnsafeMutableRawPointer
  }

  /// The work memory of a thread that runs steps while others run something else.
  @inline(__always)
  func workMemory(of worker: Int) -> WorkMemory {
    WorkMemory(
      scratch: scratch.base + worker * loaded.scratchByteCount,
      partials: partials.base + worker * loaded.partialByteCount)
  }

  /// Runs a piece of a step; its work items reach other threads as `sharing` has it.
  ///
  /// Which steps are shared is known when a plan is loaded: of a step that is not, a run asks one bit and nothing of
  /// its pieces.
  @inline(__always)
  func run(
    _ piece: PieceTable.Piece, of step: LoadedPlan.Step, _ operands: UnsafePointer<Int>,
    _ results: UnsafePointer<Int>, threads: Int, _ memory: WorkMemory, _ sharing: some WorkSharing
  ) {
    if step.isShared, threads > 1 {
      runShared(piece, operands, results, step.locality, threads: threads, memory, sharing)
    } else {
      runAlone(piece, operands, results, step.locality, memory)
    }
  }

  /// Runs a piece on the thread of the caller.
  @inline(__always)
  private func runAlone(
    _ piece: PieceTable.Piece, _ operands: UnsafePointer<Int>, _ results: UnsafePointer<Int>,
    _ locality: Locality, _ memory: WorkMemory
  ) {
    // Most pieces are, so that this is a branch that is foreseen and not a jump to one of seven places.
    if case .generated(let generated) = piece {
      generatedRun(of: generated, operands, results, memory).run()
    } else {
      runOther(piece, operands, results, locality, memory)
    }
  }

  @inline(__always)
  private func runOther(
    _ piece: PieceTable.Piece, _ operands: UnsafePointer<Int>, _ results: UnsafePointer<Int>,
    _ locality: Locality, _ memory: WorkMemory
  ) {
    let base = arena.base
    switch piece {
    case .generated(let generated):
      generatedRun(of: generated, operands, results, memory).run()
    case .addend(let byteCount):
      if operands[2] != results[0] {
        (base + results[0]).copyMemory(from: base + operands[2], byteCount: byteCount)
      }
    case .nest(let nest):
      run(nest, operands, results, threads: 1, memory, PlainSharing())
    case .contraction(let product):
      run(product, operands, results, locality, threads: 1, memory, PlainSharing())
    case .gather(let copy):
      copy.pointee.gather(base + operands[0], base + operands[1], into: base + results[0])
    case .scatterAdd(let copy):
      copy.pointee.scatterAdd(
        base + operands[0], base + operands[1], base + operands[2], into: base + results[0])
    case .fill(let fill): fill.pointee.run(into: base + results[fill.pointee.result])
    }
  }

  @inline(__always)
  private func generatedRun(
    of piece: UnsafePointer<GeneratedKernel.Piece>, _ operands: UnsafePointer<Int>,
    _ results: UnsafePointer<Int>, _ memory: WorkMemory
  ) -> GeneratedRun {
    GeneratedRun(
      piece: piece, arena: arena.base, operands: operands, results: results,
      partials: memory.partials, scratch: memory.scratch, scratchStride: loaded.scratchByteCount)
  }

  // Not inlined: to count references of an engine and its pool, and to keep registers for that, takes longer than a
  // short step.

  /// Runs a piece of a shared step, on several threads where it is one of those that are worth it, as
  /// `CompiledKernel.isShared` says.
  @inline(never)
  private func runShared(
    _ piece: PieceTable.Piece, _ operands: UnsafePointer<Int>, _ results: UnsafePointer<Int>,
    _ locality: Locality, threads: Int, _ memory: WorkMemory, _ sharing: some WorkSharing
  ) {
    switch piece {
    case .generated(let generated)
    where GeneratedRun.isShared(generated.pointee, locality, loaded.leastShared):
      generatedRun(of: generated, operands, results, memory)
        .run(threads: threads, on: loaded.engine.pool, sharing)
    case .nest(let nest) where NestRun.isShared(nest.pointee, locality, loaded.leastShared):
      run(nest, operands, results, threads: threads, memory, sharing)
    case .contraction(let product) where product.pointee.isShared(locality, loaded.leastShared):
      run(product, operands, results, locality, threads: threads, memory, sharing)
    case .generated, .nest, .contraction, .addend, .gather, .scatterAdd, .fill:
      runAlone(piece, operands, results, locality, memory)
    }
  }

  @inline(never)
  private func run(
    _ nest: UnsafePointer<CompiledNest>, _ operands: UnsafePointer<Int>,
    _ results: UnsafePointer<Int>, threads: Int, _ memory: WorkMemory, _ sharing: some WorkSharing
  ) {
    NestRun(
      nest: nest.pointee, arena: arena.base, operands: operands, results: results,
      scratch: memory.scratch, scratchStride: loaded.scratchByteCount, partials: memory.partials
    ).run(threads: threads, on: loaded.engine.pool, sharing)
  }

  @inline(never)
  private func run(
    _ product: UnsafePointer<CompiledContraction>, _ operands: UnsafePointer<Int>,
    _ results: UnsafePointer<Int>, _ locality: Locality, threads: Int, _ memory: WorkMemory,
    _ sharing: some WorkSharing
  ) {
    ContractionRun(
      product, arena: arena.base, operands, results, partials: memory.partials, locality
    ).run(threads: threads, on: loaded.engine.pool, sharing)
  }

  private func missingInputs() -> Diagnostic {
    let missing = loaded.inputs.indices.filter { !isWritten[$0] }.map { loaded.inputs[$0] }
    let names = missing.map(\.name).joined(separator: ", ")
    return Diagnostic(
      .missingInput,
      "\(missing.count == 1 ? "input" : "inputs") \(names) must be written before the first run",
      notes: missing.map { "\($0.name): \($0.type)" })
  }
}
