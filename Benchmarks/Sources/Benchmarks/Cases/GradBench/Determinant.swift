import Adjoint

/// A determinant by expansion along its rows: GradBench's det, from cmpad.
///
/// The minors of the first rows are computed once for each set of columns and not once for each permutation.
struct Determinant: Formula {
  let size: Int

  func operands() throws(Diagnostic) -> [Operand] {
    [try .source("A", RandomNumbers.doubles(size * size, "matrix"), size, size)]
  }

  /// Where the terms of the minors of the first `rows` rows are: for each set of columns, in the order of their
  /// numbers as bits, the column of each term and the minor of the others.
  private func terms(rows: Int) -> (columns: [Int32], minors: [Int32], count: Int) {
    func sets(_ count: Int) -> [Int] { (0..<1 << size).filter { $0.nonzeroBitCount == count } }
    let place = Dictionary(
      uniqueKeysWithValues: sets(rows - 1).enumerated().map { ($1, Int32($0)) })
    var columns: [Int32] = []
    var minors: [Int32] = []
    for set in sets(rows) {
      for column in 0..<size where set & 1 << column != 0 {
        columns.append(Int32(column))
        minors.append(place[set & ~(1 << column)] ?? 0)
      }
    }
    return (columns, minors, columns.count / rows)
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let matrix = operands[0]
    let builder = matrix.builder
    var minors = matrix[0]
    for rows in 2...size {
      let terms = terms(rows: rows)
      let shape = Shape(extents: [terms.count, rows])
      let signs = (0..<rows).map { ($0 + rows - 1) % 2 == 0 ? 1.0 : -1 }
      let elements = try matrix[rows - 1].gathered(at: builder.constant(Tensor(terms.columns)))
      let others = try minors.gathered(at: builder.constant(Tensor(terms.minors)))
      let products = elements.reshaped(to: shape) * others.reshaped(to: shape)
      minors = try (products * builder.constant(Tensor(signs))).sum(squeezingAxes: 1)
    }
    return minors[0]
  }

  /// By elimination with the largest element of a column first.
  func reference(_ operands: [[Double]]) -> [Double] {
    var rows = (0..<size).map { Array(operands[0][$0 * size..<($0 + 1) * size]) }
    var determinant = 1.0
    for step in 0..<size {
      let pivot = (step..<size).max { rows[$0][step].magnitude < rows[$1][step].magnitude } ?? step
      if pivot != step {
        rows.swapAt(pivot, step)
        determinant = -determinant
      }
      determinant *= rows[step][step]
      for row in step + 1..<size {
        let factor = rows[row][step] / rows[step][step]
        for column in step..<size { rows[row][column] -= factor * rows[step][column] }
      }
    }
    return [determinant]
  }

  /// A term of a minor is a multiplication and an addition, and twice that on the way back.
  var work: Work {
    .double(operations: 6 * size << (size - 1), read: size * size, written: size * size)
  }
}
