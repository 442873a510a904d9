import AdjointCodegen
import AdjointCore
import AdjointKernels

/// A kernel, or a piece of one, in the form that runs.
enum CompiledKernel: Sendable {
  case fill(CompiledFill)
  /// A piece of a kernel as machine code.
  case generated(GeneratedKernel.Piece)
  /// What a contraction adds, copied to where the result will be if it is not there already.
  case addend(byteCount: Int)
  /// A piece of a loop nest in portable loops.
  case nest(CompiledNest)
  case contraction(CompiledContraction, axes: Table<CompiledContraction.BatchAxis>)
  case gather(IndexedCopy)
  case scatterAdd(IndexedCopy)

  /// The pieces of a kernel of a verified plan, to be run in order.
  ///
  /// - Parameter generated: the machine code of those kernels that have any.
  static func compile(
    _ kernel: Kernel, _ generated: [Kernel: GeneratedKernel]
  ) throws(Diagnostic) -> [CompiledKernel] {
    switch kernel {
    case .loopNest(let nest):
      let fills = CompiledFill.fills(of: nest).map { CompiledKernel.fill($0) }
      if let code = generated[kernel] { return fills + code.pieces.map { .generated($0) } }
      return fills + NestCompiler.compile(StridedNest.canonicalPieces(of: nest)).map { .nest($0) }
    case .group(let group):
      if let code = generated[kernel] { return code.pieces.map { .generated($0) } }
      let pieces = StridedNest.canonicalPieces(of: group, rowsApart: false)
      return zip(group.stages, pieces).flatMap { stage, pieces in
        CompiledFill.fills(of: stage.nest).map { .fill($0) }
          + NestCompiler.compile(pieces).map { .nest($0) }
      }
    case .contraction(let product):
      let addend: [CompiledKernel] =
        product.addendScale == nil ? [] : [.addend(byteCount: product.resultByteCount)]
      guard let code = generated[kernel] else {
        let rest =
          product.epilogueAsSeparateNest.map {
            NestCompiler.compile(StridedNest.canonicalPieces(of: $0))
          } ?? []
        return addend + [try library(product)] + rest.map { .nest($0) }
      }
      let library: [CompiledKernel] =
        code.followsLibrary ? [try library(product)] : []
      return addend + library + code.pieces.map { .generated($0) }
    case .gather(let copy): return [.gather(copy)]
    case .scatterAdd(let copy): return [.scatterAdd(copy)]
    }
  }
}

extension CompiledKernel {
  /// Whether several threads do it together in a step that finds its operands so.
  func isShared(_ locality: Locality, _ least: LeastShared) -> Bool {
    switch self {
    case .generated(let piece): GeneratedRun.isShared(piece, locality, least)
    case .nest(let nest): NestRun.isShared(nest, locality, least)
    case .contraction(let product, _): product.isShared(locality, least)
    case .fill, .addend, .gather, .scatterAdd: false
    }
  }

  /// What there is to do in a run.
  var cost: KernelCost {
    switch self {
    case .generated(let piece): piece.cost
    case .nest(let nest): nest.cost
    case .contraction(let product, _): product.cost
    case .fill(let fill): .copying(byteCount: fill.elementCount *| fill.size)
    case .addend(let byteCount): .copying(byteCount: byteCount)
    case .gather(let copy), .scatterAdd(let copy): copy.cost
    }
  }

  /// A product by the library.
  private static func library(_ product: Contraction) throws(Diagnostic) -> CompiledKernel {
    let compiled = try CompiledContraction.compile(product)
    return .contraction(compiled.product, axes: compiled.axes)
  }
}

/// A buffer set to one value before a reduction that does not reach all of it.
struct CompiledFill: Sendable {
  var result: Int
  var elementCount: Int
  var size: Int
  var bits: UInt64

  static func fills(of nest: LoopNest) -> [CompiledFill] {
    nest.outputs.compactMap { output in
      guard let combiner = output.combiner, let result = output.target.result else { return nil }
      let type = output.access.scalarType
      let axes = Set(output.access.map.axes.compactMap(\.axis))
      let reached =
        nest.extents.contains(0) ? 0 : axes.reduce(1) { $0 * nest.extents[$1] }
      let count = output.access.elementCount
      if reached == count { return nil }
      return CompiledFill(
        result: result, elementCount: count, size: type.byteCount,
        bits: ScalarLiteral.identity(of: combiner, type).bits(as: type))
    }
  }

  func run(into result: UnsafeMutableRawPointer) {
    var bits = bits
    BlockMovement.fill(&bits, result, elementCount, size: size)
  }
}

extension KernelCost {
  /// A copy takes a vector at a time.
  fileprivate static func copying(byteCount: Int) -> KernelCost {
    KernelCost(multiplyAdds: Double(byteCount), byteCount: Double(byteCount))
  }
}
