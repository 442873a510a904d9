import AdjointCore
import AdjointKernels

/// A plan laid out anew so that what is written beside a buffer shows: between any two buffers and at both
/// ends of the arena lies a constant of a known pattern, which is an output too.
package struct GuardedPlan {
  package private(set) var plan: Plan
  /// The names of the outputs that are guards.
  package private(set) var guards: [String] = []

  private static let pattern = Tensor.Storage.u8(Array(repeating: 0xA5, count: Plan.alignment))

  /// Lays out the buffers of a plan; views and what is written in place stay where the bytes are that they
  /// share, and no other buffers share any.
  package init(_ plan: Plan) {
    self.plan = plan
    self.plan.arenaByteCount = 0
    addGuard()
    for (number, buffer) in plan.buffers.numbered {
      if let other = buffer.role.otherBuffer, plan.buffers.indices.contains(other) {
        self.plan.buffers[number].offset = self.plan.buffers[other].offset
        continue
      }
      self.plan.buffers[number].offset = self.plan.arenaByteCount
      self.plan.arenaByteCount += alignedByteCount(number)
      addGuard()
    }
    // What is no plan for other reasons is refused for these.
    self.plan.lowerBoundByteCount = (try? VerifiedPlan.lowerBound(of: self.plan)) ?? 0
  }

  /// Whether the output of a guard is what it was.
  package static func isIntact(_ tensor: Tensor) -> Bool { tensor.storage == pattern }

  private func alignedByteCount(_ buffer: BufferNumber) -> Int {
    (plan.buffers[buffer].byteCount + Plan.alignment - 1) / Plan.alignment * Plan.alignment
  }

  private mutating func addGuard() {
    let buffer = plan.buffers.add(
      .init(
        type: TensorType(.u8, extents: [Plan.alignment]), offset: plan.arenaByteCount,
        role: .constant))
    plan.arenaByteCount += Plan.alignment
    plan.constants[buffer] = try? Tensor(Self.pattern, extents: [Plan.alignment])
    guards.append("guard \(guards.count)")
    plan.outputs.append(.init(name: guards[guards.count - 1], buffer: buffer))
  }
}
