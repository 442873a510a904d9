import AdjointKernels

/// Something that a thread did during a run, in nanoseconds since the run began.
package struct RunSpan: Hashable, Sendable {
  /// The plan's step.
  package var step: PlanStepNumber
  /// The piece of the step's kernel whose work items they are, in order from 0; nil for a step as a whole.
  package var piece: Int?
  /// The work items of the piece; empty for a step as a whole.
  package var items: Range<Int>
  /// The thread; 0 is the caller.
  package var worker: Int
  package var start: Int
  package var end: Int

  package var duration: Int { end - start }

  package init(
    step: PlanStepNumber, piece: Int?, items: Range<Int>, worker: Int, start: Int, end: Int
  ) {
    self.step = step
    self.piece = piece
    self.items = items
    self.worker = worker
    self.start = start
    self.end = end
  }
}

/// What the threads of a run did when.
///
/// Each thread writes down its own, so that none waits for another; a recorder that has seen a run like the next one
/// allocates nothing in it.
package final class RunRecorder: @unchecked Sendable {
  /// What one thread wrote down, in cache lines that no other thread touches.
  private struct Lane {
    var spans: [RunSpan] = []
    // Lines are fetched in pairs.
    private let padding = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  }

  private let lanes: UnsafeMutablePointer<Lane>
  private let count: Int
  private var origin = 0
  private var end = 0

  /// A recorder for runs on so many threads.
  init(threads: Int) {
    count = threads
    lanes = .allocate(capacity: threads)
    lanes.initialize(repeating: Lane(), count: threads)
  }

  deinit {
    lanes.deinitialize(count: count)
    lanes.deallocate()
  }

  /// Forgets the run before, and begins to count time.
  func beginRun() {
    for lane in 0..<count { lanes[lane].spans.removeAll(keepingCapacity: true) }
    origin = ThreadClock.now
  }

  func endRun() { end = ThreadClock.now }

  /// Notes what a thread did between two times of the clock.
  func note(
    step: PlanStepNumber, piece: Int?, items: Range<Int>, worker: Int, from start: Int, to end: Int
  ) {
    lanes[worker].spans.append(
      RunSpan(
        step: step, piece: piece, items: items, worker: worker, start: start - origin,
        end: end - origin))
  }

  /// The nanoseconds of the last run.
  package var duration: Int { end - origin }

  /// What was done in the last run, thread by thread; of each thread in the order in which it ended.
  package var spans: [RunSpan] { (0..<count).flatMap { lanes[$0].spans } }
}

/// Items that are noted one chunk after another, each with the thread that did it.
struct RecordedSharing: WorkSharing {
  let recorder: RunRecorder
  let step: PlanStepNumber
  let piece: Int

  private struct Job {
    let sharing: Unmanaged<RunRecorder>
    let step: PlanStepNumber
    let piece: Int
    let work: ThreadPool.Work
    let context: UnsafeMutableRawPointer
  }

  func run(
    itemCount: Int, threads: Int, on pool: ThreadPool, context: UnsafeMutableRawPointer,
    _ work: ThreadPool.Work
  ) {
    let job = Job(
      sharing: Unmanaged.passUnretained(recorder), step: step, piece: piece, work: work,
      context: context)
    withUnsafePointer(to: job) { job in
      pool.run(
        itemCount: itemCount, threads: threads, context: UnsafeMutableRawPointer(mutating: job)
      ) { job, worker, from, to in
        let job = job.assumingMemoryBound(to: Job.self)
        let start = ThreadClock.now
        job.pointee.work(job.pointee.context, worker, from, to)
        let end = ThreadClock.now
        job.pointee.sharing._withUnsafeGuaranteedRef {
          $0.note(
            step: job.pointee.step, piece: job.pointee.piece, items: from..<to, worker: worker,
            from: start, to: end)
        }
      }
    }
  }
}
