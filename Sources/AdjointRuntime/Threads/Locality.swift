import AdjointKernels

/// Where a step finds what it reads.
package struct Locality: Hashable, Sendable {
  /// Whether the largest of its operands is the same in every run, so that each thread finds its part of
  /// it in its own cache.
  package var largestOperandIsRunInvariant = false
  /// Whether several threads wrote most of what it reads, so that one alone would fetch the rest from the
  /// caches of other cores.
  package var operandsAreSharedAcrossCores = false

  package init(
    largestOperandIsRunInvariant: Bool = false, operandsAreSharedAcrossCores: Bool = false
  ) {
    self.largestOperandIsRunInvariant = largestOperandIsRunInvariant
    self.operandsAreSharedAcrossCores = operandsAreSharedAcrossCores
  }
}

extension Plan {
  /// The most runs that are followed to find out how each leaves its bytes for the next.
  private static let mostRuns = 4

  /// Where each step finds what it reads, once the plan has run a few times.
  ///
  /// An estimate: it knows the step that wrote a buffer last, not which thread wrote which part.
  ///
  /// - Parameter isShared: Whether threads share a step that finds it so.
  package func localities(
    _ isShared: (_ step: Step, _ locality: Locality) -> Bool
  ) -> PerPlanStep<Locality> {
    let rewritten = rewrittenBuffers
    var found = PerPlanStep(
      steps.map {
        Locality(largestOperandIsRunInvariant: largestOperandIsRunInvariant($0, rewritten))
      })
    // The offsets of bytes that several threads wrote: what lies there now, whatever its buffer.
    var spread: Set<Int> = []
    for _ in 0..<Self.mostRuns {
      let before = spread
      for (number, step) in steps.numbered {
        found[number].operandsAreSharedAcrossCores = isMostly(spread, step.operands)
        let offsets = step.results.map { buffers[$0].offset }
        if isShared(step, found[number]) {
          spread.formUnion(offsets)
        } else {
          spread.subtract(offsets)
        }
      }
      // The first steps read what the last ones wrote.
      if spread == before { break }
    }
    return found
  }

  /// Whether more than half of the bytes of buffers are at certain offsets.
  private func isMostly(_ offsets: Set<Int>, _ operands: [BufferNumber]) -> Bool {
    let bytes = operands.reduce(0.0) { sum, operand in
      let count = Double(buffers[operand].byteCount)
      return offsets.contains(buffers[operand].offset) ? sum + count : sum - count
    }
    return bytes > 0
  }

  /// The buffers whose bytes a step writes.
  private var rewrittenBuffers: Set<BufferNumber> {
    var rewritten = Set(steps.flatMap(\.results))
    for case .inPlace(let other) in buffers.map(\.role) { rewritten.insert(content(of: other)) }
    return rewritten
  }

  /// Whether no step writes the largest operand of a step.
  private func largestOperandIsRunInvariant(_ step: Step, _ rewritten: Set<BufferNumber>) -> Bool {
    let largest = step.operands.map { content(of: $0) }
      .max { buffers[$0].byteCount < buffers[$1].byteCount }
    return largest.map { !rewritten.contains($0) } ?? true
  }

  /// The buffer whose bytes another one shows: itself, unless it is a view.
  private func content(of buffer: BufferNumber) -> BufferNumber {
    if case .view(let other) = buffers[buffer].role { other } else { buffer }
  }
}
