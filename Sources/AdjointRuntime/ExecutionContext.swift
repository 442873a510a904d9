import AdjointCore
import AdjointKernels

/// The memory of one run of an executable at a time: inputs, parameters, intermediate values and
/// outputs in one arena.
///
/// Make one for each concurrent use.
package final class ExecutionContext {
  package let executable: Executable
  let arena: Arena
  private let scratch: Arena
  private let partials: Arena
  /// Which inputs have been written, by their number.
  private var isWritten: [Bool]
  private var missingCount: Int

  /// A context whose constants are in place and whose parameters are zero.
  ///
  /// - Throws: `.memoryLimit` where the system has not the memory.
  package init(_ executable: Executable) throws(Diagnostic) {
    self.executable = executable
    let plan = executable.plan
    arena = try Arena(byteCount: executable.arenaByteCount)
    scratch = try Arena(byteCount: executable.scratchByteCount * executable.threads)
    partials = try Arena(byteCount: executable.partialByteCount)
    isWritten = Array(repeating: false, count: plan.inputs.count)
    missingCount = plan.inputs.count
    for (buffer, tensor) in plan.constants { arena.store(tensor, at: plan.buffers[buffer].offset) }
  }

  /// Marks an input as written.
  func noteWrite(ofInput index: Int) {
    if isWritten[index] { return }
    isWritten[index] = true
    missingCount -= 1
  }

  /// Runs the plan once, on the inputs as they are.
  ///
  /// After the first call it allocates nothing.
  ///
  /// - Throws: `.missingInput` that lists the inputs which were never written.
  package func run() throws(Diagnostic) {
    if missingCount > 0 { throw missingInputs() }
    let offsets = executable.offsets.base
    for number in 0..<executable.steps.count {
      let step = executable.steps.base[number]
      for part in step.firstPart..<(step.firstPart + step.partCount) {
        run(
          executable.parts[part], offsets + step.operands, offsets + step.results,
          locality: step.locality)
      }
    }
  }

  private func run(
    _ part: CompiledKernel, _ operands: UnsafePointer<Int>, _ results: UnsafePointer<Int>,
    locality: Locality
  ) {
    let base = arena.base
    switch part {
    case .generated(let piece):
      GeneratedRun(
        piece: piece, arena: base, operands: operands, results: results, partials: partials.base,
        scratch: scratch.base, scratchStride: executable.scratchByteCount
      ).run(threads: executable.threads, locality)
    case .addend(let byteCount):
      if operands[2] != results[0] {
        (base + results[0]).copyMemory(from: base + operands[2], byteCount: byteCount)
      }
    case .nest(let nest):
      NestRun(
        nest: nest, arena: base, operands: operands, results: results, scratch: scratch.base,
        scratchStride: executable.scratchByteCount, partials: partials.base
      ).run(threads: executable.threads)
    case .contraction(let product, _):
      ContractionRun(product, arena: base, operands, results, locality)
        .run(threads: executable.threads)
    case .gather(let copy):
      copy.gather(base + operands[0], base + operands[1], into: base + results[0])
    case .scatterAdd(let copy):
      copy.scatterAdd(
        base + operands[0], base + operands[1], base + operands[2], into: base + results[0])
    case .fill(let fill): fill.run(into: base + results[fill.result])
    }
  }

  private func missingInputs() -> Diagnostic {
    let missing = executable.inputs.indices.filter { !isWritten[$0] }.map { executable.inputs[$0] }
    let names = missing.map(\.name).joined(separator: ", ")
    return Diagnostic(
      .missingInput,
      "\(missing.count == 1 ? "input" : "inputs") \(names) must be written before the first run",
      notes: missing.map { "\($0.name): \($0.type)" })
  }
}
