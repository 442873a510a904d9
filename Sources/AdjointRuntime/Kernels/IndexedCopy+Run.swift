import AdjointCore
import AdjointKernels

extension IndexedCopy {
  // MARK: Gather

  func gather(
    _ data: UnsafeRawPointer, _ indices: UnsafeRawPointer, into result: UnsafeMutableRawPointer
  ) {
    switch indexType {
    case .i64: gather(data, indices.assumingMemoryBound(to: Int64.self), result)
    case .u8: gather(data, indices.assumingMemoryBound(to: UInt8.self), result)
    case .i32, .f32, .f64, .bool: gather(data, indices.assumingMemoryBound(to: Int32.self), result)
    }
  }

  private func gather<Index: FixedWidthInteger>(
    _ data: UnsafeRawPointer, _ indices: UnsafePointer<Index>, _ result: UnsafeMutableRawPointer
  ) {
    guard inner == 1 else { return gatherLines(data, indices, result) }
    switch scalarType {
    case .f32: gatherElements(data, indices, result, Float.nan.bitPattern)
    case .i32: gatherElements(data, indices, result, 0 as UInt32)
    case .f64: gatherElements(data, indices, result, Double.nan.bitPattern)
    case .i64: gatherElements(data, indices, result, 0 as UInt64)
    case .u8, .bool: gatherElements(data, indices, result, 0 as UInt8)
    }
  }

  /// Whether there is such a position; without a sign a negative index is a large one, so that one comparison does.
  private func isInside(_ index: Int) -> Bool {
    UInt(bitPattern: index) < UInt(bitPattern: extent)
  }

  /// Single elements, whose bits are moved: a call for each would take longer than the element.
  private func gatherElements<Index: FixedWidthInteger, Bits>(
    _ data: UnsafeRawPointer, _ indices: UnsafePointer<Index>, _ result: UnsafeMutableRawPointer,
    _ nothing: Bits
  ) {
    var source = data.assumingMemoryBound(to: Bits.self)
    var target = result.assumingMemoryBound(to: Bits.self)
    for _ in 0..<outer {
      for position in 0..<count {
        let index = Int(truncatingIfNeeded: indices[position])
        target[position] = isInside(index) ? source[index] : nothing
      }
      source += extent
      target += count
    }
  }

  private func gatherLines<Index: FixedWidthInteger>(
    _ data: UnsafeRawPointer, _ indices: UnsafePointer<Index>, _ result: UnsafeMutableRawPointer
  ) {
    let lineBytes = inner * scalarType.byteCount
    var target = result
    for block in 0..<outer {
      let start = data + block * extent * lineBytes
      for position in 0..<count {
        let index = Int(truncatingIfNeeded: indices[position])
        if isInside(index) {
          target.copyMemory(from: start + index * lineBytes, byteCount: lineBytes)
        } else {
          fillWithNothing(target)
        }
        target += lineBytes
      }
    }
  }

  /// What an index out of range reads: NaN as the type has it.
  private func fillWithNothing(_ target: UnsafeMutableRawPointer) {
    var bits: UInt64 =
      switch scalarType {
      case .f32: UInt64(Float.nan.bitPattern)
      case .f64: Double.nan.bitPattern
      case .i32, .i64, .u8, .bool: 0
      }
    BlockMovement.fill(&bits, target, inner, size: scalarType.byteCount)
  }

  // MARK: Scatter

  func scatterAdd(
    _ data: UnsafeRawPointer, _ indices: UnsafeRawPointer, _ updates: UnsafeRawPointer,
    into result: UnsafeMutableRawPointer
  ) {
    if data != UnsafeRawPointer(result) {
      result.copyMemory(from: data, byteCount: outer * extent * inner * scalarType.byteCount)
    }
    switch scalarType {
    case .f32: scatterAdd(indices, updates, result, Float.self)
    case .f64: scatterAdd(indices, updates, result, Double.self)
    case .i32: scatterAdd(indices, updates, result, Int32.self)
    case .i64: scatterAdd(indices, updates, result, Int64.self)
    case .u8: scatterAdd(indices, updates, result, UInt8.self)
    case .bool: scatterAdd(indices, updates, result, Bool8.self)
    }
  }

  private func scatterAdd<E: BlockElement>(
    _ indices: UnsafeRawPointer, _ updates: UnsafeRawPointer, _ result: UnsafeMutableRawPointer,
    _ type: E.Type
  ) {
    let source = updates.assumingMemoryBound(to: E.self)
    let target = result.assumingMemoryBound(to: E.self)
    switch indexType {
    case .i64: scatterAdd(indices.assumingMemoryBound(to: Int64.self), source, target)
    case .u8: scatterAdd(indices.assumingMemoryBound(to: UInt8.self), source, target)
    case .i32, .f32, .f64, .bool:
      scatterAdd(indices.assumingMemoryBound(to: Int32.self), source, target)
    }
  }

  private func scatterAdd<Index: FixedWidthInteger, E: BlockElement>(
    _ indices: UnsafePointer<Index>, _ updates: UnsafePointer<E>, _ result: UnsafeMutablePointer<E>
  ) {
    var (source, target) = (updates, result)
    for _ in 0..<outer {
      for position in 0..<count {
        let index = Int(truncatingIfNeeded: indices[position])
        guard isInside(index) else { continue }
        if inner == 1 {
          target[index] = E.sum(target[index], source[position])
        } else {
          let (line, update) = (target + index * inner, source + position * inner)
          for i in 0..<inner { line[i] = E.sum(line[i], update[i]) }
        }
      }
      source += count * inner
      target += extent * inner
    }
  }
}
