import Foundation
import Synchronization

/// The threads of a pool and what they share.
///
/// Each thread begins with its own queue of a job's work items, so that step after step it finds the same
/// data in its own cache, and then takes what others have not begun. The pool serves one job at a
/// time; a caller that finds it busy does its work alone, so that no run waits for another.
final class ThreadCrew: @unchecked Sendable {
  private let isTaken = Atomic<Bool>(false)
  private let isOpen = Atomic<Bool>(false)
  private let isEnded = Atomic<Bool>(false)
  private let inside = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let queues: WorkQueues
  private let parking = NSCondition()

  // Written by the caller that has taken the pool while it is closed, read while it is open.
  private var work: ThreadPool.Work?
  private var context: UnsafeMutableRawPointer?
  private var participants = 1
  private var threads: [PoolThread] = []
  /// The process in which they were started: one that was forked from it has none of them.
  private var process: pid_t = 0

  private let name: String

  init(maximumThreads: Int, name: String) {
    queues = WorkQueues(maximumThreads: maximumThreads)
    self.name = name
  }

  /// How long a thread looks for news before it sleeps: waking it takes some fifty microseconds, so it
  /// stays awake through a step's small kernels and from one step to the next.
  private static let patience = Duration.microseconds(500)
  /// How often it looks before it looks at the clock.
  private static let looks = 256

  /// Does items `0..<itemCount` on at most `threads` threads and returns when all are done.
  func run(
    itemCount: Int, threads: Int, context: UnsafeMutableRawPointer, _ work: ThreadPool.Work
  ) {
    guard threads > 1, itemCount > 1, take() else {
      work(context, 0, 0, itemCount)
      return
    }
    startThreads(upTo: threads)
    self.work = work
    self.context = context
    participants = threads
    queues.distribute(itemCount, among: threads)
    isOpen.store(true, ordering: .sequentiallyConsistent)
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      parking.lock()
      parking.broadcast()
      parking.unlock()
    }
    queues.drain(as: 0) { work(context, 0, $0, $1) }
    isOpen.store(false, ordering: .sequentiallyConsistent)
    var looks = 0
    while inside.load(ordering: .sequentiallyConsistent) != 0 {
      looks += 1
      if looks > 16 * Self.looks { sched_yield() }
    }
    isTaken.store(false, ordering: .releasing)
  }

  private func take() -> Bool {
    isTaken.compareExchange(
      expected: false, desired: true, ordering: .acquiringAndReleasing
    ).exchanged
  }

  private func startThreads(upTo count: Int) {
    while threads.count + 1 < count {
      let (worker, seen) = (threads.count + 1, generation.load(ordering: .relaxed))
      guard let thread = PoolThread.start(name, { self.serve(worker: worker, from: seen) }) else {
        return
      }
      threads.append(thread)
      process = getpid()
    }
  }

  /// Ends the threads, and returns when they have ended; no job runs, and none will.
  func end() {
    guard !threads.isEmpty, process == getpid() else { return }
    isEnded.store(true, ordering: .sequentiallyConsistent)
    generation.add(1, ordering: .sequentiallyConsistent)
    parking.lock()
    parking.broadcast()
    parking.unlock()
    for thread in threads { PoolThread.join(thread) }
  }

  /// The life of a pool thread.
  private func serve(worker: Int, from start: Int) {
    var seen = start
    while true {
      seen = waitForJob(after: seen)
      if isEnded.load(ordering: .sequentiallyConsistent) { return }
      // Announce first, then look: the caller closes the job first, then waits for announcements.
      inside.add(1, ordering: .sequentiallyConsistent)
      if isOpen.load(ordering: .sequentiallyConsistent), worker < participants, let work,
        let context
      {
        queues.drain(as: worker) { work(context, worker, $0, $1) }
      }
      inside.subtract(1, ordering: .sequentiallyConsistent)
    }
  }

  private func waitForJob(after seen: Int) -> Int {
    let end = ContinuousClock.now + Self.patience
    repeat {
      for _ in 0..<Self.looks {
        let now = generation.load(ordering: .acquiring)
        if now != seen { return now }
      }
    } while ContinuousClock.now < end
    parking.lock()
    sleepers.add(1, ordering: .sequentiallyConsistent)
    var now = generation.load(ordering: .sequentiallyConsistent)
    while now == seen {
      parking.wait()
      now = generation.load(ordering: .sequentiallyConsistent)
    }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    parking.unlock()
    return now
  }
}
