import Adjoint
import AllocationCounting

/// Counts heap allocations.
enum Allocations {
  private static let steps = 10

  /// The allocations that one of several steps makes on average, rounded up; nil where the system has
  /// no way to count them.
  static func perStep(_ step: () throws(Diagnostic) -> Void) throws(Diagnostic) -> Int? {
    let before = Int(adjoint_allocation_count())
    guard before >= 0 else { return nil }
    for _ in 0..<steps { try step() }
    let made = Int(adjoint_allocation_count()) - before
    return (made + steps - 1) / steps
  }
}
