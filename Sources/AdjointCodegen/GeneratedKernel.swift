import AdjointCore
import AdjointKernels

/// A loop nest as machine code.
package final class GeneratedNest: Sendable {
  /// Does the items `from..<to` on the buffers at these byte offsets of the arena.
  package typealias Function =
    @convention(c) @Sendable (
      _ arena: UnsafeMutableRawPointer, _ operands: UnsafePointer<Int>,
      _ results: UnsafePointer<Int>, _ from: Int, _ to: Int, _ partials: UnsafeMutableRawPointer
    ) -> Void

  /// A function and what is known of it.
  package struct Piece: Sendable {
    package let run: Function
    /// Puts the parts together once all items are done.
    package let join: Function?
    package let itemCount: Int
    package let partialByteCount: Int
    package let cost: Int
  }

  /// To be called in order.
  package let pieces: [Piece]
  /// Keeps the code in memory.
  private let image: CodeImage

  init(_ module: NestModule, _ image: CodeImage) throws(Diagnostic) {
    self.image = image
    var pieces: [Piece] = []
    for piece in module.pieces {
      pieces.append(
        Piece(
          run: try Self.function(piece.function, image),
          join: try piece.join.map { name throws(Diagnostic) in try Self.function(name, image) },
          itemCount: piece.itemCount, partialByteCount: piece.partialByteCount * piece.itemCount,
          cost: piece.cost))
    }
    self.pieces = pieces
  }

  private static func function(_ name: String, _ image: CodeImage) throws(Diagnostic) -> Function {
    guard let address = image.address(of: name), let pointer = UnsafeRawPointer(bitPattern: address)
    else { throw Diagnostic(.codeGeneration, "generated code lacks \(name)") }
    return unsafeBitCast(pointer, to: Function.self)
  }
}
