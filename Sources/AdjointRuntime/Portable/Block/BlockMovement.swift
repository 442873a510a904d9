import Foundation

/// Elements moved without looking at them: between a tile, which lies row after row without gaps,
/// and memory with any strides (in elements).
enum BlockMovement {
  /// What is moved: `rows` × `columns` elements of `size` bytes.
  struct Tile {
    var rows: Int
    var columns: Int
    var size: Int
  }

  /// Fills the tile from memory.
  static func gather(
    _ source: UnsafeRawPointer, rowStride: Int, columnStride: Int,
    _ result: UnsafeMutableRawPointer, _ tile: Tile
  ) {
    switch tile.size {
    case 1: gather(source, rowStride, columnStride, result, tile, UInt8.self)
    case 4: gather(source, rowStride, columnStride, result, tile, UInt32.self)
    default: gather(source, rowStride, columnStride, result, tile, UInt64.self)
    }
  }

  /// Writes the tile to memory.
  static func scatter(
    _ source: UnsafeRawPointer, _ result: UnsafeMutableRawPointer, rowStride: Int,
    columnStride: Int, _ tile: Tile
  ) {
    switch tile.size {
    case 1: scatter(source, result, rowStride, columnStride, tile, UInt8.self)
    case 4: scatter(source, result, rowStride, columnStride, tile, UInt32.self)
    default: scatter(source, result, rowStride, columnStride, tile, UInt64.self)
    }
  }

  /// Writes one element to every place of the tile.
  static func spread(
    _ source: UnsafeRawPointer, _ result: UnsafeMutableRawPointer, rowStride: Int,
    columnStride: Int, _ tile: Tile
  ) {
    for row in 0..<tile.rows {
      for column in 0..<tile.columns {
        let place = (row * rowStride + column * columnStride) * tile.size
        (result + place).copyMemory(from: source, byteCount: tile.size)
      }
    }
  }

  /// Repeats one element.
  static func fill(
    _ source: UnsafeRawPointer, _ result: UnsafeMutableRawPointer, _ n: Int, size: Int
  ) {
    switch size {
    case 1: memset(result, Int32(source.load(as: UInt8.self)), n)
    case 4: repeatElement(source.load(as: UInt32.self), result, n)
    default: repeatElement(source.load(as: UInt64.self), result, n)
    }
  }

  @inline(__always)
  static func repeatElement<Bits>(_ value: Bits, _ result: UnsafeMutableRawPointer, _ n: Int) {
    let target = result.assumingMemoryBound(to: Bits.self)
    for i in 0..<n { target[i] = value }
  }

  @inline(__always)
  private static func gather<Bits>(
    _ source: UnsafeRawPointer, _ rowStride: Int, _ columnStride: Int,
    _ result: UnsafeMutableRawPointer, _ tile: Tile, _ type: Bits.Type
  ) {
    let from = source.assumingMemoryBound(to: Bits.self)
    let into = result.assumingMemoryBound(to: Bits.self)
    let (rows, columns) = (tile.rows, tile.columns)
    if columnStride == 1 {
      for row in 0..<rows {
        let (line, start) = (into + row * columns, from + row * rowStride)
        for column in 0..<columns { line[column] = start[column] }
      }
    } else if columnStride == 0 {
      for row in 0..<rows {
        let value = from[row * rowStride]
        let line = into + row * columns
        for column in 0..<columns { line[column] = value }
      }
    } else if rowStride.magnitude < columnStride.magnitude {
      // Neighbours in memory are neighbours in a column: walk the columns.
      for column in 0..<columns {
        let start = from + column * columnStride
        for row in 0..<rows { into[row * columns + column] = start[row * rowStride] }
      }
    } else {
      for row in 0..<rows {
        let (line, start) = (into + row * columns, from + row * rowStride)
        for column in 0..<columns { line[column] = start[column * columnStride] }
      }
    }
  }

  @inline(__always)
  private static func scatter<Bits>(
    _ source: UnsafeRawPointer, _ result: UnsafeMutableRawPointer, _ rowStride: Int,
    _ columnStride: Int, _ tile: Tile, _ type: Bits.Type
  ) {
    let from = source.assumingMemoryBound(to: Bits.self)
    let into = result.assumingMemoryBound(to: Bits.self)
    let (rows, columns) = (tile.rows, tile.columns)
    if columnStride == 1 {
      for row in 0..<rows {
        let (start, line) = (from + row * columns, into + row * rowStride)
        for column in 0..<columns { line[column] = start[column] }
      }
    } else if rowStride.magnitude < columnStride.magnitude {
      for column in 0..<columns {
        let line = into + column * columnStride
        for row in 0..<rows { line[row * rowStride] = from[row * columns + column] }
      }
    } else {
      for row in 0..<rows {
        let (start, line) = (from + row * columns, into + row * rowStride)
        for column in 0..<columns { line[column * columnStride] = start[column] }
      }
    }
  }
}
