import Foundation
import Synchronization

/// The threads of a pool and what they share.
///
/// Each thread begins with its own queue of a job's work items, so that step after step it finds the same
/// data in its own cache, and then takes what others have not begun. The pool serves one job at a
/// time; a caller that finds it busy does its work alone, so that no run waits for another. So does one that
/// finds other programs on the processors: see `Company`.
final class ThreadCrew: @unchecked Sendable {
  private let isTaken = Atomic<Bool>(false)
  private let isOpen = Atomic<Bool>(false)
  private let isEnded = Atomic<Bool>(false)
  /// A bit for each thread that may be at work.
  private let inside = Atomic<UInt64>(0)
  /// Whether the caller sleeps until none is.
  private let isCallerAsleep = Atomic<Bool>(false)
  /// Whether a thread that looked for work found that others wanted its processor.
  private let hasMetCompany = Atomic<Bool>(false)
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

  // Used by the caller that has taken the pool.
  private var company = Company()
  private let mostThreads: Int
  private let name: String

  init(threads: Int, name: String) {
    mostThreads = threads
    queues = WorkQueues(maximumThreads: max(threads, 1))
    self.name = name
  }

  /// How long a thread looks for news before it sleeps, in nanoseconds: waking it takes some fifty
  /// microseconds, so it stays awake through a step's small kernels and from one step to the next.
  private static let patience = 500_000
  /// After how long it lets others have its processor between looks.
  private static let politeness = 30_000
  /// One that got its processor back no sooner has company.
  private static let absence = 100_000
  /// How often it looks before it looks at the clock.
  private static let looks = 256
  /// For how long a caller watches what becomes of a thread that it waits for.
  private static let watch = 50_000

  /// Does items `0..<itemCount` on at most `threads` threads and returns when all are done.
  func run(
    itemCount: Int, threads: Int, context: UnsafeMutableRawPointer, _ work: ThreadPool.Work
  ) {
    let threads = min(threads, mostThreads)
    guard threads > 1, itemCount > 1, take() else {
      work(context, 0, 0, itemCount)
      return
    }
    if hasCompany() {
      isTaken.store(false, ordering: .releasing)
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
    waitForOthers()
    isTaken.store(false, ordering: .releasing)
  }

  /// Whether the job is for its caller alone.
  private func hasCompany() -> Bool {
    if hasMetCompany.load(ordering: .relaxed) {
      hasMetCompany.store(false, ordering: .relaxed)
      company.arrive()
    }
    return company.isPresent()
  }

  /// Returns when no thread is at work.
  private func waitForOthers() {
    for _ in 0..<8 * Self.looks where inside.load(ordering: .sequentiallyConsistent) == 0 { return }
    var start = ThreadClock.now
    var (worker, used) = timeOfOneAtWork()
    while true {
      for _ in 0..<Self.looks where inside.load(ordering: .sequentiallyConsistent) == 0 { return }
      let now = ThreadClock.now
      if now - start < Self.watch { continue }
      let (other, later) = timeOfOneAtWork()
      // A thread that has its processor is worth waiting for awake.
      if worker == other, let used, let later, later - used < (now - start) / 2 {
        company.arrive()
        return sleepUntilOthersAreDone()
      }
      (start, worker, used) = (now, other, later)
    }
  }

  /// The first thread at work, and the processor time that it has had.
  private func timeOfOneAtWork() -> (worker: Int, time: Int?) {
    let worker = inside.load(ordering: .relaxed).trailingZeroBitCount
    return (worker, worker <= threads.count ? threads[worker - 1].processorTime : nil)
  }

  private func sleepUntilOthersAreDone() {
    parking.lock()
    isCallerAsleep.store(true, ordering: .sequentiallyConsistent)
    while inside.load(ordering: .sequentiallyConsistent) != 0 { parking.wait() }
    isCallerAsleep.store(false, ordering: .relaxed)
    parking.unlock()
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
      let bit = UInt64(1) << UInt64(worker)
      inside.bitwiseOr(bit, ordering: .sequentiallyConsistent)
      if isOpen.load(ordering: .sequentiallyConsistent), worker < participants, let work,
        let context
      {
        queues.drain(as: worker) { work(context, worker, $0, $1) }
      }
      inside.bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
      if isCallerAsleep.load(ordering: .sequentiallyConsistent) {
        parking.lock()
        parking.broadcast()
        parking.unlock()
      }
    }
  }

  private func waitForJob(after seen: Int) -> Int {
    let start = ThreadClock.now
    var now = start
    repeat {
      for _ in 0..<Self.looks {
        let current = generation.load(ordering: .acquiring)
        if current != seen { return current }
      }
      now = ThreadClock.now
      if now - start > Self.politeness {
        sched_yield()
        let back = ThreadClock.now
        if back - now > Self.absence {
          hasMetCompany.store(true, ordering: .relaxed)
          break
        }
      }
    } while now - start < Self.patience
    return sleepUntilJob(after: seen)
  }

  private func sleepUntilJob(after seen: Int) -> Int {
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
