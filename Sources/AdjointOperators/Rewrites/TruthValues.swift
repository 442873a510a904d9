import AdjointGraph

// Roots: and, or, logical_not.
extension Rewrite {
  static let andTheSame = Rewrite(x .& x, to: x)
  static let andTrue = Rewrite(x .& .allTrue, to: x)
  static let andFalse = Rewrite(x .& Pattern.allFalse.known(as: y), to: "false") { $0[y] }

  static let orTheSame = Rewrite(x .| x, to: x)
  static let orFalse = Rewrite(x .| .allFalse, to: x)
  static let orTrue = Rewrite(x .| Pattern.allTrue.known(as: y), to: "true") { $0[y] }

  static let notNot = Rewrite(.!(.!x), to: x)
  // The orderings have no such rewrites: with a NaN, neither x < y nor x ≥ y holds.
  static let notEqual = Rewrite(.!(x .== y), to: x .!= y)
  static let notUnequal = Rewrite(.!(x .!= y), to: x .== y)
}
