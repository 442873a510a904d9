import AdjointCore

/// The proof behind `VerifiedPlan`: from a plan alone, with no knowledge of how it was made, so that a
/// mistake there is found here.
///
/// It takes any numbers in any field: what it computes with them saturates, is checked for overflow or
/// has been bounded before, and nothing that it makes is larger than the plan that it reads.
struct PlanVerifier {
  let plan: Plan
  var footprints: [KernelFootprint] = []
  /// For each buffer, the one whose bytes it shows: itself, unless it is a view.
  var contents: PerBuffer<BufferNumber> = []
  /// For each buffer, the first and the last step that write it, with what they write in order.
  var written: PerBuffer<ClosedRange<PlanStepNumber>?>
  var writes: PerBuffer<[WrittenPart]>
  /// For each content, the first step that reads it.
  var firstRead: PerBuffer<PlanStepNumber?>
  /// For each content, the last moment at which it is read; that before the run where it never is.
  var lastRead: PerBuffer<Moment>
  /// For each content, the buffer that is written in its place.
  var successors: PerBuffer<BufferNumber?>

  /// Proves everything but the lower bound, which it returns.
  ///
  /// - Throws: `.invalidPlan` that names the step and the buffers.
  static func lowerBound(of plan: Plan) throws(Diagnostic) -> Int {
    var verifier = PlanVerifier(plan)
    try verifier.checkBuffers()
    try verifier.checkPorts()
    try verifier.checkKernels()
    for step in plan.steps.indices { try verifier.checkStep(step) }
    try verifier.checkForkRanges()
    try verifier.checkWrites()
    try verifier.checkUpdates()
    try verifier.checkForks()
    return try verifier.checkOverlap()
  }

  private init(_ plan: Plan) {
    self.plan = plan
    let count = plan.buffers.count
    written = PerBuffer(repeating: nil, count: count)
    writes = PerBuffer(repeating: [], count: count)
    firstRead = PerBuffer(repeating: nil, count: count)
    lastRead = PerBuffer(repeating: .before, count: count)
    successors = PerBuffer(repeating: nil, count: count)
  }

  private mutating func checkKernels() throws(Diagnostic) {
    for (number, kernel) in plan.kernels.enumerated() {
      do {
        footprints.append(try KernelFootprint(kernel))
      } catch {
        throw Diagnostic(.invalidPlan, "kernel \(number): \(error.message)")
      }
    }
  }

  func name(step: PlanStepNumber) -> String {
    let label = plan.steps[step].label
    return label.isEmpty ? "step \(step)" : "step \(step) (\(label))"
  }

  func name(buffer: BufferNumber) -> String { "buffer \(buffer) (\(plan.buffers[buffer].type))" }

  func failure(_ message: String) -> Diagnostic {
    Diagnostic(.invalidPlan, message + "; the plan cannot be run, build it again")
  }
}
