import Adjoint

extension Diagnostic.Code {
  /// A case computed a number that it should not.
  static let wrongResult = Self("wrong-result")
}

/// Compares the elements of one result with what they should be.
struct Comparison {
  private let name: String
  private var count = 0
  private var misses = 0
  private var first = ""

  init(of name: String) { self.name = name }

  /// Compares the next element.
  mutating func expect(_ actual: Double, _ expected: Double, within tolerance: Double) {
    // Written so that a NaN is a miss.
    if !((actual - expected).magnitude <= tolerance) {
      if misses == 0 {
        first = "element \(count) is \(actual) and not \(expected), within \(tolerance)"
      }
      misses += 1
    }
    count += 1
  }

  /// Ends the comparison.
  ///
  /// - Throws: `.wrongResult` where an element was not as expected, with the first of them.
  func finish() throws(Diagnostic) {
    guard misses > 0 else { return }
    throw Diagnostic(
      .wrongResult, "\(misses) of \(count) elements of \(name) are wrong: \(first)")
  }
}
