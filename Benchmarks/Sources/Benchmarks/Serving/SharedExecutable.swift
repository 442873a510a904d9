import Adjoint
import Foundation
import Synchronization

/// One executable that several threads run at once, each in a context of its own.
struct SharedExecutable {
  private let executable: Executable
  private let inputs: [String: Tensor]
  private let expected: [String: Tensor]
  private let callers: Int

  /// Takes the outputs of one context as what every thread must give, to the same bits.
  init(_ executable: Executable, _ workload: Case.Workload, callers: Int) throws(Diagnostic) {
    self.executable = executable
    self.callers = callers
    let context = try executable.makeContext()
    inputs = try workload.start(context).inputs
    for (name, tensor) in inputs { try context.set(name, to: tensor) }
    try context.run()
    var outputs: [String: Tensor] = [:]
    for port in executable.outputs { outputs[port.name] = try context.output(port.name) }
    expected = outputs
  }

  /// Microseconds a step in ascending order: time gone by over the steps of all threads.
  func microseconds(_ sampling: Sampling) throws(Diagnostic) -> [Double] {
    let start = ContinuousClock.now
    var samples: [Double] = []
    repeat {
      samples.append(try sample())
    } while samples.count < sampling.repeats && ContinuousClock.now - start < sampling.limit
    return samples.sorted()
  }

  private func sample() throws(Diagnostic) -> Double {
    let tally = Tally()
    for _ in 0..<callers {
      Thread { tally.finish(with: Result { () throws(Diagnostic) in try call(tally) }) }.start()
    }
    while tally.ready.load(ordering: .acquiring) < callers { usleep(100) }
    let start = ContinuousClock.now
    tally.isOpen.store(true, ordering: .releasing)
    usleep(Self.duration)
    tally.isOver.store(true, ordering: .releasing)
    while tally.finished.load(ordering: .acquiring) < callers { usleep(100) }
    let duration = ContinuousClock.now - start
    var steps = 0
    for result in tally.results.withLock({ $0 }) { steps += try result.get() }
    return duration / .microseconds(steps)
  }

  private static let duration: UInt32 = 20_000

  /// Runs until told to end and returns the number of steps.
  private func call(_ tally: Tally) throws(Diagnostic) -> Int {
    let context: ExecutionContext
    do {
      defer { tally.ready.add(1, ordering: .acquiringAndReleasing) }
      context = try executable.makeContext()
      for (name, tensor) in inputs { try context.set(name, to: tensor) }
      try context.run()
    }
    while !tally.isOpen.load(ordering: .acquiring) {}
    var steps = 0
    while !tally.isOver.load(ordering: .acquiring) {
      try context.run()
      steps += 1
    }
    for (name, tensor) in expected where try context.output(name) != tensor {
      throw Diagnostic(.wrongResult, "\(name) differs between threads that share an executable")
    }
    return steps
  }

  private final class Tally: Sendable {
    let ready = Atomic(0)
    let isOpen = Atomic(false)
    let isOver = Atomic(false)
    let finished = Atomic(0)
    let results = Mutex<[Result<Int, Diagnostic>]>([])

    func finish(with result: Result<Int, Diagnostic>) {
      results.withLock { $0.append(result) }
      finished.add(1, ordering: .acquiringAndReleasing)
    }
  }
}
