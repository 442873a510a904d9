import AdjointCore
import AdjointKernels

/// Writes out a plan: kernels once each, buffers with their offsets, steps by number.
struct PlanAssembly {
  private var plan = Plan()
  private var kernelNumbers: [Kernel: Int] = [:]
  private var buffers: [BufferNumber?]

  static func plan(
    _ schedule: Schedule, _ storage: StorageAssignment, _ layout: ArenaLayout,
    labels: (Int) -> String
  ) -> Plan {
    var assembly = PlanAssembly(schedule, storage, layout)
    for step in schedule.steps {
      for value in step.writes where assembly.buffers[value] == nil {
        assembly.add(value, schedule, storage, layout)
      }
      assembly.add(step, schedule.values, labels)
    }
    assembly.addOutputs(schedule)
    assembly.plan.forks = schedule.forks
    assembly.plan.arenaByteCount = layout.byteCount
    assembly.plan.lowerBoundByteCount = storage.lowerBound
    return assembly.plan
  }

  private init(_ schedule: Schedule, _ storage: StorageAssignment, _ layout: ArenaLayout) {
    buffers = Array(repeating: nil, count: schedule.values.count)
    for (number, content) in schedule.values.enumerated() where storage.storageOf[number] != nil {
      let value = ValueNumber(number)
      switch content.source {
      case .input(let name):
        plan.inputs.append(Plan.Port(name: name, buffer: add(value, schedule, storage, layout)))
      case .parameter(let name):
        plan.parameters.append(Plan.Port(name: name, buffer: add(value, schedule, storage, layout)))
      case .constant(let tensor):
        plan.constants[add(value, schedule, storage, layout)] = tensor
      case .computed: continue
      }
    }
  }

  @discardableResult
  private mutating func add(
    _ value: ValueNumber, _ schedule: Schedule, _ storage: StorageAssignment, _ layout: ArenaLayout
  ) -> BufferNumber {
    let role: Plan.Buffer.Role =
      switch schedule.values[value].source {
      case .input: .input
      case .parameter: .parameter
      case .constant: .constant
      case .computed:
        storage.inPlaceOf[value].flatMap { buffers[$0] }.map { .inPlace(of: $0) } ?? .temporary
      }
    let number = plan.buffers.add(
      Plan.Buffer(
        type: schedule.values[value].type,
        offset: storage.storageOf[value].map { layout.offsets[$0] } ?? 0,
        role: role))
    buffers[value] = number
    return number
  }

  private mutating func add(
    _ step: KernelGraph.Step, _ values: [KernelGraph.Value], _ labels: (Int) -> String
  ) {
    let kernel: Kernel
    let operands: [ValueNumber]
    let results: [ValueNumber]
    switch step.work {
    case .nest(let nest):
      operands = step.reads
      results = step.writes
      kernel = .loopNest(
        nest.renaming(
          reads: Self.slots(operands, Slot.operand), writes: Self.slots(results, Slot.result)))
    case .rows(let group):
      operands = step.reads
      results = step.writes
      kernel = .group(Self.group(group, operands: operands, results: results, values))
    case .call(let call, let callOperands, let callResults):
      (kernel, operands, results) = (call, callOperands, callResults)
    }
    plan.steps.append(
      Plan.Step(
        kernel: number(of: kernel), operands: operands.compactMap { buffers[$0] },
        results: results.compactMap { buffers[$0] },
        label: Self.label(step.nodes, labels)))
  }

  /// The number of a kernel, added in writing order unless there is an equal one.
  private mutating func number(of kernel: Kernel) -> Int {
    if let number = kernelNumbers[kernel] { return number }
    let ordered = kernel.inWritingOrder()
    let number = kernelNumbers[ordered] ?? plan.kernels.count
    kernelNumbers[kernel] = number
    kernelNumbers[ordered] = number
    if number == plan.kernels.count { plan.kernels.append(ordered) }
    return number
  }

  /// The group with its values numbered as the kernel's operands, results and locals.
  private static func group(
    _ group: KernelGraph.RowGroup, operands: [ValueNumber], results: [ValueNumber],
    _ values: [KernelGraph.Value]
  ) -> FusionGroup {
    let inside = slots(results, Slot.result).merging(slots(group.locals, Slot.local)) { $1 }
    let all = slots(operands, Slot.operand).merging(inside) { $1 }
    return FusionGroup(
      rows: group.rows, operandCount: operands.count, resultCount: results.count,
      locals: group.locals.map { local in
        FusionGroup.Local(
          scalarType: values[local].type.scalarType,
          elementCount: values[local].type.shape.elementCount ?? 0)
      },
      stages: group.stages.map { stage in
        FusionGroup.Stage(
          nest: stage.nest.renaming(reads: all, writes: inside), rowAxes: stage.rowAxes)
      })
  }

  /// What values are called inside a kernel that has them in this order.
  private static func slots(
    _ values: [ValueNumber], _ slot: (Int) -> Slot
  ) -> [ValueNumber: Slot] {
    Dictionary(zip(values, values.indices.map(slot)), uniquingKeysWith: { first, _ in first })
  }

  /// The names of the first and the last nodes, for a fused step may stand for many.
  static func label(_ nodes: [Int], _ labels: (Int) -> String) -> String {
    let names = nodes.map { "%" + labels($0) }
    if names.count <= 8 { return names.joined(separator: " ") }
    return (names.prefix(4) + ["…"] + names.suffix(3)).joined(separator: " ")
  }

  private mutating func addOutputs(_ schedule: Schedule) {
    var views: [Plan.Buffer: BufferNumber] = [:]
    for output in schedule.outputs {
      guard var buffer = buffers[output.value] else { continue }
      if plan.buffers[buffer].type != output.type {
        let view = Plan.Buffer(
          type: output.type, offset: plan.buffers[buffer].offset, role: .view(of: buffer))
        buffer = views[view] ?? plan.buffers.add(view)
        views[view] = buffer
      }
      plan.outputs.append(Plan.Port(name: output.name, buffer: buffer))
    }
  }
}

extension LoopNest {
  /// The nest with other names for the values that it reads and writes.
  fileprivate func renaming(
    reads: [ValueNumber: Slot], writes: [ValueNumber: Slot]
  ) -> LoopNest {
    var nest = self
    for input in nest.inputs.indices {
      guard let slot = nest.inputs[input].source.value.flatMap({ reads[$0] }) else { continue }
      nest.inputs[input].source = slot
    }
    for output in nest.outputs.indices {
      guard let slot = nest.outputs[output].target.value.flatMap({ writes[$0] }) else { continue }
      nest.outputs[output].target = slot
    }
    return nest
  }
}
