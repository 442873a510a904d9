/// How the work items of a step reach the threads of a pool.
///
/// A run is compiled once for each conforming type: the plain one is a call of the pool and nothing else, so that
/// whoever watches items costs nothing where nobody does.
protocol WorkSharing {
  /// Does items `0..<itemCount` on at most `threads` threads of a pool and returns when all are done.
  func run(
    itemCount: Int, threads: Int, on pool: ThreadPool, context: UnsafeMutableRawPointer,
    _ work: ThreadPool.Work)
}

/// Items that go to the pool as they are.
struct PlainSharing: WorkSharing {
  @inline(__always)
  func run(
    itemCount: Int, threads: Int, on pool: ThreadPool, context: UnsafeMutableRawPointer,
    _ work: ThreadPool.Work
  ) {
    pool.run(itemCount: itemCount, threads: threads, context: context, work)
  }
}
