import AdjointCore

/// A kernel as machine code.
package final class GeneratedKernel: Sendable {
  /// Does the items `from..<to` on the buffers at these byte offsets of the arena; the memory is that
  /// of the parts' accumulators, or the thread's own to work in.
  ///
  /// The kernel's literals lie before the offsets of the operands, the first right before them.
  package typealias Function =
    @convention(c) @Sendable (
      _ arena: UnsafeMutableRawPointer, _ operands: UnsafePointer<Int>,
      _ results: UnsafePointer<Int>, _ from: Int, _ to: Int, _ memory: UnsafeMutableRawPointer
    ) -> Void

  /// A function and what is known of it.
  package struct Piece: Sendable {
    package let run: Function
    /// Puts the parts together once all items are done.
    package let join: Function?
    package let itemCount: Int
    package let partialByteCount: Int
    package let scratchByteCount: Int
    package let cost: KernelCost
  }

  /// To be called in order.
  package let pieces: [Piece]
  /// The bits of the literals that its code, which other kernels share, does not hold.
  package let literals: [UInt64]
  /// Whether the pieces are what follows a product that the library computes.
  package let followsLibrary: Bool
  /// Keeps the code in memory.
  private let image: CodeImage

  /// The code of a module in an image; nil where the image lacks any of it.
  init?(_ module: KernelModule, _ image: CodeImage) {
    self.image = image
    followsLibrary = module.followsLibrary
    var pieces: [Piece] = []
    for piece in module.pieces {
      let join = piece.join.flatMap { image.function($0) }
      guard let run = image.function(piece.function), (join == nil) == (piece.join == nil) else {
        return nil
      }
      pieces.append(
        Piece(
          run: run, join: join, itemCount: piece.itemCount,
          partialByteCount: piece.partialByteCount * piece.itemCount,
          scratchByteCount: piece.scratchByteCount, cost: piece.cost))
    }
    self.pieces = pieces
    literals = module.literals
  }
}

extension CodeImage {
  fileprivate func function(_ name: String) -> GeneratedKernel.Function? {
    guard let address = address(of: name), let pointer = UnsafeRawPointer(bitPattern: address)
    else { return nil }
    return unsafeBitCast(pointer, to: GeneratedKernel.Function.self)
  }
}
