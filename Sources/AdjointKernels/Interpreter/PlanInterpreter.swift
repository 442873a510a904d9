import AdjointCore

/// Runs a plan step by step with the kernel interpreter over one simulated arena, by which
/// executors are judged.
///
/// Bytes that hold no live value are overwritten with a pattern that reads as NaN, so that a value
/// which is read after it was freed, or before it was written, shows.
package struct PlanInterpreter {
  private let plan: Plan
  /// The bytes as the last run left them.
  package private(set) var arena: [UInt8]
  /// For each step, the buffers whose content nothing needs after it.
  private let dying: PerPlanStep<[BufferNumber]>

  /// A context whose parameters have the given values.
  ///
  /// - Throws: `.missingInput` or `.shapeMismatch` where a parameter has no value or one of another
  ///   type, `.memoryLimit` for an arena that this machine cannot have.
  package init(_ verified: VerifiedPlan, parameters: [String: Tensor] = [:]) throws(Diagnostic) {
    let plan = verified.plan
    try MemoryLimit.check(plan.arenaByteCount, for: "the arena of a plan")
    self.plan = plan
    arena = Array(repeating: Self.poison, count: plan.arenaByteCount)
    dying = Self.dyingBuffers(of: plan)
    for (buffer, tensor) in plan.constants { store(tensor, in: buffer) }
    try store(parameters, in: plan.parameters, "parameter")
  }

  /// The outputs of one run; parameters are updated for the next.
  package mutating func run(_ inputs: [String: Tensor] = [:]) throws(Diagnostic) -> [String: Tensor]
  {
    try store(inputs, in: plan.inputs, "input")
    for (number, step) in plan.steps.numbered {
      var operands: [Tensor] = []
      for buffer in step.operands { operands.append(try tensor(in: buffer)) }
      var initial: [Tensor] = []
      for buffer in step.results { initial.append(try tensor(in: buffer)) }
      let results = try KernelInterpreter.run(
        [plan.kernels[step.kernel]], operands: operands,
        resultTypes: step.results.map { plan.buffers[$0].type }, over: initial)
      for (buffer, result) in zip(step.results, results) { store(result, in: buffer) }
      for buffer in dying[number] { poison(buffer) }
    }
    return try tensors(of: plan.outputs)
  }

  /// The values that the parameters have now.
  package func parameters() throws(Diagnostic) -> [String: Tensor] {
    try tensors(of: plan.parameters)
  }
}

extension PlanInterpreter {
  package static let poison: UInt8 = 0xFF

  private static func dyingBuffers(of plan: Plan) -> PerPlanStep<[BufferNumber]> {
    // When a step, or a reader after the run, finds a buffer's value in its bytes for the last time.
    var lastUse = PerBuffer(repeating: Moment.before, count: plan.buffers.count)
    func content(_ buffer: BufferNumber) -> BufferNumber {
      var buffer = buffer
      while case .view(let other) = plan.buffers[buffer].role { buffer = other }
      return buffer
    }
    for (number, step) in plan.steps.numbered {
      for buffer in step.operands + step.results { lastUse[content(buffer)] = .step(number) }
    }
    for port in plan.outputs { lastUse[content(port.buffer)] = .after }
    var dying = PerPlanStep(repeating: [BufferNumber](), count: plan.steps.count)
    var isReplaced = PerBuffer(repeating: false, count: plan.buffers.count)
    var isParameter = isReplaced
    for (number, buffer) in plan.buffers.numbered {
      switch buffer.role {
      case .parameter: isParameter[number] = true
      case .inPlace(let other):
        isReplaced[content(other)] = true
        isParameter[number] = isParameter[content(other)]
      case .temporary, .input, .constant, .view: continue
      }
    }
    for (number, buffer) in plan.buffers.numbered {
      switch buffer.role {
      case .temporary, .inPlace:
        guard !isReplaced[number], !isParameter[number] else { continue }
        if case .step(let step) = lastUse[number] { dying[step].append(number) }
      case .input, .parameter, .constant, .view: continue
      }
    }
    return dying
  }

  private mutating func poison(_ buffer: BufferNumber) {
    let start = plan.buffers[buffer].offset
    for place in start..<start + plan.buffers[buffer].byteCount { arena[place] = Self.poison }
  }

  private mutating func store(
    _ tensors: [String: Tensor], in ports: [Plan.Port], _ what: String
  ) throws(Diagnostic) {
    for port in ports {
      let type = plan.buffers[port.buffer].type
      guard let tensor = tensors[port.name] else {
        throw Diagnostic(.missingInput, "the \(what) \(port.name): \(type) has no value; give one")
      }
      try store(tensor, in: port, what)
    }
  }

  // Not inlined: the optimiser of Swift 6.3.1 fails on a tensor taken from a dictionary in a loop.
  @inline(never)
  private mutating func store(
    _ tensor: Tensor, in port: Plan.Port, _ what: String
  ) throws(Diagnostic) {
    let type = plan.buffers[port.buffer].type
    guard tensor.type == type else {
      throw Diagnostic(
        .shapeMismatch, "the \(what) \(port.name) is \(type), not \(tensor.type)")
    }
    store(tensor, in: port.buffer)
  }

  private func tensors(of ports: [Plan.Port]) throws(Diagnostic) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for port in ports { tensors[port.name] = try tensor(in: port.buffer) }
    return tensors
  }
}

extension PlanInterpreter {
  private mutating func store(_ tensor: Tensor, in buffer: BufferNumber) {
    switch tensor.storage {
    case .f32(let elements): store(elements.map { $0.bitPattern }, buffer)
    case .f64(let elements): store(elements.map { $0.bitPattern }, buffer)
    case .i32(let elements): store(elements, buffer)
    case .i64(let elements): store(elements, buffer)
    case .u8(let elements): store(elements, buffer)
    case .bool(let elements): store(elements.map { $0 ? UInt8(1) : 0 }, buffer)
    }
  }

  private mutating func store<Element: FixedWidthInteger>(
    _ elements: [Element], _ buffer: BufferNumber
  ) {
    var place = plan.buffers[buffer].offset
    for element in elements {
      for byte in 0..<Element.bitWidth / 8 {
        arena[place] = UInt8(truncatingIfNeeded: element >> (8 * byte))
        place += 1
      }
    }
  }

  /// The elements in the bytes of a buffer.
  private func tensor(in buffer: BufferNumber) throws(Diagnostic) -> Tensor {
    let type = plan.buffers[buffer].type
    let storage: Tensor.Storage =
      switch type.scalarType {
      case .f32: .f32(load(buffer, UInt32.self).map { Float(bitPattern: $0) })
      case .f64: .f64(load(buffer, UInt64.self).map { Double(bitPattern: $0) })
      case .i32: .i32(load(buffer, Int32.self))
      case .i64: .i64(load(buffer, Int64.self))
      case .u8: .u8(load(buffer, UInt8.self))
      case .bool: .bool(load(buffer, UInt8.self).map { $0 != 0 })
      }
    return try Tensor(storage, extents: type.boundExtents())
  }

  private func load<Element: FixedWidthInteger>(
    _ buffer: BufferNumber, _: Element.Type
  ) -> [Element] {
    let width = Element.bitWidth / 8
    let start = plan.buffers[buffer].offset
    return stride(from: start, to: start + plan.buffers[buffer].byteCount, by: width).map { place in
      (0..<width).reduce(0) { $0 | Element(truncatingIfNeeded: arena[place + $1]) << (8 * $1) }
    }
  }
}
