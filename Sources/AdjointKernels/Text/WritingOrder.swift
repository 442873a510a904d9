import AdjointCore

extension LoopNest {
  /// The same nest with its program in the order in which it is written and read.
  ///
  /// Before: `0: a[i]`, `1: b[i]`, `2: −0`, `3: 2 + 1`, with whatever no output needs and what is there
  /// twice. After: `0: a[i]`, `1: −0`, `2: b[i]`, `3: 1 + 2`, as one comes upon them in `add(negate(a[i]),
  /// b[i])`. Equal steps are one, and so are equal inputs, which are in the order of their first use. Of a
  /// nest in this order the text gives back the nest itself, so that kernels that do the same are equal.
  package func inWritingOrder() -> LoopNest {
    var order = WritingOrder(self)
    return order.rewritten()
  }
}

/// The steps of a program as text names them: some on lines of their own, the others inside these.
struct WritingOrder {
  private let nest: LoopNest
  /// For each step, the first that is equal to it.
  private let representatives: PerInstruction<InstructionNumber>
  /// For each step, whether it has a line and a name.
  private(set) var isNamed: PerInstruction<Bool>

  /// With more functions than this an expression inside another one is named.
  private static let longest = 8

  init(_ nest: LoopNest) {
    self.nest = nest
    let steps = nest.program.steps
    var representatives: PerInstruction<InstructionNumber> = []
    representatives.reserveCapacity(steps.count)
    var known: [ScalarProgram.Step: InstructionNumber] = [:]
    for (number, step) in steps.numbered {
      var instruction = step.instruction.renumbered { representatives[$0] }
      if case .load(let input) = instruction {
        let first = nest.inputs[..<input].firstIndex(of: nest.inputs[input])
        instruction = .load(input: first ?? input)
      }
      let step = ScalarProgram.Step(instruction: instruction, type: step.type)
      representatives.append(known[step] ?? number)
      if known[step] == nil { known[step] = number }
    }
    self.representatives = representatives
    var uses = PerInstruction(repeating: 0, count: steps.count)
    for output in nest.outputs { uses[representatives[output.step]] += 1 }
    for number in steps.indices.reversed()
    where representatives[number] == number && uses[number] > 0 {
      for operand in steps[number].instruction.operands { uses[representatives[operand]] += 1 }
    }
    isNamed = PerInstruction(repeating: false, count: steps.count)
    var sizes = PerInstruction(repeating: 0, count: steps.count)
    for number in steps.indices where representatives[number] == number && uses[number] > 0 {
      let instruction = steps[number].instruction
      if instruction.isLeaf { continue }
      sizes[number] = instruction.operands.reduce(1) { $0 + sizes[representatives[$1]] }
      if uses[number] > 1 || sizes[number] > Self.longest {
        isNamed[number] = true
        sizes[number] = 0
      }
    }
  }

  /// The step that stands for all that are equal to one.
  func representative(of step: InstructionNumber) -> InstructionNumber { representatives[step] }

  /// The named steps, and then those that the outputs store: the roots of what is written.
  var roots: [InstructionNumber] {
    isNamed.indices.filter { isNamed[$0] } + nest.outputs.map { representatives[$0.step] }
  }

  fileprivate mutating func rewritten() -> LoopNest {
    var program = ScalarProgram()
    var inputs: [LoopNest.Input] = []
    var inputNumbers: [Int: Int] = [:]
    var numbers = PerInstruction<InstructionNumber?>(
      repeating: nil, count: nest.program.steps.count)
    // A step waits on the stack until its operands have numbers: expressions may be deep.
    for root in roots {
      var waiting = [root]
      while let number = waiting.last {
        if numbers[number] != nil {
          waiting.removeLast()
          continue
        }
        let step = nest.program.steps[number]
        let missing = step.instruction.operands.map(representative).filter { numbers[$0] == nil }
        guard missing.isEmpty else {
          waiting += missing.reversed()
          continue
        }
        waiting.removeLast()
        var instruction = step.instruction.renumbered { numbers[representatives[$0]] ?? 0 }
        if case .load(let input) = instruction {
          let first = nest.inputs[..<input].firstIndex(of: nest.inputs[input]) ?? input
          if inputNumbers[first] == nil {
            inputNumbers[first] = inputs.count
            inputs.append(nest.inputs[first])
          }
          instruction = .load(input: inputNumbers[first] ?? 0)
        }
        numbers[number] = program.append(instruction, step.type)
      }
    }
    var ordered = nest
    ordered.program = program
    ordered.inputs = inputs
    for output in ordered.outputs.indices {
      ordered.outputs[output].step = numbers[representatives[nest.outputs[output].step]] ?? 0
    }
    return ordered
  }
}

extension ScalarInstruction {
  /// Whether it reads no other step.
  var isLeaf: Bool {
    switch self {
    case .load, .constant, .index: true
    case .unary, .binary, .compare, .select, .cast: false
    }
  }
}

extension Kernel {
  /// The same kernel with its programs in the order in which they are written and read.
  package func inWritingOrder() -> Kernel {
    switch self {
    case .loopNest(let nest): return .loopNest(nest.inWritingOrder())
    case .group(var group):
      for stage in group.stages.indices {
        group.stages[stage].nest = group.stages[stage].nest.inWritingOrder()
      }
      return .group(group)
    case .contraction(var product):
      product.epilogue = product.epilogue?.inWritingOrder()
      return .contraction(product)
    case .gather, .scatterAdd: return self
    }
  }
}
