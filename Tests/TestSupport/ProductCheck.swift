import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

/// Compares the derivative products of a graph with each other: what two of them both give must be the same numbers.
///
/// The graph has a scalar output `y` and an output `last`, as random graphs have. J is the Jacobian of both with
/// respect to what y depends on, H the Hessian of y.
package struct ProductCheck {
  /// What is compared.
  package enum Product: String, CaseIterable, Sendable {
    /// ∇y · u is the tangent of y along u.
    case gradient
    /// ⟨c, J u⟩ = ⟨Jᵀ c, u⟩.
    case transpose
    /// J u by two sweeps in reverse mode.
    case reverseTangent
    /// Jᵀ (J u), and by the parts.
    case gaussNewton
    /// The linear map, also of two directions at once.
    case linearized
    /// H u against differences of the gradient, and J u against those of the values.
    case differences
    /// vᵀ H u, both ways round, and by H u.
    case curvature
    /// J by rows, by columns and in brackets; J u, Jᵀ c and ∇y by J.
    case jacobian
    /// H u by H, and one of its columns by the product with a unit tensor; H is symmetric.
    case hessian
    case diagonal
    /// A batch is one example after the other.
    case batch
    /// All of them with calls as they are, and the gradient of the graph with the bodies in their place.
    case expansion
    /// The same by the names of outputs and inputs, after the standard passes.
    case named
    /// Printing and reading are inverse, also with all derivatives.
    case text
    /// The compiled program gives what the graph means.
    case compiled

    /// What is compared for a seed: the cheap ones always, of the others some.
    package static func chosen(for seed: UInt64) -> Set<Product> {
      var random = SeededGenerator(seed: seed &* 7 &+ 3)
      return Set(
        allCases.filter { product in
          switch product {
          case .gradient, .transpose, .reverseTangent, .gaussNewton, .linearized, .differences,
            .curvature:
            true
          case .jacobian, .hessian, .diagonal, .batch, .expansion, .text:
            Int.random(in: 0..<3, using: &random) == 0
          case .named: Int.random(in: 0..<6, using: &random) == 0
          case .compiled: Int.random(in: 0..<10, using: &random) == 0
          }
        })
    }
  }

  /// What did not agree.
  package internal(set) var disagreements: [String] = []
  let products: Set<Product>
  let seed: UInt64
  let numbers: ProductNumbers

  /// Compares the chosen products of a graph; nil where y does not depend differentiably on anything.
  package init?(of graph: Graph, comparing products: Set<Product>, seed: UInt64) throws {
    guard let setting = try ProductSetting(of: graph, writing: products, seed: seed) else {
      return nil
    }
    self.products = products
    self.seed = seed
    numbers = try ProductNumbers(of: setting)
    compareDirections()
    compareMatrices()
    try compareDifferences(setting)
    try compareGraphs(graph, setting)
  }

  /// Notes where lists of numbers differ by more than rounding.
  ///
  /// - Parameter size: The size of what was summed up to them.
  mutating func expect(
    _ what: String, _ found: [Double], _ expected: [Double], size: Double = 1,
    within bound: Double = 1e-9
  ) {
    let largest = (found + expected).reduce(max(1, size)) {
      $1.isFinite ? max($0, $1.magnitude) : $0
    }
    let differ = zip(found, expected).contains { a, b in
      !(a == b || (a - b).magnitude <= bound * largest)
    }
    if differ || found.count != expected.count {
      disagreements.append("\(what): \(found), not \(expected)")
    }
  }
}

// What follows from the numbers alone.
extension ProductCheck {
  private mutating func compareDirections() {
    let n = numbers
    let (u, v, c) = (n["u"], n["v"], n["c"])
    let (tangent, gradient) = (n["tangent"], n["gradient"])
    expect(
      "∇y·u", [dot(gradient, u)], Array(tangent.prefix(1)), size: sizeOfDot(gradient, u))
    expect(
      "⟨Jᵀc, u⟩ and ⟨c, Ju⟩", [dot(n["adjoint"], u)], [dot(c, tangent)],
      size: sizeOfDot(c, tangent))
    expect("Ju by reverse mode", n["reverseTangent"], tangent)
    expect("JᵀJu", n["gaussNewton"], n["gaussNewtonByParts"])
    expect("uᵀJᵀJu", [dot(u, n["gaussNewton"])], [dot(tangent, tangent)])
    expect("Ju by the linear map", n["linear"], tangent)
    let many = n.lists("many", of: 2)
    expect("Ju by the linear map of two directions", many[0], tangent)
    expect(
      "⟨c, Jv⟩ by the linear map of two directions", [dot(c, many[1])], [dot(n["adjoint"], v)],
      size: sizeOfDot(c, many[1]))
    let product = n["product"]
    let curvature = n["curvature"] + n["curvatureTransposed"]
    expect(
      "vᵀHu and uᵀHv", curvature, [dot(v, product), dot(v, product)], size: sizeOfDot(v, product))
  }

  private mutating func compareMatrices() {
    let n = numbers
    let (u, c) = (n["u"], n["c"])
    if products.contains(.jacobian) {
      let rows = n.matrix("rows", n.targetCounts, n.sourceCounts)
      let size = rows.joined().reduce(1) { max($0, $1.magnitude) }
      for order in ["columns", "bracketed"] {
        let other = n.matrix(order, n.targetCounts, n.sourceCounts)
        expect("J by \(order)", Array(other.joined()), Array(rows.joined()))
      }
      expect("J·u", rows.map { dot($0, u) }, n["tangent"], size: size)
      expect("∇y by J", rows[0], n["gradient"], size: size)
      let transposed = u.indices.map { column in dot(rows.map { $0[column] }, c) }
      expect("Jᵀ·c", transposed, n["adjoint"], size: size)
    }
    if products.contains(.hessian) {
      let rows = n.matrix("hessian", n.sourceCounts, n.sourceCounts)
      let size = rows.joined().reduce(1) { max($0, $1.magnitude) }
      expect("H·u", rows.map { dot($0, u) }, n["product"], size: size)
      for row in rows.indices {
        expect("row and column \(row) of H", rows[row], rows.map { $0[row] }, size: size)
      }
      let unit = n["unit"].firstIndex(of: 1) ?? 0
      expect("column \(unit) of H", n["column"], rows.map { $0[unit] }, size: size)
      if products.contains(.diagonal) {
        expect("the diagonal of H", n["diagonal"], rows.indices.map { rows[$0][$0] }, size: size)
      }
    } else if products.contains(.diagonal) {
      let unit = n["unit"].firstIndex(of: 1) ?? 0
      expect("one of the diagonal", [n["diagonal"][unit]], [n["column"][unit]])
    }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func sizeOfDot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 * $1.1).magnitude }
  }
}
