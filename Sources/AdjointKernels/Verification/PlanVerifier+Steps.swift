import AdjointCore

extension PlanVerifier {
  /// That a step's kernel fits its buffers; notes when they are read and written.
  mutating func checkStep(_ number: PlanStepNumber) throws(Diagnostic) {
    let step = plan.steps[number]
    guard plan.kernels.indices.contains(step.kernel) else {
      throw failure("\(name(step: number)) runs kernel \(step.kernel), which there is not")
    }
    guard (step.operands + step.results).allSatisfy({ plan.buffers.indices.contains($0) }) else {
      throw failure("\(name(step: number)) names a buffer that there is not")
    }
    let footprint = footprints[step.kernel]
    guard footprint.operandCount <= step.operands.count,
      footprint.resultCount == step.results.count, Set(step.results).count == step.results.count
    else {
      throw failure("\(name(step: number)) has not the operands and results of its kernel")
    }
    for read in footprint.reads {
      let buffer = step.operands[read.operand]
      let type = plan.buffers[buffer].type
      let count = type.shape.elementCount ?? 0
      guard type.scalarType == read.scalarType,
        read.isExact ? count == read.elementCount : count >= read.elementCount
      else {
        throw failure(
          "\(name(step: number)) reads \(read.elementCount) elements of \(read.scalarType.rawValue)"
            + " in \(name(buffer: buffer))")
      }
    }
    for buffer in step.operands {
      let content = contents[buffer]
      firstRead[content] = firstRead[content] ?? number
      lastRead[content] = max(lastRead[content], .step(number))
    }
    for write in footprint.writes { try checkWrite(write, at: number) }
  }

  private mutating func checkWrite(
    _ write: KernelFootprint.Write, at number: PlanStepNumber
  ) throws(Diagnostic) {
    let buffer = plan.steps[number].results[write.result]
    let type = plan.buffers[buffer].type
    guard type.scalarType == write.scalarType, type.shape.elementCount == write.elementCount else {
      throw failure(
        "\(name(step: number)) writes \(write.elementCount) elements of "
          + "\(write.scalarType.rawValue) to \(name(buffer: buffer))")
    }
    switch plan.buffers[buffer].role {
    case .temporary, .inPlace, .parameter: break
    case .input, .constant, .view:
      throw failure("\(name(step: number)) writes \(name(buffer: buffer)), which no step may")
    }
    written[buffer] = (written[buffer]?.lowerBound ?? number)...number
    writes[buffer].append(write.part)
  }

  /// That each value is complete before it is read.
  func checkWrites() throws(Diagnostic) {
    for (number, buffer) in plan.buffers.numbered {
      switch buffer.role {
      case .temporary, .inPlace:
        guard let written = written[number] else {
          throw failure("no step writes \(name(buffer: number))")
        }
        if let read = firstRead[number], read <= written.upperBound {
          throw failure(
            "\(name(step: read)) reads \(name(buffer: number)) before "
              + "\(name(step: written.upperBound)) has written it")
        }
      case .parameter: if written[number] == nil { continue }
      case .input, .constant, .view: continue
      }
      guard isComplete(number) else {
        throw failure(
          "the steps that write \(name(buffer: number)) leave some of it unwritten or write it twice"
        )
      }
    }
  }

  /// Whether the writes of a buffer, in order, write each element: one that writes all may be
  /// followed by some that write parts of it, and otherwise disjoint parts make up the whole.
  private func isComplete(_ buffer: BufferNumber) -> Bool {
    let count = plan.buffers[buffer].type.shape.elementCount ?? 0
    if count == 0 { return true }
    // Parts of nothing, as of an empty operand of a concatenation, do not matter.
    let parts = writes[buffer].filter { $0.count > 0 }
    if parts.first?.count == count { return parts.dropFirst().allSatisfy { $0.count < count } }
    var sum = 0
    for part in parts {
      // Each part has at most `count` elements, so the sum stays far from overflow until it exceeds.
      sum += part.count
      if sum > count { return false }
    }
    return sum == count && WrittenPart.areDisjoint(parts)
  }
}

extension PlanVerifier {
  /// That whatever is written over something else does so at its last use, and that parameters are
  /// written once.
  mutating func checkUpdates() throws(Diagnostic) {
    // Where the bytes hold a parameter's next value.
    var isUpdate = PerBuffer(repeating: false, count: plan.buffers.count)
    for (number, buffer) in plan.buffers.numbered {
      switch buffer.role {
      case .inPlace(let other):
        let old = contents[other]
        guard !isUpdate[old], successors[old] == nil else {
          throw failure("\(name(buffer: old)) is written over more than once")
        }
        successors[old] = number
        try checkInPlace(number, over: old)
        if case .parameter = plan.buffers[old].role {
          isUpdate[number] = true
          lastRead[number] = .after
        }
      case .temporary, .input, .parameter, .constant, .view: continue
      }
    }
    for (number, buffer) in plan.buffers.numbered {
      guard case .parameter = buffer.role else { continue }
      if let written = written[number] { try checkDirectUpdate(number, written) }
      guard successors[number] == nil else { continue }
      lastRead[number] = .after
    }
  }

  private func checkInPlace(_ number: BufferNumber, over old: BufferNumber) throws(Diagnostic) {
    switch plan.buffers[old].role {
    case .temporary, .inPlace, .parameter: break
    case .input, .constant, .view:
      throw failure(
        "\(name(buffer: number)) is written over \(name(buffer: old)), which no step may")
    }
    guard let own = written[number], own.count == 1,
      written[old].map({ $0.upperBound < own.lowerBound }) ?? true
    else {
      throw failure("\(name(buffer: number)) is written over \(name(buffer: old)) in parts")
    }
    let step = own.lowerBound
    guard lastRead[old] == .step(step) else {
      throw failure(
        "\(name(step: step)) writes over \(name(buffer: old)), but does not read it for the last time"
      )
    }
    try checkAlias(of: old, under: number, at: step)
  }

  /// A parameter that a step writes under its own number.
  private func checkDirectUpdate(
    _ number: BufferNumber, _ written: ClosedRange<PlanStepNumber>
  ) throws(Diagnostic) {
    let step = written.lowerBound
    guard written.count == 1, lastRead[number] <= .step(step), successors[number] == nil else {
      throw failure(
        "\(name(step: step)) writes the parameter \(name(buffer: number)), which is read later "
          + "or updated twice")
    }
    if lastRead[number] == .step(step) { try checkAlias(of: number, under: number, at: step) }
  }

  private func checkAlias(
    of old: BufferNumber, under result: BufferNumber, at number: PlanStepNumber
  ) throws(Diagnostic) {
    let step = plan.steps[number]
    guard let place = step.results.firstIndex(of: result) else { return }
    for (operand, buffer) in step.operands.enumerated() where contents[buffer] == old {
      guard plan.kernels[step.kernel].mayAlias(result: place, operand: operand) else {
        throw failure(
          "\(name(step: number)) may not write \(name(buffer: result)) over its operand "
            + name(buffer: old))
      }
    }
  }
}
