import Synchronization

/// The work items of a job, a queue for each thread, from which any thread may steal.
final class WorkQueues: @unchecked Sendable {
  /// The next item of a queue and its end, in a cache line that no other queue touches.
  private struct Queue: ~Copyable {
    let next = Atomic<Int>(0)
    var end = 0
    // Lines are fetched in pairs.
    private let padding = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  }

  private let queues: UnsafeMutablePointer<Queue>
  private let maximumThreads: Int

  // Written between jobs.
  private var count = 0

  init(maximumThreads: Int) {
    self.maximumThreads = maximumThreads
    queues = .allocate(capacity: maximumThreads)
    for number in 0..<maximumThreads { (queues + number).initialize(to: Queue()) }
  }

  deinit {
    queues.deinitialize(count: maximumThreads)
    queues.deallocate()
  }

  /// Gives each of so many threads neighbouring items.
  func distribute(_ itemCount: Int, among threads: Int) {
    count = min(threads, maximumThreads)
    for number in 0..<count {
      queues[number].next.store(itemCount * number / count, ordering: .relaxed)
      queues[number].end = itemCount * (number + 1) / count
    }
  }

  /// Does items until none is left: first a thread's own, then those of the threads after it.
  ///
  /// Half of what is left of a queue is taken at a time: few chunks, and small ones at the end.
  func drain(as worker: Int, _ work: (_ from: Int, _ to: Int) -> Void) {
    for distance in 0..<count {
      let queue = queues + (worker + distance) % count
      while true {
        let end = queue.pointee.end
        let chunk = (end - queue.pointee.next.load(ordering: .relaxed) + 1) / 2
        if chunk <= 0 { break }
        let from = queue.pointee.next.wrappingAdd(chunk, ordering: .relaxed).oldValue
        if from >= end { break }
        work(from, min(from + chunk, end))
      }
    }
  }
}
