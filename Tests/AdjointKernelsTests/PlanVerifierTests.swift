import AdjointCore
import AdjointKernels
import Testing

@Suite("The plan verifier")
struct PlanVerifierTests {
  /// What is broken in the sample plan, and words of the message that must follow.
  struct Mutation: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let message: String
    let apply: @Sendable (inout Plan) -> Void

    init(
      _ description: String, _ message: String, _ apply: @escaping @Sendable (inout Plan) -> Void
    ) {
      testDescription = description
      self.message = message
      self.apply = apply
    }
  }

  @Test("accepts a plan with views, parts, in-place steps and updates")
  func accepts() throws {
    _ = try VerifiedPlan(verifying: PlanSample.plan())
    _ = try VerifiedPlan(verifying: Plan())
  }

  @Test("knows what an epilogue may be written over")
  func aliasesOfEpilogues() throws {
    let layout = Contraction.Layout(batchStride: 16, rowStride: 4, columnStride: 1)
    var product = Contraction(
      .f32, batch: 1, rows: 4, columns: 4, inner: 4, left: layout, right: layout)
    func mayAlias(_ result: Int, _ operand: Int) -> Bool {
      Kernel.contraction(product).mayAlias(result: result, operand: operand)
    }
    var nest = product.plainEpilogue
    let access = product.pointAccess(.f32)
    nest.inputs.append(LoopNest.Input(operand: 2, access: access))
    nest.outputs.append(LoopNest.Output(result: 1, step: 0, access: access))
    product.epilogue = nest
    // Result 0 holds the sums while operand 2 is still to be read; result 1 does not.
    #expect(!mayAlias(0, 2))
    #expect(mayAlias(1, 2))
    #expect(!mayAlias(1, 0) && !mayAlias(1, 1))
    nest.inputs[1].access.map.axes.swapAt(1, 2)
    product.epilogue = nest
    #expect(!mayAlias(1, 2))
    // The sum begins with the addend.
    nest.inputs[1].operand = 3
    product.epilogue = nest
    product.addendScale = 1
    #expect(mayAlias(0, 2))
    nest.inputs[1].operand = 2
    product.epilogue = nest
    #expect(!mayAlias(0, 2))
  }

  @Test("accepts an epilogue")
  func acceptsEpilogue() throws {
    var plan = try PlanSample.plan()
    plan.editEpilogue { _ in }
    _ = try VerifiedPlan(verifying: plan)
  }

  @Test("refuses", arguments: buffers + steps + kernels + strides + outputs)
  func refuses(_ mutation: Mutation) throws {
    var plan = try PlanSample.plan()
    mutation.apply(&plan)
    let diagnostic = #expect(throws: Diagnostic.self) { _ = try VerifiedPlan(verifying: plan) }
    #expect(diagnostic?.code == .invalidPlan)
    #expect(diagnostic?.message.contains(mutation.message) == true, "\(diagnostic?.message ?? "")")
  }

  static let buffers: [Mutation] = [
    Mutation("an offset that is not aligned", "not aligned") { $0.buffers[6].offset = 321 },
    Mutation("an offset below zero", "not aligned") { $0.buffers[6].offset = -64 },
    Mutation("an offset beyond the arena", "not aligned") { $0.buffers[6].offset = 448 },
    Mutation("an offset that overflows", "not aligned") { $0.buffers[6].offset = .max - 63 },
    Mutation("an arena that is too small", "not aligned inside the arena") {
      $0.arenaByteCount = 384
    },
    Mutation("an arena of an odd size", "no multiple") { $0.arenaByteCount = 450 },
    Mutation("an arena below zero", "no multiple") { $0.arenaByteCount = -64 },
    Mutation("a value over another live one", "share bytes") { $0.buffers[6].offset = 256 },
    Mutation("a value over an input", "share bytes") { $0.buffers[6].offset = 0 },
    Mutation("a value over a parameter", "share bytes") { $0.buffers[6].offset = 128 },
    Mutation("a value over a constant", "share bytes") { $0.buffers[6].offset = 192 },
    Mutation("two inputs on the same bytes", "share bytes") { $0.buffers[3].offset = 0 },
    Mutation("a larger value", "writes 16 elements") {
      $0.buffers[4].type = TensorType(.f32, extents: [4, 5])
      $0.buffers[5].type = TensorType(.f32, extents: [4, 5])
    },
    Mutation("another scalar type", "writes 16 elements of f32") {
      $0.buffers[4].type = TensorType(.i32, extents: [4, 4])
    },
    Mutation("a named dimension", "named dimensions") {
      $0.buffers[4].type = TensorType(.f32, ["B", 4])
    },
    Mutation("an impossible size", "overflows") {
      $0.buffers[4].type = TensorType(.f64, extents: [1 << 40, 1 << 40])
    },
    Mutation("a view that lies elsewhere", "does not lie where") { $0.buffers[9].offset = 320 },
    Mutation("a view of another size", "does not lie where") {
      $0.buffers[9].type = TensorType(.f32, extents: [4])
    },
    Mutation("a view of another scalar type", "view of another scalar type") {
      $0.buffers[9].type = TensorType(.i32, extents: [8])
    },
    Mutation("a view of a later buffer", "none before it") { $0.buffers[9].role = .view(of: 9) },
    Mutation("a view of no buffer", "none before it") { $0.buffers[9].role = .view(of: -1) },
    Mutation("a constant without content", "without a content") { $0.constants = [:] },
    Mutation("content that nothing has", "given for no buffer") {
      $0.constants[77] = $0.constants[3]
    },
    Mutation("content of a temporary", "is no constant") { $0.constants[6] = $0.constants[3] },
    Mutation("an input without a port", "ports") { $0.inputs = [] },
    Mutation("a parameter named twice", "two ports are named w") { $0.parameters[1].name = "w" },
    Mutation("an output that there is not", "which there is not") { $0.outputs[0].buffer = 10 },
    Mutation("a wrong lower bound", "lower bound") { $0.lowerBoundByteCount = 320 },
    Mutation("an arena that is too large", "last buffer ends at 416") { $0.arenaByteCount = 512 },
    Mutation("an arena that no memory holds", "last buffer ends at 416") {
      $0.arenaByteCount = .max - 63
    },
    Mutation("a value far outside", "last buffer ends at 416") {
      // An empty buffer may lie anywhere, and makes no arena larger.
      $0.buffers.append(
        Plan.Buffer(type: TensorType(.f32, extents: [0]), offset: 1 << 60, role: .constant))
      $0.constants[10] = try? Tensor([] as [Float])
      $0.arenaByteCount = 1 << 60
    },
  ]

  static let steps: [Mutation] = [
    Mutation("steps in the wrong order", "before") { $0.steps.swapAt(1, 2) },
    Mutation("a reader between the parts", "before") { $0.steps.swapAt(4, 6) },
    Mutation("a missing step", "no step writes") { $0.steps.remove(at: 2) },
    Mutation("a missing part", "unwritten") { $0.steps.remove(at: 4) },
    Mutation("a part written twice", "write it twice") { $0.steps[4] = $0.steps[3] },
    Mutation("a step twice", "write it twice") { $0.steps.insert($0.steps[1], at: 2) },
    Mutation("a parameter written before its last reader", "for the last time") {
      $0.steps.insert($0.steps.remove(at: 5), at: 0)
    },
    Mutation("a parameter written twice", "write it twice") {
      $0.steps.append($0.steps[6])
    },
    Mutation("a parameter updated in place and by a copy", "in parts") {
      $0.steps[6] = Plan.Step(kernel: 1, operands: [8], results: [1], label: "again")
    },
    Mutation("a later reader of an operand written over", "for the last time") {
      $0.steps[2].operands = [4]
      $0.steps[1].results = [5]
    },
    Mutation("an output that was written over", "for the last time") { $0.outputs[0].buffer = 4 },
    Mutation("the old value of an updated parameter as an output", "for the last time") {
      $0.outputs[0].buffer = 1
    },
    Mutation("an ambiguous parameter as an output", "read later") { $0.outputs[0].buffer = 2 },
    Mutation("a write to an input", "which no step may") { $0.steps[1].results = [0] },
    Mutation("a write to a constant", "which no step may") { $0.steps[2].results = [3] },
    Mutation("a write to a view", "which no step may") { $0.steps[3].results = [9] },
    Mutation("a contraction in place", "may not write") { plan in
      plan.buffers[4].role = .inPlace(of: 1)
      plan.buffers[4].offset = 64
      plan.buffers[5].offset = 64
      plan.buffers[8] = Plan.Buffer(
        type: plan.buffers[8].type, offset: 256, role: .temporary)
      plan.steps[5].operands = [0, 0]
    },
    Mutation("an in-place step over an input", "which no step may") { plan in
      plan.buffers[8].role = .inPlace(of: 0)
      plan.buffers[8].offset = 0
    },
    Mutation("an in-place step that does not read what it replaces", "for the last time") {
      $0.steps[5].operands = [0, 0]
    },
    Mutation("a kernel that there is not", "which there is not") { $0.steps[0].kernel = 9 },
    Mutation("a buffer that there is not", "that there is not") { $0.steps[0].operands[0] = 99 },
    Mutation("too few operands", "has not the operands") { $0.steps[0].operands.removeLast() },
    Mutation("no results", "has not the operands") { $0.steps[0].results = [] },
    Mutation("an operand of another size", "reads") { $0.steps[1].operands = [3] },
  ]

  static let kernels: [Mutation] = [
    Mutation("a contraction past the end of its operand", "reads 20 elements") {
      $0.edit(0) { (product: inout Contraction) in product.inner = 8 }
    },
    Mutation("a contraction of a larger result", "writes 20 elements") {
      $0.edit(0) { (product: inout Contraction) in
        product.rows = 5
        product.left.rowStride = 3
      }
    },
    Mutation("a contraction whose size overflows", "together are more than") {
      $0.edit(0) { (product: inout Contraction) in product.batchExtents = [.max] }
    },
    Mutation("a contraction with a negative stride", "zero or more") {
      $0.edit(0) { (product: inout Contraction) in product.left.rowStride = -4 }
    },
    Mutation("a contraction that no library call can make", "is 1") {
      $0.edit(0) { (product: inout Contraction) in product.left.columnStride = 2 }
    },
    Mutation("an epilogue over other loops", "loops over") { plan in
      plan.editEpilogue { $0.extents = [1, 4, 5] }
    },
    Mutation("an epilogue that reads the product elsewhere", "reads the product") { plan in
      plan.editEpilogue { $0.inputs[0].access.map.axes[1].start = 1 }
    },
    Mutation("an epilogue that stores elsewhere", "stores result 0 at other points") { plan in
      plan.editEpilogue { $0.outputs[0].access.map.axes.swapAt(1, 2) }
    },
    Mutation("an epilogue that reduces", "stores result 0 at other points") { plan in
      plan.editEpilogue { $0.outputs[0].combiner = .sum }
    },
    Mutation("an epilogue without a result 0", "holds the product") { plan in
      plan.editEpilogue { $0.outputs[0].result = 1 }
    },
    Mutation("an epilogue that stores a result twice", "twice") { plan in
      plan.editEpilogue { $0.outputs.append($0.outputs[0]) }
    },
    Mutation("an epilogue whose result 0 is of another type", "of f32") { plan in
      plan.editEpilogue { nest in
        nest.outputs[0].step = nest.program.append(.cast(0), .f64)
        nest.outputs[0].access.scalarType = .f64
      }
    },
    Mutation("an epilogue that reads past its operand", "reaches from 0 to 3") { plan in
      plan.editEpilogue { nest in
        nest.inputs.append(
          LoopNest.Input(
            operand: 1,
            access: Access(.f32, extents: [3], map: IndexMap([AxisIndex(axis: 2)]))))
      }
    },
    Mutation("an epilogue with an operand that there is not", "not the operands") { plan in
      plan.editEpilogue {
        $0.inputs.append($0.inputs[0]); $0.inputs[1].operand = 2
      }
    },
    Mutation("an epilogue with an operand below all", "which is not there") { plan in
      plan.editEpilogue {
        $0.inputs.append($0.inputs[0]); $0.inputs[1].operand = -2
      }
    },
    Mutation("a loop that reads a product", "reads the product, which is not there") { plan in
      plan.edit(1) { (nest: inout LoopNest) in nest.inputs[0].source = .product }
    },
    Mutation("a contraction of whole numbers", "f32 or f64") {
      $0.edit(0) { (product: inout Contraction) in product.scalarType = .i32 }
    },
    Mutation("a loop that is too long", "reaches") {
      $0.edit(1) { (nest: inout LoopNest) in nest.extents[0] = 5 }
    },
    Mutation("a loop that is too short", "unwritten") {
      $0.edit(1) { (nest: inout LoopNest) in nest.extents[0] = 3 }
    },
    Mutation("a loop of negative length", "below zero") {
      $0.edit(1) { (nest: inout LoopNest) in nest.extents[0] = -1 }
    },
    Mutation("a read before the start", "reaches") {
      $0.edit(1) { (nest: inout LoopNest) in nest.inputs[0].access.map.axes[1].start = -1 }
    },
    Mutation("an index that overflows", "overflows") {
      $0.edit(1) { (nest: inout LoopNest) in nest.inputs[0].access.map.axes[1].step = .max }
    },
    Mutation("a read along no loop", "uses loop 2") {
      $0.edit(1) { (nest: inout LoopNest) in nest.inputs[0].access.map.axes[1].axis = 2 }
    },
    Mutation("a missing index", "indices for") {
      $0.edit(1) { (nest: inout LoopNest) in nest.inputs[0].access.map.axes.removeLast() }
    },
    Mutation("a store that hits an element twice", "at each of 4 points") {
      $0.edit(1) { (nest: inout LoopNest) in
        nest.outputs[0].access.map.axes[1] = AxisIndex(axis: nil)
      }
    },
    Mutation("an in-place read at another point", "may not write") {
      $0.edit(1) { (nest: inout LoopNest) in
        nest.inputs[0].access.map = IndexMap([AxisIndex(axis: 1), AxisIndex(axis: 0)])
      }
    },
    Mutation("an output of no step", "names no step") {
      $0.edit(1) { (nest: inout LoopNest) in nest.outputs[0].step = 7 }
    },
    Mutation("an output of another type", "another scalar type") {
      $0.edit(1) { (nest: inout LoopNest) in nest.outputs[0].access.scalarType = .f64 }
    },
    Mutation("a program of mixed types", "does not go with its operands") {
      $0.edit(1) { (nest: inout LoopNest) in nest.inputs[0].access.scalarType = .i32 }
    },
    Mutation("a program that reads later steps", "reads a later one") {
      $0.edit(1) { (nest: inout LoopNest) in
        nest.program = ScalarProgram()
        nest.program.append(.unary(.exp, 0), .f32)
        nest.outputs[0].step = 0
      }
    },
    Mutation("a nest without outputs", "no output") {
      $0.edit(1) { (nest: inout LoopNest) in nest.outputs = [] }
    },
    Mutation("parts that overlap", "write it twice") {
      $0.edit(4) { (nest: inout LoopNest) in nest.outputs[0].access.map.axes[0].start = 3 }
    },
  ]

  @Test("checks gathers and scatters")
  func indexedCopies() throws {
    var plan = Plan()
    let copy = IndexedCopy(.f32, indexType: .i32, outer: 1, extent: 4, inner: 2, count: 3)
    plan.kernels = [.gather(copy), .scatterAdd(copy)]
    let types = [
      TensorType(.f32, extents: [4, 2]), TensorType(.i32, extents: [3]),
      TensorType(.f32, extents: [3, 2]), TensorType(.f32, extents: [4, 2]),
    ]
    for (number, type) in types.enumerated() {
      plan.buffers.append(
        Plan.Buffer(type: type, offset: number * 64, role: number < 2 ? .input : .temporary))
    }
    plan.inputs = [Plan.Port(name: "data", buffer: 0), Plan.Port(name: "at", buffer: 1)]
    plan.outputs = [Plan.Port(name: "y", buffer: 3)]
    plan.steps = [
      Plan.Step(kernel: 0, operands: [0, 1], results: [2], label: ""),
      Plan.Step(kernel: 1, operands: [0, 1, 2], results: [3], label: ""),
    ]
    plan.arenaByteCount = 256
    plan.lowerBoundByteCount = 256
    _ = try VerifiedPlan(verifying: plan)
    for change in [\IndexedCopy.outer, \.extent, \.inner, \.count] {
      var broken = plan
      var copy = copy
      copy[keyPath: change] += 1
      broken.kernels[0] = .gather(copy)
      #expect(throws: Diagnostic.self) { _ = try VerifiedPlan(verifying: broken) }
      broken.kernels[0] = plan.kernels[0]
      broken.kernels[1] = .scatterAdd(copy)
      #expect(throws: Diagnostic.self) { _ = try VerifiedPlan(verifying: broken) }
    }
    plan.buffers[1].type = TensorType(.i64, extents: [3])
    #expect(throws: Diagnostic.self) { _ = try VerifiedPlan(verifying: plan) }
  }

  @Test("no single shifted offset, dropped step or exchanged pair of steps slips through")
  func everyMutation() throws {
    let plan = try PlanSample.plan()
    for number in plan.buffers.indices {
      for offset in stride(from: 0, to: 448, by: 64) where offset != plan.buffers[number].offset {
        var broken = plan
        broken.buffers[number].offset = offset
        #expect(throws: Diagnostic.self, "\(number) at \(offset)") {
          _ = try VerifiedPlan(verifying: broken)
        }
      }
    }
    for step in plan.steps.indices where ![5, 6].contains(step) {
      var broken = plan
      broken.steps.remove(at: step)
      #expect(throws: Diagnostic.self, "without \(step)") {
        _ = try VerifiedPlan(verifying: broken)
      }
    }
    for step in 0..<(3 as PlanStepNumber) {
      var broken = plan
      broken.steps.swapAt(step, step.advanced(by: 1))
      #expect(throws: Diagnostic.self, "\(step) exchanged") {
        _ = try VerifiedPlan(verifying: broken)
      }
    }
  }
}

extension Plan {
  /// Gives the contraction an epilogue that is changed.
  fileprivate mutating func editEpilogue(_ change: (inout LoopNest) -> Void) {
    edit(0) { (product: inout Contraction) in
      var nest = product.plainEpilogue
      change(&nest)
      product.epilogue = nest
    }
  }

  mutating func edit(_ kernel: Int, _ change: (inout LoopNest) -> Void) {
    guard case .loopNest(var nest) = kernels[kernel] else { return }
    change(&nest)
    kernels[kernel] = .loopNest(nest)
  }

  mutating func edit(_ kernel: Int, _ change: (inout Contraction) -> Void) {
    guard case .contraction(var product) = kernels[kernel] else { return }
    change(&product)
    kernels[kernel] = .contraction(product)
  }
}
