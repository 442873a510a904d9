/// Matrix products in f64 for the references, over unsafe buffers because they run some billion times.
enum PlainLoops {
  /// The rows of `left` times the matrix `right`, both row by row.
  static func product(_ left: [Double], _ right: [Double], inner: Int) -> [Double] {
    let rows = left.count / inner
    let columns = right.count / inner
    var result = [Double](repeating: 0, count: rows * columns)
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        result.withUnsafeMutableBufferPointer { result in
          for row in 0..<rows {
            for index in 0..<inner {
              let scale = left[row * inner + index]
              if scale == 0 { continue }
              let first = index * columns
              let target = row * columns
              for column in 0..<columns {
                result[target + column] += scale * right[first + column]
              }
            }
          }
        }
      }
    }
    return result
  }

  /// The rows of `left` times the matrix `right`, with a bias added to each row.
  static func affine(_ left: [Double], _ right: [Double], bias: [Double]) -> [Double] {
    var result = product(left, right, inner: right.count / bias.count)
    for index in result.indices { result[index] += bias[index % bias.count] }
    return result
  }

  /// `sums += scale · row` for a row of a matrix as wide as the sums.
  static func addScaledRow(
    _ row: Int, of matrix: [Double], by scale: Double, to sums: inout [Double]
  ) {
    matrix.withUnsafeBufferPointer { matrix in
      sums.withUnsafeMutableBufferPointer { sums in
        let first = row * sums.count
        for column in sums.indices { sums[column] += scale * matrix[first + column] }
      }
    }
  }

  /// `matrix[first...] += scale · vector`.
  static func addScaled(
    _ vector: [Double], by scale: Double, to matrix: inout [Double], from first: Int
  ) {
    vector.withUnsafeBufferPointer { vector in
      matrix.withUnsafeMutableBufferPointer { matrix in
        for column in vector.indices { matrix[first + column] += scale * vector[column] }
      }
    }
  }

  /// `Σ vector · matrix[first...]`.
  static func dot(_ vector: [Double], _ matrix: [Double], from first: Int) -> Double {
    vector.withUnsafeBufferPointer { vector in
      matrix.withUnsafeBufferPointer { matrix in
        var sum = 0.0
        for column in vector.indices { sum += vector[column] * matrix[first + column] }
        return sum
      }
    }
  }
}
