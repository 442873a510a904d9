import AdjointCodegen
import AdjointCore
import AdjointKernels

/// A plan made ready to run: checked, compiled once, immutable, shared by any number of contexts.
package final class Executable: Sendable {
  /// A kernel applied to buffers: its compiled parts, and where its operands and results are listed.
  struct Step: Sendable {
    var firstPart: Int
    var partCount: Int
    var operands: Int
    var results: Int
    var locality: Locality
  }

  package let plan: Plan
  /// The most threads that a run uses, itself included.
  package let threads: Int

  /// Kept as long as `parts` point into it.
  private let code: [Kernel: GeneratedKernel]
  let parts: Table<CompiledKernel>
  let steps: Table<Step>
  /// The numbers of the plan's steps in the order of `steps`.
  private let order: [Int]
  /// Ranges of `steps`, each for one thread or, where nothing runs beside it, for all.
  let branches: Table<Range<Int>>
  /// Ranges of `branches`, to be run in order.
  ///
  /// The branches of one run at the same time. There are none where steps just follow each other.
  let stretches: Table<Range<Int>>
  /// The byte offsets of the operands and results of all steps, each step's after the literals that
  /// its code reads.
  let offsets: Table<Int>
  /// The bytes of the plan's arena and of what groups without generated code keep between their stages.
  let arenaByteCount: Int
  let scratchByteCount: Int
  let partialByteCount: Int
  /// What has a name outside, with all that is needed to copy it in or out.
  let inputs: [CompiledPort]
  let parameters: [CompiledPort]
  let outputs: [CompiledPort]

  /// Checks and compiles a plan.
  ///
  /// - Throws: `.memoryLimit` for an arena beyond the limit, `.invalidPlan` for a plan that would
  ///   reach outside its buffers, `.invalidArgument` for a back end that does not exist.
  package convenience init(
    _ plan: Plan, options: ExecutionOptions = ExecutionOptions()
  ) throws(Diagnostic) {
    let backend = try options.chosenBackend
    // Nobody is told that LLVM is missing where there is nothing for it to do.
    try self.init(plan, options, compiler: plan.kernels.isEmpty ? nil : backend.compiler)
  }

  /// Checks and compiles a plan with a given compiler, or with portable loops alone.
  package init(
    _ plan: Plan, _ options: ExecutionOptions, compiler: @autoclosure () -> KernelCompiler?
  ) throws(Diagnostic) {
    guard plan.arenaByteCount <= options.arenaLimit else {
      throw Diagnostic(
        .memoryLimit,
        "the plan needs an arena of \(Arena.mebibytes(plan.arenaByteCount)) MiB, the limit is"
          + " \(Arena.mebibytes(options.arenaLimit)) MiB; use a smaller batch or a smaller model, or"
          + " raise the limit")
    }
    try plan.checkBuffers()
    _ = BLASLibrary.isPrepared
    self.plan = plan
    threads = options.threadLimit

    // Nothing is compiled before all is known to stay inside its buffers.
    let uses = try plan.kernels.map { kernel throws(Diagnostic) in try kernel.checkedUses() }
    for step in plan.steps { try BufferUse.check(uses[step.kernel], of: step, in: plan) }
    let code = compiler()?.compile(plan.kernels) ?? [:]
    var parts: [CompiledKernel] = []
    var compiled: [Range<Int>] = []
    // Where the locals of each kernel lie; kernels run one after another, so all begin at one place.
    var locals: [[Int]] = []
    var end = plan.arenaByteCount
    var literals: [[Int]] = []
    for kernel in plan.kernels {
      literals.append((code[kernel]?.literals ?? []).reversed().map { Int(truncatingIfNeeded: $0) })
      let more = try CompiledKernel.compile(kernel, code)
      compiled.append(parts.count..<(parts.count + more.count))
      parts += more
      guard case .group(let group) = kernel, code[kernel] == nil else {
        locals.append([])
        continue
      }
      let (places, groupEnd) = try group.localOffsets(from: plan.arenaByteCount)
      locals.append(places)
      end = max(end, groupEnd)
    }
    arenaByteCount = end
    let localities = plan.localities { [threads] step, locality in
      parts[compiled[step.kernel]].contains { $0.isShared(locality, threads: threads) }
    }
    let costs = zip(plan.steps, localities).map { [threads] step, locality in
      locals[step.kernel].isEmpty
        ? CompiledKernel.cost(parts[compiled[step.kernel]], locality, threads: threads) : nil
    }
    let order = StepOrder(plan, costs, threads: threads)
    self.order = order.steps
    branches = Table(order.branches)
    stretches = Table(order.stretches)
    var steps: [Step] = []
    var offsets: [Int] = []
    for number in order.steps {
      let (step, locality) = (plan.steps[number], localities[number])
      let kernel = compiled[step.kernel]
      offsets += literals[step.kernel]
      steps.append(
        Step(
          firstPart: kernel.lowerBound, partCount: kernel.count, operands: offsets.count,
          results: offsets.count + step.operands.count, locality: locality))
      offsets += (step.operands + step.results).map { plan.buffers[$0].offset }
      offsets += locals[step.kernel]
    }
    self.parts = Table(parts)
    self.steps = Table(steps)
    self.offsets = Table(offsets)
    var scratch = 0
    var partials = 0
    for part in parts {
      switch part {
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
    scratchByteCount = (scratch + 255) / 128 * 128
    partialByteCount = (partials + 127) / 128 * 128
    inputs = plan.inputs.map { CompiledPort($0, in: plan, kind: .input) }
    parameters = plan.parameters.map { CompiledPort($0, in: plan, kind: .parameter) }
    outputs = plan.outputs.map { CompiledPort($0, in: plan, kind: .output) }
    self.code = code
  }

  /// The steps of each branch that other branches run beside: at most as many branches as threads.
  package var forkedSteps: [[[Int]]] {
    (0..<stretches.count).map { stretches.base[$0] }.filter { $0.count > 1 }
      .map { $0.map { Array(order[branches.base[$0]]) } }
  }

  /// The numbers of the steps that several threads do together.
  package var sharedSteps: [Int] {
    // No branch has one, and all others have their places.
    (0..<steps.count).filter { number in
      let step = steps.base[number]
      return (step.firstPart..<(step.firstPart + step.partCount)).contains {
        parts.base[$0].isShared(step.locality, threads: threads)
      }
    }
  }
}

extension Plan {
  /// Checks that every number in the plan names something and that every buffer is in the arena.
  fileprivate func checkBuffers() throws(Diagnostic) {
    for (number, buffer) in buffers.enumerated() {
      try buffer.type.validate()
      let extents = try buffer.type.boundExtents()
      let bytes = try BufferUse.product(extents + [buffer.type.scalarType.byteCount])
      let (end, overflow) = buffer.offset.addingReportingOverflow(bytes)
      guard buffer.offset >= 0, buffer.offset % Plan.alignment == 0, !overflow,
        end <= arenaByteCount
      else {
        throw Diagnostic(
          .invalidPlan,
          "buffer \(number) of \(bytes) bytes at \(buffer.offset) is not inside the arena of"
            + " \(arenaByteCount) bytes, or not aligned to \(Plan.alignment)")
      }
      if let other = buffer.role.otherBuffer, !buffers.indices.contains(other) {
        throw Diagnostic(
          .invalidPlan, "buffer \(number) shares the bytes of buffer \(other), which is not there")
      }
    }
    for step in steps {
      guard kernels.indices.contains(step.kernel),
        (step.operands + step.results).allSatisfy({ buffers.indices.contains($0) })
      else {
        throw Diagnostic(
          .invalidPlan, "a step names a kernel or a buffer that the plan does not have",
          node: step.label)
      }
      if case .group(let group) = kernels[step.kernel], step.results.count != group.resultCount {
        throw Diagnostic(
          .invalidPlan, "a step has not the results of its fusion group", node: step.label)
      }
    }
    for port in inputs + parameters + outputs where !buffers.indices.contains(port.buffer) {
      throw Diagnostic(.invalidPlan, "\(port.name) names buffer \(port.buffer), which is not there")
    }
    for (number, tensor) in constants {
      guard buffers.indices.contains(number), buffers[number].type == tensor.type else {
        throw Diagnostic(.invalidPlan, "constant \(number) is not of its buffer's type")
      }
    }
  }
}
