import AdjointCore
import AdjointKernels

/// Reduction.
///
/// Sums in `f32` are carried in `f64`: a tile, or 64 rows of tiles, are added up in `f32`, by halves
/// or column by column, and the sum of that is added to an `f64` accumulator. Everything else is
/// carried in its own type. The order depends on the shape alone.
extension NestWorker {
  private func narrow<E>(_ reduction: BlockReduction, _ type: E.Type) -> UnsafeMutablePointer<E> {
    (scratch + reduction.accumulators).assumingMemoryBound(to: E.self)
  }

  private func wide(_ reduction: BlockReduction) -> UnsafeMutablePointer<Double> {
    (scratch + reduction.wideAccumulators).assumingMemoryBound(to: Double.self)
  }

  /// The accumulators of a whole tile.
  private func keptPoints(_ reduction: BlockReduction) -> Int {
    kept(reduction, nest.tile.rows, nest.tile.columns)
  }

  private func kept(_ reduction: BlockReduction, _ rows: Int, _ columns: Int) -> Int {
    (reduction.reducesRows ? 1 : rows) * (reduction.reducesColumns ? 1 : columns)
  }

  /// Sets the accumulators to the combiner's identity.
  func begin(_ reduction: BlockReduction) {
    let count = keptPoints(reduction)
    let target = scratch + reduction.accumulators
    var identity = reduction.identity
    // The low bytes come first on every machine this runs on.
    BlockMovement.fill(&identity, target, count, size: reduction.type.byteCount)
    if reduction.isWide { wide(reduction).update(repeating: 0, count: count) }
  }

  /// Reductions the values of a tile.
  func accumulate(_ reduction: BlockReduction, rows: Int, columns: Int) {
    switch reduction.type {
    case .f32 where reduction.isWide: accumulateSum(reduction, rows, columns)
    case .f32: accumulate(reduction, rows, columns, Float.self)
    case .f64: accumulate(reduction, rows, columns, Double.self)
    case .i32: accumulate(reduction, rows, columns, Int32.self)
    case .i64: accumulate(reduction, rows, columns, Int64.self)
    case .u8: accumulate(reduction, rows, columns, UInt8.self)
    case .bool: accumulate(reduction, rows, columns, Bool8.self)
    }
  }

  private func accumulate<E: BlockElement>(
    _ reduction: BlockReduction, _ rows: Int, _ columns: Int, _ type: E.Type
  ) {
    switch reduction.combiner {
    case .sum: accumulate(reduction, rows, columns, E.sum)
    case .product: accumulate(reduction, rows, columns, E.product)
    case .maximum: accumulate(reduction, rows, columns, E.maximum)
    case .minimum: accumulate(reduction, rows, columns, E.minimum)
    }
  }

  @inline(__always)
  private func accumulate<E: BlockElement>(
    _ reduction: BlockReduction, _ rows: Int, _ columns: Int, _ f: (E, E) -> E
  ) {
    let source = UnsafePointer(slots[reduction.source].assumingMemoryBound(to: E.self))
    let totals = narrow(reduction, E.self)
    let halves = (scratch + nest.reductionOffset).assumingMemoryBound(to: E.self)
    if reduction.reducesColumns {
      let lines = reduction.reducesRows ? 1 : rows
      let length = reduction.reducesRows ? rows * columns : columns
      for line in 0..<lines {
        let part = E.reduce(source + line * length, length, reduction.combiner, scratch: halves)
        totals[line] = f(totals[line], part)
      }
    } else {
      addLines(source, into: totals, reduction, rows, columns, f)
    }
  }

  @inline(__always)
  private func addLines<E: BlockElement>(
    _ source: UnsafePointer<E>, into totals: UnsafeMutablePointer<E>, _ reduction: BlockReduction,
    _ rows: Int, _ columns: Int, _ f: (E, E) -> E
  ) {
    let lines = reduction.reducesRows ? rows : 1
    let length = reduction.reducesRows ? columns : rows * columns
    for line in 0..<lines {
      let values = source + line * length
      for i in 0..<length { totals[i] = f(totals[i], values[i]) }
    }
  }

  private func accumulateSum(_ reduction: BlockReduction, _ rows: Int, _ columns: Int) {
    let source = UnsafePointer(slots[reduction.source].assumingMemoryBound(to: Float.self))
    if reduction.reducesColumns {
      let halves = (scratch + nest.reductionOffset).assumingMemoryBound(to: Float.self)
      let totals = wide(reduction)
      let lines = reduction.reducesRows ? 1 : rows
      let length = reduction.reducesRows ? rows * columns : columns
      for line in 0..<lines {
        totals[line] += Double(
          Float.reduce(source + line * length, length, .sum, scratch: halves))
      }
    } else {
      addLines(source, into: narrow(reduction, Float.self), reduction, rows, columns, Float.sum)
    }
  }

  /// Adds the `f32` sums to the `f64` ones.
  func carry(_ reduction: BlockReduction, rows: Int, columns: Int) {
    guard reduction.isWide, !reduction.reducesColumns else { return }
    let sums = narrow(reduction, Float.self)
    let totals = wide(reduction)
    for i in 0..<kept(reduction, rows, columns) {
      totals[i] += Double(sums[i])
      sums[i] = 0
    }
  }

  /// Writes the results to their buffer.
  func finish(_ reduction: BlockReduction, rows: Int, columns: Int) {
    if reduction.isWide {
      let sums = narrow(reduction, Float.self)
      let totals = wide(reduction)
      for i in 0..<kept(reduction, rows, columns) { sums[i] = Float(totals[i]) }
    }
    BlockMovement.scatter(
      scratch + reduction.accumulators, slots[reduction.destination],
      rowStride: reduction.rowStride, columnStride: reduction.columnStride,
      BlockMovement.Tile(
        rows: reduction.reducesRows ? 1 : rows, columns: reduction.reducesColumns ? 1 : columns,
        size: reduction.type.byteCount))
  }

  // MARK: Parts

  /// Copies the accumulators out and returns how many bytes they take.
  func save(_ reduction: BlockReduction, to place: UnsafeMutableRawPointer) -> Int {
    let byteCount = keptPoints(reduction) * reduction.carriedSize
    place.copyMemory(from: scratch + reduction.carried, byteCount: byteCount)
    return (byteCount + 63) / 64 * 64
  }

  /// Takes the accumulators of a part in, as they are or combined with those of the parts before.
  func restore(
    _ reduction: BlockReduction, from place: UnsafeMutableRawPointer, isFirst: Bool
  ) -> Int {
    let count = keptPoints(reduction)
    if isFirst {
      (scratch + reduction.carried).copyMemory(
        from: place, byteCount: count * reduction.carriedSize)
    } else {
      switch reduction.type {
      case .f32 where reduction.isWide: join(reduction, place, count, Double.self)
      case .f32: join(reduction, place, count, Float.self)
      case .f64: join(reduction, place, count, Double.self)
      case .i32: join(reduction, place, count, Int32.self)
      case .i64: join(reduction, place, count, Int64.self)
      case .u8: join(reduction, place, count, UInt8.self)
      case .bool: join(reduction, place, count, Bool8.self)
      }
    }
    return (count * reduction.carriedSize + 63) / 64 * 64
  }

  private func join<E: BlockElement>(
    _ reduction: BlockReduction, _ place: UnsafeMutableRawPointer, _ count: Int, _ type: E.Type
  ) {
    let totals = (scratch + reduction.carried).assumingMemoryBound(to: E.self)
    let more = place.assumingMemoryBound(to: E.self)
    for i in 0..<count {
      switch reduction.combiner {
      case .sum: totals[i] = E.sum(totals[i], more[i])
      case .product: totals[i] = E.product(totals[i], more[i])
      case .maximum: totals[i] = E.maximum(totals[i], more[i])
      case .minimum: totals[i] = E.minimum(totals[i], more[i])
      }
    }
  }
}
