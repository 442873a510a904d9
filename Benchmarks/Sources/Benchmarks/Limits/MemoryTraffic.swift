import Foundation
import Synchronization

/// A copy of memory of one size, or a search in it for what is not there.
struct MemoryTraffic: Hashable {
  /// The bytes of all arrays together.
  let byteCount: Int
  /// Whether it only reads.
  let onlyReads: Bool

  private static let step = 1 << 14
  private static let duration = 0.05
  private static let repeats = 5

  init(_ work: Work) {
    let bytes = Int(work.bytesRead + work.bytesWritten)
    byteCount = (bytes + Self.step - 1) / Self.step * Self.step
    onlyReads = work.bytesWritten * 10 < work.bytesRead
  }

  /// The sum over threads that run together, each with memory of its own.
  func bytesPerSecond(threads: Int) -> Double {
    let tally = Tally()
    let others = (1..<max(threads, 1)).map { _ in
      Thread { tally.add(bytesPerSecondOfOneThread(of: threads, after: tally)) }
    }
    for other in others { other.start() }
    tally.add(bytesPerSecondOfOneThread(of: threads, after: tally))
    while tally.finished.load(ordering: .acquiring) < threads { usleep(100) }
    return tally.sum.withLock { $0 }
  }

  /// The median over several regions of time.
  private func bytesPerSecondOfOneThread(of threads: Int, after tally: Tally) -> Double {
    let arrays = onlyReads ? 1 : 2
    let count = byteCount / threads / arrays
    let source = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
    let target = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
    defer {
      source.deallocate()
      target.deallocate()
    }
    source.initializeMemory(as: UInt8.self, repeating: 1, count: count)
    var found = 0
    func pass() {
      // The C library has both in a form for each processor.
      if !onlyReads {
        target.copyMemory(from: source, byteCount: count)
      } else if memchr(source, 2, count) != nil {
        found += 1
      }
    }
    // The first pass is the first to touch some of the pages.
    pass()
    // All start together, for they share the memory.
    tally.ready.add(1, ordering: .acquiringAndReleasing)
    while tally.ready.load(ordering: .acquiring) < threads {}
    let bytesInPass = Double(arrays * count)
    let clock = ContinuousClock()
    var speeds: [Double] = []
    for _ in 0..<Self.repeats {
      let start = clock.now
      var passes = 0.0
      repeat {
        pass()
        passes += 1
      } while (clock.now - start) / .seconds(1) < Self.duration
      speeds.append(passes * bytesInPass / ((clock.now - start) / .seconds(1)))
    }
    tally.keep(found)
    return Sampling.median(ofSorted: speeds.sorted())
  }

  /// Collects what the threads measured.
  private final class Tally: Sendable {
    let ready = Atomic(0)
    let finished = Atomic(0)
    let sum = Mutex(0.0)
    private let kept = Mutex(0)

    /// Takes a result, so that what computes it is not left out as useless.
    func keep(_ result: Int) { kept.withLock { $0 = result } }

    func add(_ bytesPerSecond: Double) {
      sum.withLock { $0 += bytesPerSecond }
      finished.add(1, ordering: .acquiringAndReleasing)
    }
  }
}

/// A search in memory for what is not there: it reads all of it once.
final class MemorySearch {
  private let bytes: UnsafeMutableRawBufferPointer
  private var found = 0

  init(byteCount: Int) {
    bytes = .allocate(byteCount: byteCount, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 1)
  }

  deinit { bytes.deallocate() }

  func run() {
    guard let start = bytes.baseAddress else { return }
    if memchr(start, 2, bytes.count) != nil { found += 1 }
  }
}
