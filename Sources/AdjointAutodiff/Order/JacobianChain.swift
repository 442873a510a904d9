import AdjointCore

/// A product of dense Jacobians `J_m · … · J₂ · J₁`, and in which order it is cheapest.
///
/// Of a function `f_m ∘ … ∘ f₁` from `R^{d₀}` over `R^{d₁}` … to `R^{d_m}`, `J_i` has `d_i` rows and `d_{i−1}`
/// columns. A product of a p × q by a q × r matrix takes `p·q·r` multiply-adds. Forward mode multiplies from the
/// right, reverse mode from the left; either may cost far more than the best bracketing.
package struct JacobianChain: Hashable, Sendable {
  /// Which products are made first.
  package indirect enum Bracketing: Hashable, Sendable {
    /// The Jacobian of the function with this number, counted from 1, the one that is applied first.
    case factor(Int)
    /// The product of a later part, on the left, and an earlier one.
    case product(Bracketing, Bracketing)
  }

  /// A bracketing and what it costs.
  package struct Choice: Hashable, Sendable {
    package let bracketing: Bracketing
    package let multiplyAdds: Int
  }

  /// `d₀ … d_m`: the elements of the input, of what is between, and of the output.
  package let dimensions: [Int]

  /// The most factors: the table of the dynamic program has a place for each pair.
  package static let maximumFactorCount = 1000

  /// - Throws: `.invalidArgument` for fewer than two dimensions, a dimension below 0, or more factors than
  ///   `maximumFactorCount`.
  package init(dimensions: [Int]) throws(Diagnostic) {
    guard dimensions.count > 1, dimensions.allSatisfy({ $0 >= 0 }),
      dimensions.count - 1 <= Self.maximumFactorCount
    else {
      throw Diagnostic(
        .invalidArgument,
        "a chain of Jacobians has from 1 to \(Self.maximumFactorCount) factors, of at least 0 rows and columns"
      )
    }
    self.dimensions = dimensions
  }

  /// The number of factors.
  package var count: Int { dimensions.count - 1 }

  /// From the right, as forward mode does: `J₃·(J₂·J₁)`.
  package var forward: Choice {
    choice(
      (1...count).dropFirst().reduce(.factor(1)) { .product(.factor($1), $0) })
  }

  /// From the left, as reverse mode does: `(J₃·J₂)·J₁`.
  package var reverse: Choice {
    choice(
      (1..<count).reversed().reduce(.factor(count)) { .product($0, .factor($1)) })
  }

  /// A cheapest bracketing, in time in proportion to the cube of the number of factors.
  ///
  /// With the least cost `c(i, j)` of the product of factors i to j,
  /// `c(i, j) = min over k of c(i, k) + c(k + 1, j) + d_{i−1}·d_k·d_j` (Godbole, "On efficient computation of
  /// matrix chain products", IEEE Transactions on Computers C-22, 1973; for Jacobians Griewank and Naumann,
  /// "Accumulating Jacobians as chained sparse matrix products", Mathematical Programming 95, 2003). Of equally
  /// cheap ones it is that which makes the later product last, as forward mode does.
  package var best: Choice {
    let width = count + 1
    var costs = Array(repeating: 0, count: width * width)
    var splits = costs
    for length in stride(from: 2, through: count, by: 1) {
      for first in 1...(count - length + 1) {
        let last = first + length - 1
        var least = Int.max
        var split = last - 1
        for place in (first..<last).reversed() {
          let cost =
            costs[first * width + place] +| costs[(place + 1) * width + last]
            +| dimensions[first - 1] *| dimensions[place] *| dimensions[last]
          if cost < least {
            least = cost
            split = place
          }
        }
        costs[first * width + last] = least
        splits[first * width + last] = split
      }
    }
    func bracketing(_ first: Int, _ last: Int) -> Bracketing {
      guard first < last else { return .factor(first) }
      let split = splits[first * width + last]
      return .product(bracketing(split + 1, last), bracketing(first, split))
    }
    return Choice(bracketing: bracketing(1, count), multiplyAdds: costs[width + count])
  }

  private func choice(_ bracketing: Bracketing) -> Choice {
    Choice(bracketing: bracketing, multiplyAdds: multiplyAdds(of: bracketing))
  }

  /// What a bracketing of all factors, each once and in order, costs.
  package func multiplyAdds(of bracketing: Bracketing) -> Int { span(of: bracketing).cost }

  /// The first and the last factor of a part, and its cost.
  private func span(of bracketing: Bracketing) -> (first: Int, last: Int, cost: Int) {
    switch bracketing {
    case .factor(let number): return (number, number, 0)
    case .product(let later, let earlier):
      let (left, right) = (span(of: later), span(of: earlier))
      let product = dimensions[left.last] *| dimensions[right.last] *| dimensions[right.first - 1]
      return (right.first, left.last, left.cost +| right.cost +| product)
    }
  }
}

extension JacobianChain.Bracketing: CustomStringConvertible {
  /// The product with its brackets: `J4·((J3·J2)·J1)`.
  package var description: String {
    switch self {
    case .factor(let number): "J\(number)"
    case .product(let later, let earlier): "\(later.bracketed)·\(earlier.bracketed)"
    }
  }

  private var bracketed: String {
    if case .factor = self { description } else { "(\(description))" }
  }

  /// What is between the factors, in the order in which the products remove it: 1 is between the first two.
  package var eliminations: [Int] {
    switch self {
    case .factor: []
    case .product(let later, let earlier):
      earlier.eliminations + later.eliminations + [earlier.lastFactor]
    }
  }

  /// The bracketing of so many factors that removes what is between them in an order.
  package init(of count: Int, eliminating order: [Int]) {
    var times = Array(repeating: 0, count: max(count, 1))
    for (time, place) in order.enumerated() where times.indices.contains(place) {
      times[place] = time
    }
    // What goes last is between the two factors of the last product.
    func bracketing(_ first: Int, _ last: Int) -> Self {
      guard first < last, let split = (first..<last).max(by: { times[$0] < times[$1] }) else {
        return .factor(first)
      }
      return .product(bracketing(split + 1, last), bracketing(first, split))
    }
    self = bracketing(1, max(count, 1))
  }

  private var lastFactor: Int {
    switch self {
    case .factor(let number): number
    case .product(let later, _): later.lastFactor
    }
  }
}
