import AdjointCore
import AdjointGraph

extension GraphBuilder {
  /// All mistakes so far in one; they are forgotten, so that a test can make others with the same builder.
  package func takeMistakes() -> Diagnostic? {
    defer { mistakes = Mistakes() }
    return mistakes.diagnostic(graph: name)
  }
}

/// The value that a body builds.
///
/// - Throws: the mistakes that were made meanwhile, which the builder forgets.
@discardableResult
package func refusing(_ body: () throws -> Value) throws -> Value {
  let value = try body()
  if let mistake = value.builder.takeMistakes() { throw mistake }
  return value
}

/// The same for several values.
@discardableResult
package func refusing(_ body: () throws -> [Value]) throws -> [Value] {
  let values = try body()
  for value in values {
    if let mistake = value.builder.takeMistakes() { throw mistake }
  }
  return values
}
