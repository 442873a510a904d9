/// Solves a system of linear equations by elimination with row exchanges.
///
/// - Parameters:
///   - matrix: The coefficients, row by row.
///   - right: One number for each row.
func solution(of matrix: [Double], for right: [Double]) -> [Double] {
  let count = right.count
  var rows = (0..<count).map { Array(matrix[$0 * count..<($0 + 1) * count]) + [right[$0]] }
  for column in 0..<count {
    let pivot = (column..<count).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
    rows.swapAt(column, pivot)
    for row in 0..<count where row != column {
      let factor = rows[row][column] / rows[column][column]
      for place in column...count { rows[row][place] -= factor * rows[column][place] }
    }
  }
  return (0..<count).map { rows[$0][count] / rows[$0][$0] }
}
