import AdjointCore
import AdjointKernels

/// A kernel, or a part of one, in the form that runs.
enum CompiledKernel: Sendable {
  case fill(CompiledFill)
  case nest(CompiledNest)
  case contraction(CompiledContraction)
  case gather(IndexedCopy)
  case scatterAdd(IndexedCopy)

  /// The parts of a kernel, to be run in order, and what they take for granted of its buffers.
  static func compile(
    _ kernel: Kernel
  ) throws(Diagnostic) -> (parts: [CompiledKernel], uses: [BufferUse]) {
    switch kernel {
    case .loopNest(let nest):
      let uses = try nest.checkedUses()
      let fills = CompiledFill.fills(of: nest).map { CompiledKernel.fill($0) }
      return (fills + NestCompiler.compile(nest).map { .nest($0) }, uses)
    case .contraction(let product):
      let uses = try product.checkedUses()
      return ([.contraction(try CompiledContraction(product))], uses)
    case .gather(let copy): return ([.gather(copy)], try copy.checkedUses(scatters: false))
    case .scatterAdd(let copy): return ([.scatterAdd(copy)], try copy.checkedUses(scatters: true))
    }
  }
}

/// A buffer set to one value before a fold that does not reach all of it.
struct CompiledFill: Sendable {
  var result: Int
  var elementCount: Int
  var size: Int
  var bits: UInt64

  static func fills(of nest: LoopNest) -> [CompiledFill] {
    nest.outputs.compactMap { output in
      guard let combiner = output.combiner else { return nil }
      let type = output.access.scalarType
      let axes = Set(output.access.map.axes.compactMap(\.axis))
      let reached =
        nest.extents.contains(0) ? 0 : axes.reduce(1) { $0 * nest.extents[$1] }
      let count = output.access.extents.reduce(1, *)
      if reached == count { return nil }
      return CompiledFill(
        result: output.result, elementCount: count, size: type.byteCount,
        bits: ScalarLiteral.identity(of: combiner, type).bits(as: type))
    }
  }

  func run(into result: UnsafeMutableRawPointer) {
    var bits = bits
    BlockMovement.fill(&bits, result, elementCount, size: size)
  }
}
