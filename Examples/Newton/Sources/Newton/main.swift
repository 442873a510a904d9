// Finds the lowest point of Rosenbrock's function of ten variables by Newton's method:
//
//     f(x) = Σᵢ 100 · (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²
import Foundation

let count = 10
let function = try Rosenbrock(count)

// x ← x − t · H⁻¹ · ∇f, where t is halved until the function becomes smaller.
var point = [Double](repeating: 0, count: count)
var lowest = try function.value(at: point)
for iteration in 1...100 {
  let slope = try function.slope()
  let length = slope.reduce(0) { $0 + $1 * $1 }.squareRoot()
  if length < 1e-10 { break }
  print(String(format: "%2d  f = %.3e  |∇f| = %.3e", iteration, lowest, length))
  let hessian = try function.hessian()
  let step = solution(of: hessian, for: slope.map { -$0 })
  var share = 1.0
  var candidate = point
  var height = lowest
  repeat {
    candidate = zip(point, step).map { $0 + share * $1 }
    height = try function.value(at: candidate)
    share /= 2
  } while height >= lowest && share > 1e-10
  (point, lowest) = (candidate, height)
}
print("x =", point.map { String(format: "%.6f", $0) }.joined(separator: " "))
