import Foundation

/// Parked threads that share the work of one run at a time.
///
/// They are started when they are first needed, and end with the pool.
package final class ThreadPool: Sendable {
  /// Does the items of a range, on behalf of worker 0 (the caller) or a pool thread.
  ///
  /// A function without captures and a pointer, not a closure: starting a job allocates nothing.
  package typealias Work =
    @convention(c) (UnsafeMutableRawPointer, _ worker: Int, _ from: Int, _ to: Int)
    -> Void

  static let maximumThreads = 64

  /// What the threads share; they keep it, and not the pool.
  private let crew: ThreadCrew

  /// A pool for so many threads at most, callers included; more than there are processors would only wait
  /// for each other.
  ///
  /// - Parameter name: what the threads are called; systems keep 15 bytes.
  package init(threads: Int = maximumThreads, name: String = "adjoint") {
    crew = ThreadCrew(threads: min(threads, Self.maximumThreads), name: name)
  }

  deinit { crew.end() }

  /// Does items `0..<itemCount` on at most `threads` threads and returns when all are done.
  package func run(
    itemCount: Int, threads: Int, context: UnsafeMutableRawPointer, _ work: Work
  ) {
    crew.run(itemCount: itemCount, threads: threads, context: context, work)
  }
}
