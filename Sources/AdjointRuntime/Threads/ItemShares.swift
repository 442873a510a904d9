import Synchronization

/// The items of a job, a share for each thread, from which any thread may take.
final class ItemShares: @unchecked Sendable {
  /// The next item of a share and its end, in a cache line that no other share touches.
  private struct Share: ~Copyable {
    let next = Atomic<Int>(0)
    var end = 0
    // Lines are fetched in pairs.
    private let padding = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  }

  private let shares: UnsafeMutablePointer<Share>
  private let maximumThreads: Int

  // Written between jobs.
  private var count = 0

  init(maximumThreads: Int) {
    self.maximumThreads = maximumThreads
    shares = .allocate(capacity: maximumThreads)
    for number in 0..<maximumThreads { (shares + number).initialize(to: Share()) }
  }

  deinit {
    shares.deinitialize(count: maximumThreads)
    shares.deallocate()
  }

  /// Gives each of so many threads neighbouring items.
  func divide(_ itemCount: Int, among threads: Int) {
    count = min(threads, maximumThreads)
    for number in 0..<count {
      shares[number].next.store(itemCount * number / count, ordering: .relaxed)
      shares[number].end = itemCount * (number + 1) / count
    }
  }

  /// Does items until none is left: first a thread's own, then those of the threads after it.
  ///
  /// Half of what is left of a share is taken at a time: few portions, and small ones at the end.
  func take(as worker: Int, _ work: (_ from: Int, _ to: Int) -> Void) {
    for distance in 0..<count {
      let share = shares + (worker + distance) % count
      while true {
        let end = share.pointee.end
        let portion = (end - share.pointee.next.load(ordering: .relaxed) + 1) / 2
        if portion <= 0 { break }
        let from = share.pointee.next.wrappingAdd(portion, ordering: .relaxed).oldValue
        if from >= end { break }
        work(from, min(from + portion, end))
      }
    }
  }
}
