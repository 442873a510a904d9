import AdjointGraph

// Root: select.
extension Rewrite {
  static let selectTheSame = Rewrite(select(c, x, x), to: x)
  static let selectTrue = Rewrite(select(.allTrue, x, y), to: x)
  static let selectFalse = Rewrite(select(.allFalse, x, y), to: y)
  static let selectNot = Rewrite(select(.!c, x, y), to: select(c, y, x))
  static let selectTrueAgain = Rewrite(select(c, select(c, x, z), y), to: select(c, x, y))
  static let selectFalseAgain = Rewrite(select(c, x, select(c, z, y)), to: select(c, x, y))
}
