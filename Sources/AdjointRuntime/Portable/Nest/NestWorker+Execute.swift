import AdjointCore
import AdjointKernels

extension NestWorker {
  /// Does a list of instructions at the points of a tile, or once.
  func execute(_ list: Table<BlockInstruction>, rows: Int, columns: Int) {
    let instructions = list.base
    for number in 0..<list.count {
      execute(instructions + number, rows: rows, columns: columns)
    }
  }

  @inline(__always)
  private func operand(_ operand: BlockInstruction.Operand) -> BlockOperand {
    BlockOperand(pointer: UnsafeRawPointer(slots[operand.slot]), isScalar: operand.isScalar)
  }

  @inline(__always)
  private func execute(
    _ pointer: UnsafePointer<BlockInstruction>, rows: Int, columns: Int
  ) {
    let isVector = pointer.pointee.isVector
    let n = isVector ? rows &* columns : 1
    let type = pointer.pointee.type
    let result = slots[pointer.pointee.destination]
    let a = operand(pointer.pointee.a)
    switch pointer.pointee.operation {
    case .binary(let function):
      binary(function, a, operand(pointer.pointee.b), result, n, type)
    case .unary(let function): unary(function, a, result, n, type)
    case .compareAndSelect(let comparison):
      compareAndSelect(comparison, pointer, result, n)
    case .compare(let comparison):
      compare(comparison, a, operand(pointer.pointee.b), result, n, type)
    case .select:
      let (b, c) = (operand(pointer.pointee.b), operand(pointer.pointee.c))
      switch type.byteCount {
      case 1: BlockSelection.select(a, b, c, result, n, UInt8.self)
      case 4: BlockSelection.select(a, b, c, result, n, UInt32.self)
      default: BlockSelection.select(a, b, c, result, n, UInt64.self)
      }
    case .cast(let source): BlockConversions.cast(a, from: source, to: type, result, n)
    case .constant(let bits): store(bits, type, result)
    case .index(let start, let step, let loop, let rowStep, let columnStep):
      let base = loop.map { start &+ step &* positions[$0] } ?? start
      index(base, rowStep, columnStep, isVector ? rows : 1, isVector ? columns : 1, result, type)
    case .expand: BlockMovement.fill(a.pointer, result, n, size: type.byteCount)
    case .gather(let rowStride, let columnStride):
      BlockMovement.gather(
        a.pointer, rowStride: rowStride, columnStride: columnStride, result,
        BlockMovement.Tile(rows: rows, columns: columns, size: type.byteCount))
    case .copy: result.copyMemory(from: a.pointer, byteCount: n &* type.byteCount)
    }
  }

  private func binary(
    _ function: BinaryFunction, _ x: BlockOperand, _ y: BlockOperand, _ r: UnsafeMutableRawPointer,
    _ n: Int, _ type: ScalarType
  ) {
    switch type {
    case .f32: BlockFunctions.binary(function, x, y, r, n, Float.self)
    case .f64: BlockFunctions.binary(function, x, y, r, n, Double.self)
    case .i32: BlockFunctions.binary(function, x, y, r, n, Int32.self)
    case .i64: BlockFunctions.binary(function, x, y, r, n, Int64.self)
    case .u8: BlockFunctions.binary(function, x, y, r, n, UInt8.self)
    case .bool: BlockFunctions.binary(function, x, y, r, n, Bool8.self)
    }
  }

  private func unary(
    _ function: UnaryFunction, _ x: BlockOperand, _ r: UnsafeMutableRawPointer, _ n: Int,
    _ type: ScalarType
  ) {
    switch type {
    case .f32: BlockFunctions.unary(function, x, r, n, float: Float.self)
    case .f64: BlockFunctions.unary(function, x, r, n, float: Double.self)
    case .i32: BlockFunctions.unary(function, x, r, n, integer: Int32.self)
    case .i64: BlockFunctions.unary(function, x, r, n, integer: Int64.self)
    case .u8: BlockFunctions.unary(function, x, r, n, integer: UInt8.self)
    case .bool: BlockFunctions.unary(function, x, r, n)
    }
  }

  private func compare(
    _ comparison: Comparison, _ x: BlockOperand, _ y: BlockOperand, _ r: UnsafeMutableRawPointer,
    _ n: Int, _ type: ScalarType
  ) {
    switch type {
    case .f32: BlockFunctions.compare(comparison, x, y, r, n, Float.self)
    case .f64: BlockFunctions.compare(comparison, x, y, r, n, Double.self)
    case .i32: BlockFunctions.compare(comparison, x, y, r, n, Int32.self)
    case .i64: BlockFunctions.compare(comparison, x, y, r, n, Int64.self)
    case .u8: BlockFunctions.compare(comparison, x, y, r, n, UInt8.self)
    case .bool: BlockFunctions.compare(comparison, x, y, r, n, Bool8.self)
    }
  }

  private func compareAndSelect(
    _ comparison: Comparison, _ pointer: UnsafePointer<BlockInstruction>,
    _ r: UnsafeMutableRawPointer, _ n: Int
  ) {
    let (p, q) = (operand(pointer.pointee.a), operand(pointer.pointee.b))
    let (x, y) = (operand(pointer.pointee.c), operand(pointer.pointee.d))
    if pointer.pointee.type == .f32 {
      BlockSelection.compareAndSelect(comparison, p, q, x, y, r, n, Float.self)
    } else {
      BlockSelection.compareAndSelect(comparison, p, q, x, y, r, n, Double.self)
    }
  }

  private func store(_ bits: UInt64, _ type: ScalarType, _ result: UnsafeMutableRawPointer) {
    switch type.byteCount {
    case 1: result.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
    case 4: result.storeBytes(of: UInt32(truncatingIfNeeded: bits), as: UInt32.self)
    default: result.storeBytes(of: bits, as: UInt64.self)
    }
  }

  private func index(
    _ base: Int, _ rowStep: Int, _ columnStep: Int, _ rows: Int, _ columns: Int,
    _ result: UnsafeMutableRawPointer, _ type: ScalarType
  ) {
    func fill<Element: BlockElement>(_ type: Element.Type) {
      let target = result.assumingMemoryBound(to: Element.self)
      for row in 0..<rows {
        let start = base &+ row &* rowStep
        let line = target + row * columns
        for column in 0..<columns {
          line[column] = Element(position: start &+ column &* columnStep)
        }
      }
    }
    switch type {
    case .f32: fill(Float.self)
    case .f64: fill(Double.self)
    case .i32: fill(Int32.self)
    case .i64: fill(Int64.self)
    case .u8: fill(UInt8.self)
    case .bool: fill(Bool8.self)
    }
  }
}
