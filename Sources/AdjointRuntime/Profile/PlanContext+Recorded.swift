import AdjointCore

/// Runs that are watched, step by step.
///
/// They do what `run()` does, through the same pieces in the same order, and are code of their own: what reads the
/// clock is not in `run()`, not even as a branch.
extension PlanContext {
  /// A recorder for runs of this context.
  package func makeRecorder() -> RunRecorder { RunRecorder(threads: loaded.threads) }

  /// Runs the plan once, and has each step and each part of it written down.
  ///
  /// - Throws: `.missingInput` as `run()`.
  package func run(recordedBy recorder: RunRecorder) throws(Diagnostic) {
    try beginRun()
    recorder.beginRun()
    defer { recorder.endRun() }
    if loaded.regions.count == 0 {
      return run(0..<loaded.steps.count, threads: loaded.threads, worker: 0, recorder)
    }
    for number in 0..<loaded.regions.count {
      let region = loaded.regions.base[number]
      if region.count == 1 {
        let branch = loaded.branches.base[region.lowerBound]
        run(branch, threads: loaded.threads, worker: 0, recorder)
      } else {
        runTogether(region, recorder)
      }
    }
  }

  /// Runs branches at the same time, each on one thread.
  private func runTogether(_ branches: Range<Int>, _ recorder: RunRecorder) {
    let job = (
      Unmanaged.passUnretained(self), Unmanaged.passUnretained(recorder), branches.lowerBound
    )
    withUnsafePointer(to: job) { job in
      loaded.engine.pool.run(
        itemCount: branches.count, threads: loaded.threads,
        context: UnsafeMutableRawPointer(mutating: job)
      ) { job, worker, from, to in
        let (context, recorder, first) = job.assumingMemoryBound(
          to: (Unmanaged<PlanContext>, Unmanaged<RunRecorder>, Int).self
        ).pointee
        context._withUnsafeGuaranteedRef { context in
          recorder._withUnsafeGuaranteedRef { recorder in
            for item in from..<to {
              let branch = context.loaded.branches.base[first + item]
              context.run(branch, threads: 1, worker: worker, recorder)
            }
          }
        }
      }
    }
  }

  /// Runs steps one after another; a step begins where the one before it ended.
  private func run(
    _ steps: Range<Int>, threads: Int, worker: Int, _ recorder: RunRecorder
  ) {
    let memory = workMemory(of: worker)
    var start = ThreadClock.now
    for number in steps {
      let step = loaded.steps.base[number]
      let planStep = loaded.order[number]
      for (place, piece) in step.pieces.enumerated() {
        run(
          loaded.pieces.pieces.base[piece], of: step,
          loaded.offsets.base + step.operands, loaded.offsets.base + step.results,
          threads: threads, memory,
          RecordedSharing(recorder: recorder, step: planStep, piece: place))
      }
      let end = ThreadClock.now
      recorder.note(
        step: planStep, piece: nil, items: 0..<0, worker: worker, from: start, to: end)
      start = end
    }
  }
}
