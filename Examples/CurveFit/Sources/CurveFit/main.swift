// Fits y = b1 + b2·exp(−b4·x) + b3·exp(−b5·x) to 33 points by the method of Levenberg and Marquardt.
import Adjoint
import AdjointTables
import Foundation

let points = try CSVFile(contentsOf: "Data/mgh17.csv", as: .f64).tensor
let curve = try Curve(x: points[.all, 1], y: points[.all, 0])

// Each step solves (JᵀJ + damping · diag JᵀJ) · step = −Jᵀr; what makes the sum larger is taken back.
var parameters = [0.5, 1.5, -1, 0.01, 0.02]
var sum = try curve.squares(at: parameters)
var damping = 1e-3
for _ in 0..<200 where damping < 1e12 {
  let slope = try curve.slope()
  let matrix = try curve.matrix()
  while damping < 1e12 {
    let damped = matrix.enumerated().map {
      $0.offset % 6 == 0 ? $0.element * (1 + damping) : $0.element
    }
    let step = solution(of: damped, for: slope.map { -$0 })
    let candidate = zip(parameters, step).map { $0 + $1 }
    let candidateSum = try curve.squares(at: candidate)
    if candidateSum < sum {
      (parameters, sum, damping) = (candidate, candidateSum, damping / 10)
      break
    }
    damping *= 10
  }
}

// The values that NIST certifies for this problem.
let certified = [
  3.7541005211E-01, 1.9358469127E+00, -1.4646871366E+00, 1.2867534640E-02, 2.2122699662E-02,
]
for (place, value) in parameters.enumerated() {
  let error = abs(value / certified[place] - 1)
  print(
    "b\(place + 1)", String(format: "%.6f", value),
    error < 1e-7 ? "as certified" : "off by \(error)")
}
print("sum of squares", String(format: "%.6e", sum))
