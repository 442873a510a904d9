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
    let steps: Int
    let inputs: Int
  }

  private(set) var steps: [ScalarProgram.Step] = []
  private(set) var inputs: [LoopNest.Input] = []
  private var stepNumbers: [ScalarProgram.Step: Int] = [:]
  private var inputNumbers: [LoopNest.Input: Int] = [:]

  init() {}

  var checkpoint: Checkpoint { Checkpoint(steps: steps.count, inputs: inputs.count) }

  /// Forgets what was added since the checkpoint.
  mutating func rollBack(to checkpoint: Checkpoint) {
    for step in steps[checkpoint.steps...] { stepNumbers[step] = nil }
    for input in inputs[checkpoint.inputs...] { inputNumbers[input] = nil }
    steps.removeSubrange(checkpoint.steps...)
    inputs.removeSubrange(checkpoint.inputs...)
  }

  /// The number of a step, added unless there is an equal one.
  mutating func append(_ instruction: ScalarInstruction, _ type: ScalarType) -> Int {
    let step = ScalarProgram.Step(instruction: instruction, type: type)
    if let number = stepNumbers[step] { return number }
    steps.append(step)
    stepNumbers[step] = steps.count - 1
    return steps.count - 1
  }

  /// The number of the step that loads an input.
  mutating func load(_ input: LoopNest.Input) -> Int {
    append(.load(input: number(of: input)), input.access.scalarType)
  }

  private mutating func number(of input: LoopNest.Input) -> Int {
    if let number = inputNumbers[input] { return number }
    inputs.append(input)
    inputNumbers[input] = inputs.count - 1
    return inputs.count - 1
  }

  /// Adds the program of another nest and returns the numbers that its steps have here.
  ///
  /// The map gives the point of the other nest's loop, and is nil where both loops are the same. A
  /// load that `replace` knows becomes the step that it names.
  mutating func splice(
    _ nest: LoopNest, through map: IndexMap?,
    replacing replace: (LoopNest.Input) -> Int? = { _ in nil }
  ) -> [Int] {
    var numbers: [Int] = []
    numbers.reserveCapacity(nest.program.steps.count)
    for step in nest.program.steps {
      switch step.instruction {
      case .load(let number):
        var input = nest.inputs[number]
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
  func nest(extents: [Int], outputs: [LoopNest.Output]) -> LoopNest {
    var isUsed = Array(repeating: false, count: steps.count)
    for output in outputs { isUsed[output.step] = true }
    for number in steps.indices.reversed() where isUsed[number] {
      for operand in steps[number].instruction.operands { isUsed[operand] = true }
    }
    var program = ScalarProgram()
    var numbers = Array(repeating: -1, count: steps.count)
    var usedInputs: [LoopNest.Input] = []
    var inputNumbers = Array(repeating: -1, count: inputs.count)
    for (number, step) in steps.enumerated() where isUsed[number] {
      var instruction = step.instruction.renumbered { numbers[$0] }
      if case .load(let input) = instruction {
        if inputNumbers[input] < 0 {
          inputNumbers[input] = usedInputs.count
          usedInputs.append(inputs[input])
        }
        instruction = .load(input: inputNumbers[input])
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
