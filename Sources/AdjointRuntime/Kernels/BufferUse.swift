import AdjointCore
import AdjointKernels

/// What a kernel takes for granted of an operand or result; whoever runs it has checked this.
struct BufferUse: Sendable {
  var isResult: Bool
  /// The number of the kernel's operand or result.
  var number: Int
  var scalarType: ScalarType
  /// The fewest elements that the buffer may have.
  var elementCount: Int

  /// Checks the buffers of a step against what its kernel uses.
  static func check(
    _ uses: [BufferUse], of step: Plan.Step, in plan: Plan
  ) throws(Diagnostic) {
    for use in uses {
      let buffers = use.isResult ? step.results : step.operands
      let kind = use.isResult ? "result" : "operand"
      guard use.number >= 0, use.number < buffers.count else {
        throw Diagnostic(
          .invalidPlan, "the kernel uses \(kind) \(use.number), the step has \(buffers.count)",
          node: step.label)
      }
      let type = plan.buffers[buffers[use.number]].type
      guard type.scalarType == use.scalarType, (type.shape.elementCount ?? 0) >= use.elementCount
      else {
        throw Diagnostic(
          .invalidPlan,
          "\(kind) \(use.number) is \(type), the kernel needs \(use.elementCount) elements of"
            + " \(use.scalarType.rawValue)", node: step.label)
      }
    }
  }

  /// The product of extents.
  ///
  /// - Throws: `.invalidPlan` where an extent is negative or the product overflows.
  static func product(_ extents: [Int]) throws(Diagnostic) -> Int {
    var product = 1
    var overflowed = false
    for extent in extents {
      guard extent >= 0 else {
        throw Diagnostic(.invalidPlan, "an extent of a kernel is \(extent), less than 0")
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      overflowed = overflowed || overflow
      product = next
    }
    if extents.contains(0) { return 0 }
    guard !overflowed else {
      throw Diagnostic(.invalidPlan, "the number of points of a kernel overflows")
    }
    return product
  }
}
