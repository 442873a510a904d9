import AdjointCodegen
import AdjointKernels

/// The pieces of all kernels of a plan, each at a fixed address.
///
/// A run takes one as a word or two: to copy what a piece is made of, and to count its references, takes as
/// long as a short step.
final class PieceTable: Sendable {
  /// A piece, or where it is.
  enum Piece: @unchecked Sendable {
    case fill(UnsafePointer<CompiledFill>)
    case generated(UnsafePointer<GeneratedKernel.Piece>)
    case addend(byteCount: Int)
    case nest(UnsafePointer<CompiledNest>)
    case contraction(UnsafePointer<CompiledContraction>)
    case gather(UnsafePointer<IndexedCopy>)
    case scatterAdd(UnsafePointer<IndexedCopy>)
  }

  let pieces: Table<Piece>
  /// The same pieces, which own what those refer to.
  let kernels: [CompiledKernel]
  private let fills: Table<CompiledFill>
  private let generated: Table<GeneratedKernel.Piece>
  private let nests: Table<CompiledNest>
  private let contractions: Table<CompiledContraction>
  private let copies: Table<IndexedCopy>

  init(_ kernels: [CompiledKernel]) {
    var fills: [CompiledFill] = []
    var generated: [GeneratedKernel.Piece] = []
    var nests: [CompiledNest] = []
    var contractions: [CompiledContraction] = []
    var copies: [IndexedCopy] = []
    for kernel in kernels {
      switch kernel {
      case .fill(let fill): fills.append(fill)
      case .generated(let piece): generated.append(piece)
      case .addend: break
      case .nest(let nest): nests.append(nest)
      case .contraction(let product, _): contractions.append(product)
      case .gather(let copy), .scatterAdd(let copy): copies.append(copy)
      }
    }
    self.kernels = kernels
    self.fills = Table(fills)
    self.generated = Table(generated)
    self.nests = Table(nests)
    self.contractions = Table(contractions)
    self.copies = Table(copies)
    var (fill, piece, nest) = (self.fills.base, self.generated.base, self.nests.base)
    var (contraction, copy) = (self.contractions.base, self.copies.base)
    func next<Element>(_ place: inout UnsafePointer<Element>) -> UnsafePointer<Element> {
      defer { place += 1 }
      return place
    }
    pieces = Table(
      kernels.map { kernel in
        switch kernel {
        case .fill: .fill(next(&fill))
        case .generated: .generated(next(&piece))
        case .addend(let byteCount): .addend(byteCount: byteCount)
        case .nest: .nest(next(&nest))
        case .contraction: .contraction(next(&contraction))
        case .gather: .gather(next(&copy))
        case .scatterAdd: .scatterAdd(next(&copy))
        }
      })
  }
}
