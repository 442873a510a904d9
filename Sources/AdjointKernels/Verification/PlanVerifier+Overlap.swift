import AdjointCore

extension PlanVerifier {
  /// That no two values which are live at once share bytes; the largest sum of bytes that are.
  ///
  /// The live values, ordered by offset, are apart from each other, so a new one need only be
  /// compared with its two neighbours. What is live in a fork is so in all of it.
  func checkOverlap() throws(Diagnostic) -> Int {
    let times = StepTimes(stepCount: plan.steps.count, forks: plan.forks)
    let start = PerBuffer(plan.buffers.indices.map { times.first(firstUse(of: $0)) })
    let end = PerBuffer(plan.buffers.indices.map { times.last(lastUse(of: $0)) })
    let values = plan.buffers.indices.filter {
      contents[$0] == $0 && plan.buffers[$0].byteCount > 0
    }
    let byOffset = values.sorted { (plan.buffers[$0].offset, $0) < (plan.buffers[$1].offset, $1) }
    // Nobody asks for the ranks of views and of buffers without bytes.
    var ranks = PerBuffer(repeating: 0, count: plan.buffers.count)
    for (rank, value) in byOffset.enumerated() { ranks[value] = rank }
    let starting = values.sorted { (start[$0], $0) < (start[$1], $1) }
    let ending = values.sorted { (end[$0], $0) < (end[$1], $1) }
    var live = RankSet(count: byOffset.count)
    var ended = 0
    var sum = 0
    var peak = 0
    for value in starting {
      while ended < ending.count, end[ending[ended]] < start[value] {
        // What was written over has left already.
        if live.contains(ranks[ending[ended]]) {
          live.remove(ranks[ending[ended]])
          sum -= alignedByteCount(ending[ended])
        }
        ended += 1
      }
      if case .inPlace(let other) = plan.buffers[value].role {
        live.remove(ranks[contents[other]])
        sum -= alignedByteCount(contents[other])
      }
      for neighbour in [live.member(before: ranks[value]), live.member(after: ranks[value])] {
        guard let neighbour else { continue }
        let other = byOffset[neighbour]
        guard areApart(value, other) else {
          throw failure(
            "\(name(buffer: value)) and \(name(buffer: other)) are live at the same time, from step "
              + "\(max(start[value], start[other]).place(in: plan.steps.count) - 1) on, and share bytes"
          )
        }
      }
      live.insert(ranks[value])
      sum += alignedByteCount(value)
      peak = max(peak, sum)
    }
    return peak
  }

  /// From when on a value is live.
  private func firstUse(of value: BufferNumber) -> Moment {
    switch plan.buffers[value].role {
    case .input, .parameter, .constant: .before
    case .temporary, .inPlace, .view: written[value].map { .step($0.lowerBound) } ?? .before
    }
  }

  private func lastUse(of value: BufferNumber) -> Moment {
    max(lastRead[value], written[value].map { .step($0.upperBound) } ?? .before)
  }

  private func areApart(_ a: BufferNumber, _ b: BufferNumber) -> Bool {
    let (x, y) = (plan.buffers[a], plan.buffers[b])
    return x.offset + x.byteCount <= y.offset || y.offset + y.byteCount <= x.offset
  }

  /// Offsets and the arena are aligned, so that live values stay apart when rounded up, and their
  /// sum stays below the arena.
  private func alignedByteCount(_ value: BufferNumber) -> Int {
    (plan.buffers[value].byteCount + Plan.alignment - 1) / Plan.alignment * Plan.alignment
  }
}
