import Adjoint
import AllocationCounting
import Foundation
import TestSupport

/// A public function with calls of it that mean harm.
struct EntryPoint: Sendable {
  /// As `PublicDeclaration.signature` has it.
  let signature: String
  let calls: @Sendable (Sweep) throws -> Void

  init(_ signature: String, _ calls: @escaping @Sendable (Sweep) throws -> Void) {
    self.signature = signature
    self.calls = calls
  }

  /// What came of the calls, one line for each outcome, and what no call may do.
  func run() throws -> (lines: [String], faults: [String]) {
    let sweep = Sweep()
    try calls(sweep)
    return ([signature] + sweep.lines, sweep.faults.map { "\(signature): \($0)" })
  }
}

/// Makes calls, each of which has to end in a value or a `Diagnostic`, soon, and without asking for
/// much memory.
final class Sweep {
  /// More than any call below needs, and much less than any extents that are too large.
  private static let maximumAllocation = 256 << 20
  private static let maximumSeconds = 5.0

  /// The outcomes in the order of their first calls, and the calls of each.
  private var outcomes: [(outcome: String, calls: [String])] = []
  private(set) var faults: [String] = []

  var lines: [String] {
    outcomes.map { "  \($0.outcome): \($0.calls.joined(separator: ", "))" }
  }

  /// Makes one call.
  func call(_ label: String, _ body: () throws -> Any) {
    _ = adjoint_take_thread_largest_allocation()
    let start = Self.processorSeconds
    let outcome: String
    do {
      outcome = try Self.checked(body())
    } catch let error as Diagnostic {
      outcome = error.code.name
      if error.message.isEmpty { faults.append("\(label) says nothing") }
    } catch {
      outcome = "\(type(of: error))"
      faults.append("\(label) throws \(error)")
    }
    let largest = adjoint_take_thread_largest_allocation()
    if largest > Self.maximumAllocation { faults.append("\(label) asks for \(largest) bytes") }
    let seconds = Self.processorSeconds - start
    if seconds > Self.maximumSeconds { faults.append("\(label) takes \(seconds) s") }
    if let place = outcomes.firstIndex(where: { $0.outcome == outcome }) {
      outcomes[place].calls.append(label)
    } else {
      outcomes.append((outcome, [label]))
    }
  }

  /// Makes one call for each of the values.
  func each<Argument>(
    _ values: [Argument], _ prefix: String = "", _ body: (Argument) throws -> Any
  ) {
    for value in values { call(prefix + Hostile.label(value)) { try body(value) } }
  }

  /// What came of a call; mistakes in building count as thrown.
  private static func checked(_ result: Any) throws -> String {
    let values = result as? [Value] ?? (result as? Value).map { [$0] } ?? []
    for value in values {
      if let mistake = value.builder.takeMistakes() { throw mistake }
    }
    if let mistake = (result as? GraphBuilder)?.takeMistakes() { throw mistake }
    return result is GraphBuilder ? "done" : spelled(result)
  }

  private static func spelled(_ result: Any) -> String {
    switch result {
    case let value as Value: "\(value.type)"
    case let tensor as Tensor: "\(tensor.type)"
    case let number as Double: "\(number)"
    case let number as Int: "\(number)"
    case let text as String: text.count <= 24 && !text.contains("\n") ? text : "a text"
    case is Void: "done"
    default: "a value"
    }
  }

  /// The processor time of this thread, which others do not lengthen.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
