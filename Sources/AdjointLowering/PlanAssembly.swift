import AdjointCore
import AdjointKernels

/// Writes out a plan: kernels once each, buffers with their offsets, steps by number.
struct PlanAssembly {
  private var plan = Plan()
  private var kernelNumbers: [Kernel: Int] = [:]
  private var buffers: [Int]

  static func plan(
    _ schedule: Schedule, _ storage: StorageAssignment, _ layout: ArenaLayout,
    labels: (Int) -> String
  ) -> Plan {
    var assembly = PlanAssembly(schedule, storage, layout)
    for step in schedule.steps {
      for value in step.writes where assembly.buffers[value] < 0 {
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
    buffers = Array(repeating: -1, count: schedule.values.count)
    for (value, content) in schedule.values.enumerated() where storage.storageOf[value] >= 0 {
      switch content.source {
      case .input(let name):
        add(value, schedule, storage, layout)
        plan.inputs.append(Plan.Port(name: name, buffer: buffers[value]))
      case .parameter(let name):
        add(value, schedule, storage, layout)
        plan.parameters.append(Plan.Port(name: name, buffer: buffers[value]))
      case .constant(let tensor):
        add(value, schedule, storage, layout)
        plan.constants[buffers[value]] = tensor
      case .computed: continue
      }
    }
  }

  private mutating func add(
    _ value: Int, _ schedule: Schedule, _ storage: StorageAssignment, _ layout: ArenaLayout
  ) {
    let role: Plan.Buffer.Role =
      switch schedule.values[value].source {
      case .input: .input
      case .parameter: .parameter
      case .constant: .constant
      case .computed:
        storage.inPlaceOf[value] < 0 ? .temporary : .inPlace(of: buffers[storage.inPlaceOf[value]])
      }
    buffers[value] = plan.buffers.count
    plan.buffers.append(
      Plan.Buffer(
        type: schedule.values[value].type, offset: layout.offsets[storage.storageOf[value]],
        role: role))
  }

  private mutating func add(
    _ step: KernelGraph.Step, _ values: [KernelGraph.Value], _ labels: (Int) -> String
  ) {
    let kernel: Kernel
    let operands: [Int]
    let results: [Int]
    switch step.work {
    case .nest(var nest):
      operands = step.reads
      results = step.writes
      let operandNumbers = Self.numbers(of: operands)
      let resultNumbers = Self.numbers(of: results)
      for input in nest.inputs.indices {
        nest.inputs[input].operand = operandNumbers[nest.inputs[input].operand] ?? 0
      }
      for output in nest.outputs.indices {
        nest.outputs[output].result = resultNumbers[nest.outputs[output].result] ?? 0
      }
      kernel = .loopNest(nest)
    case .rows(let group):
      operands = step.reads
      results = step.writes
      kernel = .group(Self.group(group, operands: operands, results: results, values))
    case .call(let call, let callOperands, let callResults):
      (kernel, operands, results) = (call, callOperands, callResults)
    }
    let number = kernelNumbers[kernel] ?? plan.kernels.count
    if number == plan.kernels.count {
      kernelNumbers[kernel] = number
      plan.kernels.append(kernel)
    }
    plan.steps.append(
      Plan.Step(
        kernel: number, operands: operands.map { buffers[$0] },
        results: results.map { buffers[$0] },
        label: Self.label(step.nodes, labels)))
  }

  /// The group with its values numbered as the kernel's operands, results and locals.
  private static func group(
    _ group: KernelGraph.RowGroup, operands: [Int], results: [Int], _ values: [KernelGraph.Value]
  ) -> FusionGroup {
    let inside = numbers(of: results + group.locals)
    let outside = numbers(of: operands)
    return FusionGroup(
      rows: group.rows, operandCount: operands.count, resultCount: results.count,
      locals: group.locals.map { local in
        FusionGroup.Local(
          scalarType: values[local].type.scalarType,
          elementCount: values[local].type.shape.elementCount ?? 0)
      },
      stages: group.stages.map { stage in
        var stage = stage
        for input in stage.nest.inputs.indices {
          let value = stage.nest.inputs[input].operand
          stage.nest.inputs[input].operand =
            inside[value].map { operands.count + $0 } ?? outside[value] ?? 0
        }
        for output in stage.nest.outputs.indices {
          stage.nest.outputs[output].result = inside[stage.nest.outputs[output].result] ?? 0
        }
        return stage
      })
  }

  private static func numbers(of values: [Int]) -> [Int: Int] {
    Dictionary(zip(values, values.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The names of the first and the last nodes, for a fused step may stand for many.
  static func label(_ nodes: [Int], _ labels: (Int) -> String) -> String {
    let names = nodes.map { "%" + labels($0) }
    if names.count <= 8 { return names.joined(separator: " ") }
    return (names.prefix(4) + ["…"] + names.suffix(3)).joined(separator: " ")
  }

  private mutating func addOutputs(_ schedule: Schedule) {
    var views: [Plan.Buffer: Int] = [:]
    for output in schedule.outputs {
      var buffer = buffers[output.value]
      if plan.buffers[buffer].type != output.type {
        let view = Plan.Buffer(
          type: output.type, offset: plan.buffers[buffer].offset, role: .view(of: buffer))
        buffer = views[view] ?? plan.buffers.count
        if buffer == plan.buffers.count {
          views[view] = buffer
          plan.buffers.append(view)
        }
      }
      plan.outputs.append(Plan.Port(name: output.name, buffer: buffer))
    }
  }
}
