import AdjointCodegen

/// One run of a generated piece of a kernel on the buffers of a step: what all its threads share.
struct GeneratedRun {
  let piece: UnsafePointer<GeneratedKernel.Piece>
  let arena: UnsafeMutableRawPointer
  /// Byte offsets of the step's operands and results in the arena.
  let operands: UnsafePointer<Int>
  let results: UnsafePointer<Int>
  /// Where partial reductions leave their accumulators.
  let partials: UnsafeMutableRawPointer
  /// Scratch memory of worker 0; that of the others follows at a fixed distance.
  let scratch: UnsafeMutableRawPointer
  let scratchStride: Int

  /// Whether several threads do a piece together.
  ///
  /// What takes no time worth it is not cut into items either.
  static func isShared(
    _ piece: GeneratedKernel.Piece, _ locality: Locality, _ least: LeastShared
  ) -> Bool {
    piece.itemCount > 1 && least.isReached(by: piece.cost, locality)
  }

  /// Runs it on several threads of a pool.
  func run(threads: Int, on pool: ThreadPool, _ sharing: some WorkSharing) {
    withUnsafePointer(to: self) { run in
      sharing.run(
        itemCount: piece.pointee.itemCount, threads: threads, on: pool,
        context: UnsafeMutableRawPointer(mutating: run)
      ) { context, worker, from, to in
        context.assumingMemoryBound(to: GeneratedRun.self).pointee.run(worker, from, to)
      }
    }
    piece.pointee.join?(arena, operands, results, 0, 0, partials)
  }

  /// Runs it on the thread of the caller.
  func run() {
    run(0, 0, piece.pointee.itemCount)
    piece.pointee.join?(arena, operands, results, 0, 0, partials)
  }

  private func run(_ worker: Int, _ from: Int, _ to: Int) {
    let memory = piece.pointee.scratchByteCount > 0 ? scratch + worker * scratchStride : partials
    piece.pointee.run(arena, operands, results, from, to, memory)
  }
}
