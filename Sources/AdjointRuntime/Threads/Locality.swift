import AdjointKernels

/// Where a step finds what it reads.
package struct Locality: Hashable, Sendable {
  /// Whether the largest of its operands is the same in every run, so that each thread finds its part of
  /// it in its own cache.
  package var isSettled = false
  /// Whether several threads wrote most of what it reads, so that one alone would fetch the rest from the
  /// caches of other cores.
  package var isSpread = false
}

extension Plan {
  /// Where each step finds what it reads, once it has run before.
  ///
  /// - Parameter isShared: Whether threads share a step that finds it so.
  package func localities(_ isShared: (_ step: Step, _ locality: Locality) -> Bool) -> [Locality] {
    let rewritten = rewrittenBuffers
    // The offsets of bytes that several threads wrote: what lies there now, whatever its buffer.
    var spread: Set<Int> = []
    var found: [Locality] = []
    // Twice, since the first steps read what the last ones wrote.
    for _ in 0..<2 {
      found = steps.map { step in
        let bytes = step.operands.reduce((all: 0, spread: 0)) { sum, operand in
          let (offset, count) = (buffers[operand].offset, buffers[operand].byteCount)
          return (sum.all + count, sum.spread + (spread.contains(offset) ? count : 0))
        }
        let locality = Locality(
          isSettled: isSettled(step, rewritten), isSpread: 2 * bytes.spread > bytes.all)
        let offsets = step.results.map { buffers[$0].offset }
        if isShared(step, locality) {
          spread.formUnion(offsets)
        } else {
          spread.subtract(offsets)
        }
        return locality
      }
    }
    return found
  }

  /// The buffers whose bytes a step writes.
  private var rewrittenBuffers: Set<BufferID> {
    var rewritten = Set(steps.flatMap(\.results))
    for case .inPlace(let other) in buffers.map(\.role) { rewritten.insert(content(of: other)) }
    return rewritten
  }

  /// Whether no step writes the largest operand of a step.
  private func isSettled(_ step: Step, _ rewritten: Set<BufferID>) -> Bool {
    let largest = step.operands.map { content(of: $0) }
      .max { buffers[$0].byteCount < buffers[$1].byteCount }
    return largest.map { !rewritten.contains($0) } ?? true
  }

  /// The buffer whose bytes another one shows: itself, unless it is a view.
  private func content(of buffer: BufferID) -> BufferID {
    if case .view(let other) = buffers[buffer].role { other } else { buffer }
  }
}
