import Adjoint
import Foundation

/// The logarithm of the likelihood of points under a mixture of Gaussians with a Wishart prior: ADBench's GMM as
/// GradBench states it, γ = 1 and m = 0.
///
/// The inverse of a covariance is QᵀQ; a row of `icf` has the logarithms of Q's diagonal, then what is below it,
/// column by column.
struct GaussianMixture: Formula {
  let points: Int
  let dimensions: Int
  let components: Int

  private var triangle: Int { dimensions * (dimensions - 1) / 2 }
  private var rowCount: Int { dimensions + triangle }

  func operands() throws(Diagnostic) -> [Operand] {
    [
      try .source("alphas", RandomNumbers.doubles(components, "alphas"), components),
      try .source(
        "means", RandomNumbers.doubles(components * dimensions, "means"), components, dimensions),
      try .source(
        "icf", RandomNumbers.doubles(components * rowCount, "icf"), components, rowCount),
      try .data("x", RandomNumbers.doubles(points * dimensions, "x"), points, dimensions),
    ]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (alphas, means, icf, x) = (operands[0], operands[1], operands[2], operands[3])
    let (d, k) = (dimensions, components)
    let logarithms = icf[.all, 0..<d]
    let below = icf[.all, d..<rowCount]
    let diagonal = exp(logarithms)
    // Q [K, d, d]: the diagonal, and below it the elements where they belong, a zero elsewhere.
    let places = try x.builder.constant(Tensor(belowPlaces))
    let padded = concatenate([below, 0 * below[.all, 0..<1]], axis: 1)
    let grid = Shape(extents: [d, d])
    let isDiagonal = x.builder.iota(.i32, grid, axis: 0) .== x.builder.iota(.i32, grid, axis: 1)
    let factors = select(
      isDiagonal, diagonal.reshaped(to: [k, 1, d]),
      padded.gathered(at: places, axis: 1).reshaped(to: [k, d, d]))
    // Q·(x − μ) = Q·x − Q·μ, so that all of Q·x are one product.
    let rows = factors.reshaped(to: [k * d, d])
    let moved = (factors * means.reshaped(to: [k, 1, d])).sum(squeezingAxes: 2)
    let distances =
      (matmul(x, rows.transposed(permutation: [1, 0])).reshaped(to: [points, k, d]) - moved)
    let squares = (distances * distances).sum(squeezingAxes: 2)
    let sums = logarithms.sum(squeezingAxes: 1)
    let likelihood = logSumExp(alphas + sums - 0.5 * squares, squeezingAxes: [1]).sum()
    let prior = 0.5 * ((diagonal * diagonal).sum() + (below * below).sum())
    let share = logSumExp(alphas, squeezingAxes: [0]) * Double(points)
    return likelihood - share + prior + constant
  }

  /// For each element of Q, row by row, its place among those below the diagonal, or the place of a zero.
  private var belowPlaces: [Int32] {
    var places = [Int32](repeating: Int32(triangle), count: dimensions * dimensions)
    var place: Int32 = 0
    for column in 0..<dimensions {
      for row in column + 1..<dimensions {
        places[row * dimensions + column] = place
        place += 1
      }
    }
    return places
  }

  /// What does not depend on the parameters.
  private var constant: Double {
    let (d, n) = (Double(dimensions), Double(dimensions + 1))
    var gamma = d * (d - 1) / 4 * log(Double.pi)
    for index in 0..<dimensions { gamma += lgamma(0.5 * n - Double(index) / 2) }
    return -Double(points) * d * 0.5 * log(2 * Double.pi)
      - Double(components) * (n * d * log(1 / 2.0.squareRoot()) - gamma)
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let (alphas, means, icf, x) = (operands[0], operands[1], operands[2], operands[3])
    let d = dimensions
    func logSum(_ terms: [Double]) -> Double {
      let largest = terms.reduce(-.infinity, max)
      return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
    }
    var total = constant - Double(points) * logSum(alphas)
    for component in 0..<components {
      let row = icf[component * rowCount..<(component + 1) * rowCount].map { $0 }
      total += 0.5 * row[..<d].reduce(0) { $0 + exp($1) * exp($1) }
      total += 0.5 * row[d...].reduce(0) { $0 + $1 * $1 }
    }
    for point in 0..<points {
      var terms = alphas
      for component in 0..<components {
        let first = component * rowCount
        let centred = (0..<d).map { x[point * d + $0] - means[component * d + $0] }
        var product = (0..<d).map { exp(icf[first + $0]) * centred[$0] }
        var place = first + d
        for column in 0..<d {
          for row in column + 1..<d {
            product[row] += icf[place] * centred[column]
            place += 1
          }
        }
        terms[component] +=
          (0..<d).reduce(0) { $0 + icf[first + $1] - 0.5 * product[$1] * product[$1] }
      }
      total += logSum(terms)
    }
    return [total]
  }

  /// Three products with a triangle for each point and component, squares, and an exponential.
  var work: Work {
    let pairs = points * components
    return .double(
      operations: pairs * (3 * dimensions * (dimensions + 1) + 3 * dimensions + 25),
      read: points * dimensions + components * (1 + dimensions + rowCount),
      written: components * (1 + dimensions + rowCount))
  }
}
