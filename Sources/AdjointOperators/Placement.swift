import AdjointCore
import AdjointGraph

extension GraphBuilder {
  /// Runs what one call of a user stands for, so that its nodes and its mistakes have the place of
  /// the call, and mistakes found before a node is built begin with the name of what was called.
  ///
  /// The first mistake is a value of another builder among those that the call takes.
  func placed<Success>(
    _ name: String, _ file: String, _ line: Int, taking values: [Value] = [],
    _ body: () throws(Diagnostic) -> Success
  ) throws(Diagnostic) -> Success {
    let outer = currentLocation
    let location = outer ?? SourceLocation(file: file, line: line)
    currentLocation = location
    defer { currentLocation = outer }
    do {
      try checkOwner(of: values, at: nil)
      return try body()
    } catch {
      // A mistake that has a place was found, and named, by a node.
      if error.location != nil { throw error }
      var named = error
      named.message = "\(name): \(error.message)"
      throw named.located(at: location)
    }
  }
}
