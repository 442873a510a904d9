import AdjointCore
import AdjointKernels

/// A scalar program under construction in which equal steps, and equal inputs, are one.
struct NestBuilder {
  /// The most steps and inputs that a fused program may have: beyond them registers and address
  /// streams run out and fusion costs more than it saves.
  static let maximumSteps = 128
  static let maximumInputs = 16

  /// A state to return to.
  struct Checkpoint {
    let steps: InstructionNumber
    let inputs: Int
  }

  private(set) var steps: PerInstruction<ScalarProgram.Step> = []
  private(set) var inputs: [LoopNest.Input] = []
  /// For each step, bits that equal steps have in common: comparing these finds a step among the few
  /// of a program sooner than a dictionary does, and copies and rolls back with it.
  private var fingerprints: PerInstruction<UInt32> = []

  init() {}

  var checkpoint: Checkpoint { Checkpoint(steps: steps.endIndex, inputs: inputs.count) }

  /// Forgets what was added since the checkpoint.
  mutating func rollBack(to checkpoint: Checkpoint) {
    steps.removeSubrange(checkpoint.steps...)
    fingerprints.removeSubrange(checkpoint.steps...)
    inputs.removeSubrange(checkpoint.inputs...)
  }

  /// The number of a step, added unless there is an equal one.
  mutating func append(
    _ instruction: ScalarInstruction, _ type: ScalarType
  ) -> InstructionNumber {
    let step = ScalarProgram.Step(instruction: instruction, type: type)
    let fingerprint = instruction.fingerprint
    for number in fingerprints.indices
    where fingerprints[number] == fingerprint && steps[number] == step {
      return number
    }
    fingerprints.append(fingerprint)
    return steps.add(step)
  }

  /// The number of the step that loads an input.
  mutating func load(_ input: LoopNest.Input) -> InstructionNumber {
    append(.load(input: number(of: input)), input.access.scalarType)
  }

  private mutating func number(of input: LoopNest.Input) -> Int {
    for number in inputs.indices
    where inputs[number].source == input.source && inputs[number] == input {
      return number
    }
    inputs.append(input)
    return inputs.count - 1
  }

  /// Adds the program of another nest and returns the numbers that its steps have here.
  ///
  /// The map gives the point of the other nest's loop, and is nil where both loops are the same. A
  /// load that `replace` knows becomes the step that it names.
  mutating func splice(
    _ nest: LoopNest, through map: IndexMap?,
    replacing replace: (LoopNest.Input) -> InstructionNumber? = { _ in nil }
  ) -> PerInstruction<InstructionNumber> {
    splice(nest.program.steps, nest.inputs, through: map, replacing: replace)
  }

  /// Adds a program that is still under construction, in the same way.
  mutating func splice(
    _ other: NestBuilder, through map: IndexMap?
  ) -> PerInstruction<InstructionNumber> {
    splice(other.steps, other.inputs, through: map) { _ in nil }
  }

  private mutating func splice(
    _ added: PerInstruction<ScalarProgram.Step>, _ addedInputs: [LoopNest.Input],
    through map: IndexMap?, replacing replace: (LoopNest.Input) -> InstructionNumber?
  ) -> PerInstruction<InstructionNumber> {
    var numbers: PerInstruction<InstructionNumber> = []
    numbers.reserveCapacity(added.count)
    for step in added {
      switch step.instruction {
      case .load(let number):
        var input = addedInputs[number]
        if let map { input.access.map = input.access.map.composed(with: map) }
        numbers.append(replace(input) ?? load(input))
      case .index(let index):
        let composed = map.map { index.composed(with: $0) } ?? index
        numbers.append(append(.index(composed), step.type))
      case .constant, .unary, .binary, .compare, .select, .cast:
        numbers.append(append(step.instruction.renumbered { numbers[$0] }, step.type))
      }
    }
    return numbers
  }

  /// The nest with this program, without the steps and inputs that no output depends on.
  func nest(extents: some Sequence<Int>, outputs: [LoopNest.Output]) -> LoopNest {
    var isUsed = PerInstruction(repeating: false, count: steps.count)
    for output in outputs { isUsed[output.step] = true }
    for number in steps.indices.reversed() where isUsed[number] {
      for operand in steps[number].instruction.operands { isUsed[operand] = true }
    }
    var program = ScalarProgram()
    var numbers = PerInstruction<InstructionNumber>(repeating: 0, count: steps.count)
    var usedInputs: [LoopNest.Input] = []
    var inputNumbers: [Int?] = Array(repeating: nil, count: inputs.count)
    for (number, step) in steps.numbered where isUsed[number] {
      var instruction = step.instruction.renumbered { numbers[$0] }
      if case .load(let input) = instruction {
        let known = inputNumbers[input]
        if known == nil { usedInputs.append(inputs[input]) }
        let number = known ?? usedInputs.count - 1
        inputNumbers[input] = number
        instruction = .load(input: number)
      }
      numbers[number] = program.append(instruction, step.type)
    }
    return LoopNest(
      extents: extents, inputs: usedInputs, program: program,
      outputs: outputs.map { output in
        var output = output
        output.step = numbers[output.step]
        return output
      })
  }
}

extension ScalarInstruction {
  /// Bits that depend on the form and the operands, the same for equal instructions.
  fileprivate var fingerprint: UInt32 {
    switch self {
    case .load(let input): Self.mixed(1, input)
    case .constant(.floating(let bits)): Self.mixed(2, Int(truncatingIfNeeded: bits ^ bits >> 32))
    case .constant(.integer(let value)): Self.mixed(3, Int(truncatingIfNeeded: value))
    case .index(let index):
      if let axis = index.axis {
        Self.mixed(4, axis.rawValue, index.start, index.step)
      } else {
        Self.mixed(10, index.start)
      }
    case .unary(_, let a): Self.mixed(5, a.rawValue)
    case .binary(_, let a, let b): Self.mixed(6, a.rawValue, b.rawValue)
    case .compare(_, let a, let b): Self.mixed(7, a.rawValue, b.rawValue)
    case .select(let a, let b, let c): Self.mixed(8, a.rawValue, b.rawValue, c.rawValue)
    case .cast(let a): Self.mixed(9, a.rawValue)
    }
  }

  private static func mixed(_ form: UInt32, _ a: Int, _ b: Int = 0, _ c: Int = 0) -> UInt32 {
    let factor: UInt32 = 0x9E37_79B1
    var bits = form &* factor &+ UInt32(truncatingIfNeeded: a)
    bits = bits &* factor &+ UInt32(truncatingIfNeeded: b)
    return bits &* factor &+ UInt32(truncatingIfNeeded: c)
  }
}
