import AdjointCore
import AdjointGraph

extension GraphBuilder {
  /// Makes the value that one call of a user stands for, so that its nodes and its mistakes have the place of
  /// the call, and mistakes found before a node is built begin with the name of what was called.
  ///
  /// - Parameters:
  ///   - values: The values that the call takes.
  ///   - type: The type that the result counts as where a mistake poisons it; that of the first value where
  ///     nil.
  func placed(
    _ name: String, of values: [Value], like type: TensorType? = nil, _ file: String, _ line: Int,
    _ body: () throws(Diagnostic) -> Value
  ) -> Value {
    let outer = currentLocation
    let location = outer ?? SourceLocation(file: file, line: line)
    currentLocation = location
    defer { currentLocation = outer }
    return attempt(values, like: type, at: location) { () throws(Diagnostic) in
      do throws(Diagnostic) {
        return try body()
      } catch {
        var named = error
        named.message = "\(name): \(error.message)"
        throw named
      }
    }
  }
}
