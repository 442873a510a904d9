import AdjointCore
import AdjointRuntime
import Testing

/// What stands for BLAS where the package is built without one.
@Suite struct LoopProductTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var rows: Int
    var columns: Int
    var inner: Int
    var testDescription: String { "\(rows)×\(inner) by \(inner)×\(columns)" }
  }

  static let cases = [
    Case(rows: 1, columns: 1, inner: 1), Case(rows: 3, columns: 5, inner: 7),
    Case(rows: 0, columns: 3, inner: 2), Case(rows: 2, columns: 0, inner: 2),
    Case(rows: 2, columns: 3, inner: 0), Case(rows: 17, columns: 1, inner: 33),
    Case(rows: 1, columns: 40, inner: 9), Case(rows: 31, columns: 29, inner: 64),
  ]

  /// Whole numbers, of which every sum is exact.
  private func numbers(_ count: Int, _ seed: UInt64) -> [Double] {
    let random = CounterBasedRandom(seed: seed)
    return (0..<count).map { Double(random.bits(at: UInt64($0)).0 % 9) - 4 }
  }

  /// A matrix with a gap behind each row or column, whose elements are NaN.
  private func stored(
    _ elements: [Double], rows: Int, columns: Int, transposed: Bool
  ) -> (elements: [Double], pitch: Int) {
    let (lines, length) = transposed ? (columns, rows) : (rows, columns)
    let pitch = length + 2
    var result = [Double](repeating: .nan, count: max(lines * pitch, 1))
    for row in 0..<rows {
      for column in 0..<columns {
        let (line, place) = transposed ? (column, row) : (row, column)
        result[line * pitch + place] = elements[row * columns + column]
      }
    }
    return (result, pitch)
  }

  @Test(arguments: cases, [0.0, 1, -2])
  func matrices(of shape: Case, beta: Double) {
    for (leftTransposed, rightTransposed) in [
      (false, false), (false, true), (true, false), (true, true),
    ] {
      let (m, n, k) = (shape.rows, shape.columns, shape.inner)
      let (x, y) = (numbers(m * k, 1), numbers(k * n, 2))
      let before = beta == 0 ? [Double](repeating: .nan, count: m * n) : numbers(m * n, 3)
      let a = stored(x, rows: m, columns: k, transposed: leftTransposed)
      let b = stored(y, rows: k, columns: n, transposed: rightTransposed)
      var c = before
      a.elements.withUnsafeBufferPointer { left in
        b.elements.withUnsafeBufferPointer { right in
          c.withUnsafeMutableBufferPointer { result in
            guard let left = left.baseAddress, let right = right.baseAddress,
              let result = result.baseAddress
            else { return }
            LoopProducts.matrixMatrix(
              rows: m, columns: n, inner: k, alpha: 3,
              .init(left, pitch: a.pitch, isTransposed: leftTransposed),
              .init(right, pitch: b.pitch, isTransposed: rightTransposed), beta: beta, result,
              pitch: n)
          }
        }
      }
      for row in 0..<m {
        for column in 0..<n {
          let sum = (0..<k).reduce(0.0) { $0 + x[row * k + $1] * y[$1 * n + column] }
          let place = row * n + column
          #expect(c[place] == 3 * sum + (beta == 0 ? 0 : beta * before[place]))
        }
      }
    }
  }

  @Test(arguments: cases, [0.0, 1, -2])
  func vectors(of shape: Case, beta: Double) {
    for (transposed, resultStride) in [(false, 1), (true, 1), (false, 3), (true, 3)] {
      let (m, k) = (shape.rows, shape.inner)
      let (x, v) = (numbers(m * k, 4), numbers(k * 2, 5))
      let a = stored(x, rows: m, columns: k, transposed: transposed)
      let before = [Double](repeating: beta == 0 ? .nan : 5, count: max(m * resultStride, 1))
      var y = before
      a.elements.withUnsafeBufferPointer { matrix in
        v.withUnsafeBufferPointer { vector in
          y.withUnsafeMutableBufferPointer { result in
            guard let matrix = matrix.baseAddress, let vector = vector.baseAddress,
              let result = result.baseAddress
            else { return }
            LoopProducts.matrixVector(
              rows: m, columns: k, alpha: 3,
              .init(matrix, pitch: a.pitch, isTransposed: transposed), vector, stride: 2,
              beta: beta, result, resultStride: resultStride)
          }
        }
      }
      for row in 0..<m {
        let sum = (0..<k).reduce(0.0) { $0 + x[row * k + $1] * v[$1 * 2] }
        #expect(y[row * resultStride] == 3 * sum + (beta == 0 ? 0 : beta * 5))
      }
    }
  }
}
