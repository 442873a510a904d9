import Foundation
import _Differentiation

/// The network of `swift_network`, 8-20-2: its weights, row by row.
struct Network: Differentiable {
  static let inputs = 8
  static let hidden = 20
  static let outputs = 2

  var first: [Double]
  var second: [Double]

  init(_ weights: [Double]) {
    first = Array(weights[..<(Self.inputs * Self.hidden)])
    second = Array(weights[(Self.inputs * Self.hidden)...])
  }
}

/// The slopes of an array.
typealias Slopes = Array<Double>.TangentVector

/// Loops over elements, which the compiler differentiates.
enum Loops {
  @differentiable(reverse,wrt: network)
  static func loss(of network: Network, _ x: [Double], _ target: [Double]) -> Double {
    let (inputs, hidden, outputs) = (Network.inputs, Network.hidden, Network.outputs)
    var sum = 0.0
    for example in 0..<withoutDerivative(at: x.count / inputs) {
      var units: [Double] = []
      for unit in 0..<hidden {
        var value = 0.0
        for input in 0..<inputs {
          value += x[example * inputs + input] * network.first[input * hidden + unit]
        }
        units.append(tanh(value))
      }
      for output in 0..<outputs {
        var value = 0.0
        for unit in 0..<hidden { value += units[unit] * network.second[unit * outputs + output] }
        let error = value - target[example * outputs + output]
        sum += error * error
      }
    }
    return sum / Double(target.count)
  }
}

/// Functions of whole arrays, for each of which a derivative is registered.
enum Registered {
  @differentiable(reverse,wrt: network)
  static func loss(of network: Network, _ x: [Double], _ target: [Double]) -> Double {
    let units = tanhs(product(x, network.first, inner: Network.inputs))
    return meanSquare(product(units, network.second, inner: Network.hidden), target)
  }

  /// The rows of `left` times the matrix `right`.
  static func product(_ left: [Double], _ right: [Double], inner: Int) -> [Double] {
    let (rows, columns) = (left.count / inner, right.count / inner)
    var result = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for index in 0..<inner {
        let scale = left[row * inner + index]
        for column in 0..<columns {
          result[row * columns + column] += scale * right[index * columns + column]
        }
      }
    }
    return result
  }

  @derivative(of: product, wrt: (left, right))
  static func productPullback(_ left: [Double], _ right: [Double], inner: Int) -> (
    value: [Double],
    pullback: (Slopes) -> (Slopes, Slopes)
  ) {
    (
      product(left, right, inner: inner),
      { cotangent in
        let slope = cotangent.base
        return (.init(products(slope, right, inner)), .init(transposedProduct(left, slope, inner)))
      }
    )
  }

  @derivative(of: product, wrt: right)
  static func productPullbackOfRight(_ left: [Double], _ right: [Double], inner: Int) -> (
    value: [Double], pullback: (Slopes) -> Slopes
  ) {
    (
      product(left, right, inner: inner),
      { .init(transposedProduct(left, $0.base, inner)) }
    )
  }

  /// `slope · rightᵀ`.
  private static func products(_ slope: [Double], _ right: [Double], _ inner: Int) -> [Double] {
    let columns = right.count / inner
    let rows = slope.count / columns
    var result = [Double](repeating: 0, count: rows * inner)
    for row in 0..<rows {
      for index in 0..<inner {
        var sum = 0.0
        for column in 0..<columns {
          sum += slope[row * columns + column] * right[index * columns + column]
        }
        result[row * inner + index] = sum
      }
    }
    return result
  }

  /// `leftᵀ · slope`.
  private static func transposedProduct(
    _ left: [Double], _ slope: [Double], _ inner: Int
  ) -> [Double] {
    let rows = left.count / inner
    let columns = slope.count / rows
    var result = [Double](repeating: 0, count: inner * columns)
    for row in 0..<rows {
      for index in 0..<inner {
        let scale = left[row * inner + index]
        for column in 0..<columns {
          result[index * columns + column] += scale * slope[row * columns + column]
        }
      }
    }
    return result
  }

  static func tanhs(_ x: [Double]) -> [Double] { x.map { tanh($0) } }

  @derivative(of: tanhs)
  static func tanhsPullback(_ x: [Double]) -> (
    value: [Double], pullback: (Slopes) -> Slopes
  ) {
    let values = tanhs(x)
    return (values, { .init(zip($0.base, values).map { $0 * (1 - $1 * $1) }) })
  }

  static func meanSquare(_ x: [Double], _ target: [Double]) -> Double {
    var sum = 0.0
    for index in x.indices { sum += (x[index] - target[index]) * (x[index] - target[index]) }
    return sum / Double(x.count)
  }

  @derivative(of: meanSquare, wrt: x)
  static func meanSquarePullback(_ x: [Double], _ target: [Double]) -> (
    value: Double, pullback: (Double) -> Slopes
  ) {
    (
      meanSquare(x, target),
      { slope in
        let scale = 2 * slope / Double(x.count)
        return .init(zip(x, target).map { scale * ($0 - $1) })
      }
    )
  }
}
