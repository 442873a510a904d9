import AdjointRuntime
import Foundation
import Synchronization
import Testing

/// What a job of these tests works on.
private final class Job: @unchecked Sendable {
  /// How often each item was done; an item belongs to one thread at a time.
  let counts: UnsafeMutableBufferPointer<Int>
  /// Which workers had items.
  private let workers = Atomic<UInt64>(0)
  /// How many workers an item waits for, so that each has some.
  private let company: Int

  init(itemCount: Int, company: Int = 1) {
    counts = .allocate(capacity: itemCount)
    counts.initialize(repeating: 0)
    self.company = company
  }

  deinit { counts.deallocate() }

  var workerCount: Int { workers.load(ordering: .relaxed).nonzeroBitCount }

  func run(on pool: ThreadPool, threads: Int) {
    withUnsafePointer(to: Unmanaged.passUnretained(self)) { pointer in
      pool.run(
        itemCount: counts.count, threads: threads,
        context: UnsafeMutableRawPointer(mutating: pointer)
      ) { pointer, worker, from, to in
        let job = pointer.assumingMemoryBound(to: Unmanaged<Job>.self).pointee
        job._withUnsafeGuaranteedRef { job in
          for item in from..<to { job.counts[item] += 1 }
          job.workers.bitwiseOr(1 << UInt64(worker), ordering: .relaxed)
          // Until the others have come, or for long enough.
          for _ in 0..<20_000 where job.workerCount < job.company { usleep(100) }
        }
      }
    }
  }
}

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func eachItemIsDoneOnce(_ threads: Int) {
    let pool = ThreadPool()
    for itemCount in [1, 2, 7, 1000] {
      let job = Job(itemCount: itemCount)
      for _ in 0..<50 { job.run(on: pool, threads: threads) }
      #expect(Array(job.counts) == Array(repeating: 50, count: itemCount))
      #expect(job.workerCount <= threads)
    }
  }

  @Test func noJobHasMoreThreadsThanThePool() {
    let pool = ThreadPool(threads: 2)
    let job = Job(itemCount: 1000)
    for _ in 0..<50 { job.run(on: pool, threads: 8) }
    #expect(Array(job.counts) == Array(repeating: 50, count: 1000))
    #expect(job.workerCount <= 2)
    let alone = Job(itemCount: 10)
    alone.run(on: ThreadPool(threads: 1), threads: 8)
    #expect(Array(alone.counts) == Array(repeating: 1, count: 10))
    #expect(alone.workerCount == 1)
  }

  @Test func severalCallersShareAPool() async {
    let pool = ThreadPool()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let job = Job(itemCount: 100)
          for _ in 0..<200 { job.run(on: pool, threads: 3) }
          #expect(Array(job.counts) == Array(repeating: 200, count: 100))
        }
      }
    }
  }

  #if os(Linux)
    /// The threads of this process that pools have.
    private static func poolThreads() throws -> Set<String> {
      let folder = "/proc/self/task"
      return Set(
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { number in
          let name = try? String(contentsOfFile: "\(folder)/\(number)/comm", encoding: .utf8)
          return name?.hasPrefix("adjoint-test") == true
        })
    }

    @Test func threadsEndWithThePool() throws {
      #expect(try Self.poolThreads().isEmpty)
      do {
        let pool = ThreadPool(name: "adjoint-test")
        #expect(try Self.poolThreads().isEmpty, "threads are started when they are needed")
        let job = Job(itemCount: 30, company: 3)
        job.run(on: pool, threads: 3)
        #expect(job.workerCount == 3)
        #expect(try Self.poolThreads().count == 2)
      }
      // They have ended; the system may take a moment more to forget them.
      for _ in 0..<20_000 where try !Self.poolThreads().isEmpty { usleep(100) }
      #expect(try Self.poolThreads().isEmpty)
    }
  #endif
}
