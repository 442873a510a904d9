import AdjointCore
import AdjointGraph

extension Graph {
  /// Checks the rules of the IR: nodes in order, types as their operators give them, valid names.
  ///
  /// Graphs that were built, read or changed through this package obey them.
  ///
  /// - Throws: `.invalidGraph`, with one note for each offender.
  public func verify() throws(Diagnostic) {
    try GraphVerifier.verify(self)
  }
}
