import AdjointCore
import AdjointKernels

extension PlanMutationList {
  mutating func addKernel(_ number: Int) {
    let name = "kernel \(number)"
    add(name, \.kernels[number], plan.kernels)
    switch plan.kernels[number] {
    case .loopNest: addNest(name, \.kernels[number].nest)
    case .group: addGroup(name, \.kernels[number].group)
    case .contraction: addContraction(name, \.kernels[number].product)
    case .gather(let copy):
      addCopy(name, \.kernels[number].copy)
      add(name, \.kernels[number], [.scatterAdd(copy)])
    case .scatterAdd(let copy):
      addCopy(name, \.kernels[number].copy)
      add(name, \.kernels[number], [.gather(copy)])
    }
  }

  private mutating func addCopy(_ name: String, _ path: WritableKeyPath<Plan, IndexedCopy>) {
    add("\(name)'s outer", path.appending(path: \.outer))
    add("\(name)'s extent", path.appending(path: \.extent))
    add("\(name)'s inner", path.appending(path: \.inner))
    add("\(name)'s count", path.appending(path: \.count))
    add("\(name)'s scalar type", path.appending(path: \.scalarType), ScalarType.allCases)
    add("\(name)'s index type", path.appending(path: \.indexType), ScalarType.allCases)
  }

  private mutating func addNumbers<List>(_ name: String, _ path: WritableKeyPath<Plan, List>)
  where
    List: MutableCollection & BidirectionalCollection & RangeReplaceableCollection & Equatable,
    List.Element == Int, List.Index: Hashable
  {
    add(list: name, path)
    for place in plan[keyPath: path].indices {
      add("\(name)[\(place)]", path.appending(path: \.[place]))
    }
    // What no product of some of them may overflow with.
    let lists = [[0, .max, .max], [1 << 40, 1 << 40, 0], [.max, .max]]
    add(name, path, [plan[keyPath: path] + lists[0], List(lists[1]), List(lists[2])])
  }
}

// Products.
extension PlanMutationList {
  private mutating func addContraction(_ name: String, _ path: WritableKeyPath<Plan, Contraction>) {
    add("\(name)'s scalar type", path.appending(path: \.scalarType), ScalarType.allCases)
    addNumbers("\(name)'s batch", path.appending(path: \.batchExtents))
    add("\(name)'s rows", path.appending(path: \.rows))
    add("\(name)'s columns", path.appending(path: \.columns))
    add("\(name)'s inner extent", path.appending(path: \.inner))
    addLayout("\(name)'s left", path.appending(path: \.left))
    addLayout("\(name)'s right", path.appending(path: \.right))
    let product = plan[keyPath: path]
    add("\(name)'s result", path.appending(path: \.result), [nil, product.resultLayout])
    if product.result != nil {
      addLayout("\(name)'s result", path.appending(path: \.someResult))
    }
    let scales = [
      0, -1, 2, .leastNonzeroMagnitude, 1e300, .nan, .infinity, -.infinity, Double.ulpOfOne,
    ]
    add("\(name)'s scale", path.appending(path: \.scale), scales)
    add("\(name)'s addend", path.appending(path: \.addendScale), [nil, 1] + scales)
    add("\(name)'s epilogue", path.appending(path: \.epilogue), [nil, product.plainEpilogue])
    if product.epilogue != nil {
      addNest("\(name)'s epilogue", path.appending(path: \.someEpilogue))
    }
  }

  private mutating func addLayout(
    _ name: String, _ path: WritableKeyPath<Plan, Contraction.Layout>
  ) {
    addNumbers("\(name) batch strides", path.appending(path: \.batchStrides))
    add("\(name) row stride", path.appending(path: \.rowStride))
    add("\(name) column stride", path.appending(path: \.columnStride))
  }
}

// Loop nests and groups.
extension PlanMutationList {
  private mutating func addGroup(_ name: String, _ path: WritableKeyPath<Plan, FusionGroup>) {
    add("\(name)'s rows", path.appending(path: \.rows))
    add("\(name)'s operands", path.appending(path: \.operandCount))
    add("\(name)'s results", path.appending(path: \.resultCount))
    add(list: "\(name)'s locals", path.appending(path: \.locals))
    add(list: "\(name)'s stages", path.appending(path: \.stages))
    for number in plan[keyPath: path].locals.indices {
      let local: WritableKeyPath<Plan, FusionGroup.Local> = path.appending(path: \.locals[number])
      add("\(name)'s local \(number)", local.appending(path: \.elementCount))
      add("\(name)'s local \(number)", local.appending(path: \.scalarType), ScalarType.allCases)
    }
    for number in plan[keyPath: path].stages.indices {
      let stage: WritableKeyPath<Plan, FusionGroup.Stage> = path.appending(path: \.stages[number])
      add("\(name)'s stage \(number)'s row axes", stage.appending(path: \.rowAxes))
      addNest("\(name)'s stage \(number)", stage.appending(path: \.nest))
    }
  }

  /// What a nest might read or write, most of it not there.
  private static let slots: [Slot] =
    [-1, 0, 1, 2, 7, Int.max].flatMap { [.operand($0), .result($0), .local($0)] }
    + [.product, .value(0), .value(9)]

  private mutating func addNest(_ name: String, _ path: WritableKeyPath<Plan, LoopNest>) {
    let nest = plan[keyPath: path]
    addNumbers("\(name)'s loops", path.appending(path: \.extents))
    add(list: "\(name)'s inputs", path.appending(path: \.inputs))
    add(list: "\(name)'s outputs", path.appending(path: \.outputs))
    for number in nest.inputs.indices {
      let input: WritableKeyPath<Plan, LoopNest.Input> = path.appending(path: \.inputs[number])
      add("\(name)'s input \(number)", input.appending(path: \.source), Self.slots)
      addAccess("\(name)'s input \(number)", input.appending(path: \.access))
    }
    for number in nest.outputs.indices {
      let output: WritableKeyPath<Plan, LoopNest.Output> = path.appending(path: \.outputs[number])
      add("\(name)'s output \(number)", output.appending(path: \.target), Self.slots)
      add("\(name)'s output \(number)'s step", output.appending(path: \.step))
      add(
        "\(name)'s output \(number)'s combiner", output.appending(path: \.combiner),
        [nil] + Combiner.allCases)
      addAccess("\(name)'s output \(number)", output.appending(path: \.access))
    }
    let steps: WritableKeyPath<Plan, PerInstruction<ScalarProgram.Step>> = path.appending(
      path: \.program.list)
    add(list: "\(name)'s program", steps)
    for (number, step) in nest.program.steps.numbered {
      let type: WritableKeyPath<Plan, ScalarType> = steps.appending(path: \.[number].type)
      add("\(name)'s type of step \(number)", type, ScalarType.allCases)
      let instruction: WritableKeyPath<Plan, ScalarInstruction> = steps.appending(
        path: \.[number].instruction)
      add("\(name)'s step \(number)", instruction, Self.instructions(for: step.instruction))
    }
  }

  private mutating func addAccess(_ name: String, _ path: WritableKeyPath<Plan, Access>) {
    add("\(name)'s scalar type", path.appending(path: \.scalarType), ScalarType.allCases)
    addNumbers("\(name)'s extents", path.appending(path: \.extents))
    add(list: "\(name)'s map", path.appending(path: \.map.axes))
    for number in plan[keyPath: path].map.axes.indices {
      let axis: WritableKeyPath<Plan, AxisIndex> = path.appending(path: \.map.axes[number])
      add("\(name)'s axis \(number)", axis.appending(path: \.axis))
      add("\(name)'s axis \(number)'s start", axis.appending(path: \.start))
      add("\(name)'s axis \(number)'s step", axis.appending(path: \.step))
    }
  }

  /// Other instructions, and the same one with other operands.
  private static func instructions(for old: ScalarInstruction) -> [ScalarInstruction] {
    var all: [ScalarInstruction] = [
      .constant(.integer(.min)), .constant(.floating(bits: .max)), .unary(.exp, 0), .cast(0),
      .binary(.power, 0, 0), .compare(.less, 0, 0), .select(0, 0, 0),
    ]
    for number in numbers(near: 0) {
      let step = InstructionNumber(number)
      all += [
        .load(input: number), .unary(.negate, step), .cast(step), .binary(.add, step, 0),
        .compare(.equal, 0, step), .select(step, 0, 0), .select(0, step, step),
        .index(AxisIndex(axis: AxisNumber(number))), .index(AxisIndex(axis: 0, start: number)),
        .index(AxisIndex(axis: 0, start: 0, step: number)),
        .index(AxisIndex(axis: nil, start: number)), old.renumbered { _ in step },
      ]
    }
    return all
  }
}

// What a kernel of a known form is made of, so that key paths reach it.
extension Kernel {
  fileprivate var nest: LoopNest {
    get {
      if case .loopNest(let nest) = self {
        nest
      } else {
        LoopNest(extents: [], inputs: [], program: ScalarProgram(), outputs: [])
      }
    }
    set { self = .loopNest(newValue) }
  }

  fileprivate var group: FusionGroup {
    get {
      if case .group(let group) = self {
        group
      } else {
        FusionGroup(rows: 0, operandCount: 0, resultCount: 0, locals: [], stages: [])
      }
    }
    set { self = .group(newValue) }
  }

  fileprivate var product: Contraction {
    get {
      if case .contraction(let product) = self { return product }
      let layout = Contraction.Layout(batchStride: 0, rowStride: 0, columnStride: 1)
      return Contraction(
        .f32, batch: 0, rows: 0, columns: 0, inner: 0, left: layout, right: layout)
    }
    set { self = .contraction(newValue) }
  }

  fileprivate var copy: IndexedCopy {
    get {
      switch self {
      case .gather(let copy), .scatterAdd(let copy): copy
      case .loopNest, .group, .contraction:
        IndexedCopy(.f32, indexType: .i32, outer: 0, extent: 0, inner: 0, count: 0)
      }
    }
    set {
      if case .gather = self { self = .gather(newValue) } else { self = .scatterAdd(newValue) }
    }
  }
}

extension Contraction {
  fileprivate var someResult: Layout {
    get { resultLayout }
    set { result = newValue }
  }

  fileprivate var someEpilogue: LoopNest {
    get { epilogue ?? plainEpilogue }
    set { epilogue = newValue }
  }
}

extension ScalarProgram {
  fileprivate var list: PerInstruction<Step> {
    get { steps }
    set {
      self = ScalarProgram()
      for step in newValue { append(step.instruction, step.type) }
    }
  }
}
