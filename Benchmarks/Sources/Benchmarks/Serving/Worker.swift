import Adjoint
import Foundation

/// Answers requests on standard input until it ends, keeping one case ready to be timed.
final class Worker {
  private let threads: Int
  /// The threads that run the case at once, each with a context of its own.
  private let callers: Int
  private let speed: MachineSpeed
  private var prepared: (executable: Executable, context: ExecutionContext)?
  private var start: Case.Workload?

  init(threads: Int, callers: Int) {
    self.threads = threads
    self.callers = callers
    speed = MachineSpeed(threads: threads * callers)
  }

  func serve() throws {
    let encoder = JSONEncoder()
    try answer(["name": "ours", "version": "this checkout"], encoder)
    while let line = readLine() {
      let reply: Reply
      do {
        reply = try self.reply(to: JSONDecoder().decode(Request.self, from: Data(line.utf8)))
      } catch {
        reply = Reply(error: "\(error)")
      }
      try answer(reply, encoder)
    }
  }

  private func answer(_ value: some Encodable, _ encoder: JSONEncoder) throws {
    FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
  }

  private func reply(to request: Request) throws(Diagnostic) -> Reply {
    switch request.command {
    case .prepare:
      let item = try Case.named(request.name)
      prepared = nil
      let clock = ContinuousClock()
      let begin = clock.now
      let workload = try item.build()
      let executable = try workload.graph.compiled(
        CompilationOptions(threads: threads), on: .benchmarks)
      let context = try executable.makeContext()
      let first = try workload.firstRun(in: context)
      let seconds = (clock.now - begin) / .seconds(1)
      try first.check(context)
      prepared = (executable, context)
      start = workload
      return Reply(firstResult: seconds, plannedBytes: executable.statistics.plannedByteCount)
    case .measure:
      let sampling = Sampling(repeats: request.repeats ?? 15, limit: .seconds(request.seconds ?? 1))
      return Reply(samples: try samples(sampling))
    case .latencies:
      let context = try ready().context
      let calls = try Latencies.measured(
        count: request.repeats ?? 10_000, limit: .seconds(request.seconds ?? 2)
      ) { () throws(Diagnostic) in try context.run() }
      return Reply(latencies: calls.percentiles)
    case .limit:
      switch try Case.named(request.name).limit {
      case .work(let work):
        let best = try speed.best(for: work)
        return Reply(
          limit: work.microseconds(at: best), peak: best.operations, bandwidth: best.bytes)
      case .direct(let function):
        return Reply(limit: try Limit.microseconds(of: function))
      }
    case .speed: return Reply(probes: try speed.probesPerSecondNow())
    case .roundTrip:
      return Reply(nanoseconds: CoreRoundTrip.nanoseconds())
    case .release:
      prepared = nil
      start = nil
      return Reply()
    }
  }

  private func ready() throws(Diagnostic) -> (executable: Executable, context: ExecutionContext) {
    guard let prepared else {
      throw Diagnostic(.invalidArgument, "no case is prepared; send prepare first")
    }
    return prepared
  }

  private func samples(_ sampling: Sampling) throws(Diagnostic) -> [Double] {
    let (executable, context) = try ready()
    guard callers > 1, let start else {
      return try sampling.microseconds { () throws(Diagnostic) in try context.run() }
    }
    return try SharedExecutable(executable, start, callers: callers).microseconds(sampling)
  }
}

extension Case {
  fileprivate static func named(_ name: String?) throws(Diagnostic) -> Case {
    guard let found = (all + further).first(where: { $0.name == name }) else {
      throw Diagnostic(.unknownName, "there is no case named \(name ?? "nothing")")
    }
    return found
  }
}
