import AdjointCodegen

/// One run of a generated piece of a nest on the buffers of a step: what all its threads share.
struct GeneratedRun {
  let piece: GeneratedNest.Piece
  let arena: UnsafeMutableRawPointer
  /// Byte offsets of the step's operands and results in the arena.
  let operands: UnsafePointer<Int>
  let results: UnsafePointer<Int>
  /// Where parts of folds leave their accumulators.
  let partials: UnsafeMutableRawPointer

  /// Less work than this, in nanoseconds, is not worth another thread.
  static let sharedCost = 12_000

  func run(threads: Int) {
    if threads > 1, piece.cost >= Self.sharedCost, piece.itemCount > 1 {
      withUnsafePointer(to: self) { run in
        ThreadPool.shared.run(
          itemCount: piece.itemCount, threads: threads,
          context: UnsafeMutableRawPointer(mutating: run)
        ) { context, _, from, to in
          context.assumingMemoryBound(to: GeneratedRun.self).pointee.run(from: from, to: to)
        }
      }
    } else {
      run(from: 0, to: piece.itemCount)
    }
    piece.join?(arena, operands, results, 0, 0, partials)
  }

  private func run(from: Int, to: Int) {
    piece.run(arena, operands, results, from, to, partials)
  }
}
