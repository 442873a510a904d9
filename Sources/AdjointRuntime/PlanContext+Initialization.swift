import AdjointCore
import AdjointKernels

extension PlanContext {
  /// Elements that are worked out and stored at a time: they stay in the first caches.
  private static let pieceCount = 8192

  /// Sets the parameter of that number, piece by piece, on as many threads as a run uses.
  ///
  /// - Parameter elements: The elements of a range of places, of the parameter's scalar type. Ranges are
  ///   asked for in any order and on any thread.
  package func writeParameter(
    at index: Int, elements: @escaping @Sendable (Range<Int>) -> Tensor.Storage
  ) throws(Diagnostic) {
    let port = try loaded.parameters.at(index, .parameter)
    let job = PieceJob(
      arena: arena, offset: port.offset, count: port.count, type: port.type.scalarType,
      pieceCount: Self.pieceCount, elements: elements)
    withUnsafePointer(to: Unmanaged.passUnretained(job)) { pointer in
      loaded.engine.pool.run(
        itemCount: (port.count + Self.pieceCount - 1) / Self.pieceCount,
        threads: loaded.threads, context: UnsafeMutableRawPointer(mutating: pointer)
      ) { pointer, _, from, to in
        let job = pointer.assumingMemoryBound(to: Unmanaged<PieceJob>.self).pointee
        job._withUnsafeGuaranteedRef { job in for piece in from..<to { job.store(piece) } }
      }
    }
    withExtendedLifetime(job) {}
  }
}

/// A parameter that is filled piece by piece.
private final class PieceJob {
  let arena: Arena
  let offset: Int
  let count: Int
  let type: ScalarType
  let pieceCount: Int
  let elements: @Sendable (Range<Int>) -> Tensor.Storage

  init(
    arena: Arena, offset: Int, count: Int, type: ScalarType, pieceCount: Int,
    elements: @escaping @Sendable (Range<Int>) -> Tensor.Storage
  ) {
    self.arena = arena
    self.offset = offset
    self.count = count
    self.type = type
    self.pieceCount = pieceCount
    self.elements = elements
  }

  func store(_ piece: Int) {
    let places = piece * pieceCount..<min((piece + 1) * pieceCount, count)
    let storage = elements(places)
    // Elements of another type or number would reach outside the parameter.
    guard storage.scalarType == type, storage.count == places.count else { return }
    arena.store(storage, at: offset + places.lowerBound * type.byteCount)
  }
}
