import AdjointCodegen
import AdjointCore
import AdjointKernels

/// A plan made ready to run: compiled once, immutable, shared by any number of contexts.
package final class LoadedPlan: Sendable {
  /// A kernel applied to buffers: its compiled pieces, and where its operands and results are listed.
  struct Step: Sendable {
    var pieces: Range<Int>
    var operands: Int
    var results: Int
    var locality: Locality
    /// Whether several threads do one of its pieces together where nothing runs beside it.
    var isShared: Bool
  }

  package let plan: Plan
  package let engine: ExecutionEngine
  /// The most threads that a run uses, itself included.
  package let threads: Int
  let leastShared: LeastShared

  /// Kept as long as `pieces` point into it.
  private let code: [Kernel: GeneratedKernel]
  let pieces: PieceTable
  let steps: Table<Step>
  /// The plan's steps in the order of `steps`.
  let order: [PlanStepNumber]
  /// Ranges of `steps`, each for one thread or, where nothing runs beside it, for all.
  let branches: Table<Range<Int>>
  /// Ranges of `branches`, to be run in order.
  ///
  /// The branches of one run at the same time. There are none where steps just follow each other.
  let regions: Table<Range<Int>>
  /// The byte offsets of the operands and results of all steps, each step's after the literals that
  /// its code reads.
  let offsets: Table<Int>
  /// What a context allocates.
  package let memory: ContextMemory
  /// The bytes of one thread.
  let scratchByteCount: Int
  let partialByteCount: Int
  /// What has a name outside, with all that is needed to copy it in or out.
  let inputs: [CompiledPort]
  let parameters: [CompiledPort]
  let outputs: [CompiledPort]

  /// Compiles a plan.
  ///
  /// - Throws: `.memoryLimit` where a context would need more than the limit, `.invalidPlan` for a product
  ///   that is longer than BLAS can count.
  package convenience init(
    _ plan: VerifiedPlan, options: ExecutionOptions = ExecutionOptions(),
    on engine: ExecutionEngine
  ) throws(Diagnostic) {
    // Nobody is told that LLVM is missing where there is nothing for it to do.
    try self.init(
      plan, options, on: engine,
      compiler: plan.plan.kernels.isEmpty
        ? nil : engine.compiler(of: options.backend ?? engine.backend))
  }

  /// Compiles a plan with a given compiler, or with portable loops alone.
  package init(
    _ verified: VerifiedPlan, _ options: ExecutionOptions, on engine: ExecutionEngine,
    compiler: @autoclosure () -> KernelCompiler?
  ) throws(Diagnostic) {
    let plan = verified.plan
    // Before anything is compiled; again when it is known what compiled kernels keep.
    let byteLimit = options.byteLimit(on: engine)
    try ContextMemory(arena: plan.arenaByteCount).check(limit: byteLimit)
    self.plan = plan
    self.engine = engine
    threads = options.threadLimit(on: engine)
    let machine = options.machine
    let leastShared = LeastShared(machine, threads: threads)
    self.leastShared = leastShared

    let placed = PlacedKernels(plan)
    let code = compiler()?.compile(placed.kernels, for: machine.fixedPart) ?? [:]
    var pieces: [CompiledKernel] = []
    var compiled: [Range<Int>] = []
    // Where the locals of each kernel lie; kernels run one after another, so all begin at one place.
    var locals: [[Int]] = []
    var end = plan.arenaByteCount
    var literals: [[Int]] = []
    for kernel in placed.kernels {
      literals.append((code[kernel]?.literals ?? []).reversed().map { Int(truncatingIfNeeded: $0) })
      let more = try CompiledKernel.compile(kernel, code)
      compiled.append(pieces.count..<(pieces.count + more.count))
      pieces += more
      guard case .group(let group) = kernel, code[kernel] == nil else {
        locals.append([])
        continue
      }
      let (places, groupEnd) = group.localOffsets(from: plan.arenaByteCount)
      locals.append(places)
      end = max(end, groupEnd)
    }
    func isShared(_ step: Plan.Step, _ locality: Locality) -> Bool {
      pieces[compiled[placed.numbers[step.kernel]]].contains {
        $0.isShared(locality, leastShared)
      }
    }
    let localities = plan.localities(isShared)
    // Nil for a step that must not run beside others.
    let times = zip(plan.steps, localities).map { [threads] step, locality -> StepTime? in
      let number = placed.numbers[step.kernel]
      guard locals[number].isEmpty else { return nil }
      let alone = pieces[compiled[number]].reduce(0) { $0 +| machine.nanoseconds(of: $1.cost) }
      return StepTime(
        alone: alone,
        unforked: isShared(step, locality)
          ? machine.nanoseconds(sharing: alone, cores: threads) : alone)
    }
    let order = StepOrder(plan, PerPlanStep(times), threads: threads, leastGain: machine.leastGain)
    self.order = order.steps
    branches = Table(order.branches)
    regions = Table(order.regions)
    var steps: [Step] = []
    var offsets: [Int] = []
    for number in order.steps {
      let (step, locality) = (plan.steps[number], localities[number])
      let placedNumber = placed.numbers[step.kernel]
      let shifts = placed.shifts[step.kernel]
      let kernel = compiled[placedNumber]
      offsets += literals[placedNumber]
      steps.append(
        Step(
          pieces: kernel, operands: offsets.count, results: offsets.count + step.operands.count,
          locality: locality, isShared: isShared(step, locality)))
      for (operand, buffer) in step.operands.enumerated() {
        offsets.append(plan.buffers[buffer].offset + (shifts.operands[operand] ?? 0))
      }
      for (result, buffer) in step.results.enumerated() {
        offsets.append(plan.buffers[buffer].offset + (shifts.results[result] ?? 0))
      }
      offsets += locals[placedNumber]
    }
    self.pieces = PieceTable(pieces)
    self.steps = Table(steps)
    self.offsets = Table(offsets)
    var scratch = 0
    var partials = 0
    for piece in pieces {
      switch piece {
      case .nest(let nest):
        scratch = max(scratch, nest.scratchByteCount)
        partials = max(partials, nest.partialByteCount)
      case .generated(let piece):
        scratch = max(scratch, piece.scratchByteCount)
        partials = max(partials, piece.partialByteCount)
      case .contraction(let product, _): partials = max(partials, product.partialByteCount)
      case .fill, .addend, .gather, .scatterAdd: break
      }
    }
    // Workers do not share cache lines.
    scratchByteCount = scratch == 0 ? 0 : (scratch +| 255) / 128 * 128
    partialByteCount = (partials +| 127) / 128 * 128
    memory = ContextMemory(
      arena: plan.arenaByteCount, locals: end - plan.arenaByteCount,
      scratch: scratchByteCount *| threads,
      // Branches reduce at the same time.
      partials: partialByteCount *| (order.regions.isEmpty ? 1 : threads))
    try memory.check(limit: byteLimit)
    inputs = plan.inputs.map { CompiledPort($0, in: plan, kind: .input) }
    parameters = plan.parameters.map { CompiledPort($0, in: plan, kind: .parameter) }
    outputs = plan.outputs.map { CompiledPort($0, in: plan, kind: .output) }
    self.code = code
  }

  /// The steps of each branch that other branches run beside: at most as many branches as threads.
  package var forkedSteps: [[[PlanStepNumber]]] {
    (0..<regions.count).map { regions.base[$0] }.filter { $0.count > 1 }
      .map { $0.map { Array(order[branches.base[$0]]) } }
  }

  /// The steps that several threads do together.
  package var sharedSteps: [PlanStepNumber] {
    order.indices.filter { steps.base[$0].isShared }.map { order[$0] }
  }
}
