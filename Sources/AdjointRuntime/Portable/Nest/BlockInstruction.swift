import AdjointCore
import AdjointKernels

/// One instruction over the points of a tile.
///
/// Operands and results are slots: numbers of pointers, which lead to a register or straight into a
/// buffer.
struct BlockInstruction: Sendable {
  enum Operation: Sendable {
    /// One scalar, by its bits.
    case constant(UInt64)
    /// `start + step · position` along the axis of a loop, `rowStep` and `columnStep` from point to
    /// point of the tile; `start` alone without a loop.
    case index(start: Int, step: Int, loop: Int?, rowStep: Int, columnStep: Int)
    /// One scalar at every point.
    case expand
    /// Points from memory with any strides.
    case gather(rowStride: Int, columnStride: Int)
    case copy
    case unary(UnaryFunction)
    case binary(BinaryFunction)
    case compare(Comparison)
    case select
    /// Operands p, q, x, y: x where p compares to q, else y.
    case compareAndSelect(Comparison)
    case cast(from: ScalarType)
  }

  struct Operand: Sendable {
    var slot = 0
    var isScalar = false
  }

  var operation: Operation
  /// The type of the operands of a comparison, else of the result.
  var type: ScalarType
  var destination: Int
  /// Whether it works at every point of the tile, not just once.
  var isVector: Bool
  var a = Operand()
  var b = Operand()
  var c = Operand()
  var d = Operand()
}

/// A register, or an operand, written to a buffer at the end of a tile.
struct BlockStore: Sendable {
  var source: BlockInstruction.Operand
  var destination: Int
  var size: Int
  var isFlat: Bool
  var rowStride: Int
  var columnStride: Int
}

/// A value reduced into accumulators, tile by tile, and written to a buffer at the end.
struct BlockReduction: Sendable {
  /// The slot of the value, one element a point.
  var source: Int
  var destination: Int
  var type: ScalarType
  var combiner: Combiner
  /// The bits of the combiner's identity.
  var identity: UInt64
  /// Where in the scratch memory the accumulators are, one for each kept point of a tile.
  var accumulators: Int
  /// For sums in `f32`: `f64` accumulators, to which the others are added from time to time.
  var wideAccumulators: Int
  var reducesRows: Bool
  var reducesColumns: Bool
  var rowStride: Int
  var columnStride: Int

  var isWide: Bool { type == .f32 && combiner == .sum }
  /// The bytes of one accumulator that is carried from tile to tile.
  var carriedSize: Int { isWide ? 8 : type.byteCount }
  var carried: Int { isWide ? wideAccumulators : accumulators }
}
