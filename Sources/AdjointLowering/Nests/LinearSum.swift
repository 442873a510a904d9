import AdjointCore
import AdjointKernels

/// A step of an element-wise nest that is `scale · x + addendScale · y` for two of its inputs, and the
/// only way in which the nest uses x.
///
/// Both scales are normal numbers of the inputs' type, and each does to every number what the nest does, but
/// for rounding: factors are combined where `ScalarType.factor` allows it. A factor of 0 is no scale, since a
/// library that is given one does not read what it scales, and so would hide a NaN.
struct LinearSum {
  /// The number of the step.
  let step: InstructionNumber
  let scale: Double
  /// The number of the input y.
  let addend: Int
  let addendScale: Double

  /// The sum that takes in an input, or nil where the nest uses it in another way.
  init?(of input: Int, in nest: LoopNest) {
    let steps = nest.program.steps
    guard nest.outputs.allSatisfy({ $0.access.scalarType == nest.inputs[input].access.scalarType }),
      nest.isAtPoint(nest.inputs[input].access),
      let load = steps.firstIndex(where: { $0.instruction == .load(input: input) })
    else { return nil }
    let type = nest.inputs[input].access.scalarType
    var (current, scale) = (load, 1.0)
    while let user = Self.onlyUser(of: current, in: nest) {
      switch steps[user].instruction {
      case .unary(.negate, _): scale = -scale
      case .binary(.multiply, let a, let b):
        guard let factor = Self.constant(a == current ? b : a, in: steps),
          let combined = type.factor(combining: factor, after: scale)
        else { return nil }
        scale = combined
      case .binary(.add, let a, let b), .binary(.subtract, let a, let b):
        guard a != b, let other = Self.multiple(a == current ? b : a, like: input, in: nest) else {
          return nil
        }
        let isSum = steps[user].instruction == .binary(.add, a, b)
        (step, addend) = (user, other.input)
        self.scale = isSum || a == current ? scale : -scale
        addendScale = isSum || b == current ? other.scale : -other.scale
        guard type.isNormal(self.scale), type.isNormal(addendScale) else { return nil }
        return
      case .load, .constant, .index, .unary, .binary, .compare, .select, .cast: return nil
      }
      current = user
    }
    return nil
  }

  /// The only step that uses a step, which no output is.
  private static func onlyUser(
    of step: InstructionNumber, in nest: LoopNest
  ) -> InstructionNumber? {
    if nest.outputs.contains(where: { $0.step == step }) { return nil }
    var users = nest.program.steps.indices.lazy.filter {
      nest.program.steps[$0].instruction.operands.contains(step)
    }.makeIterator()
    guard let user = users.next(), users.next() == nil else { return nil }
    return user
  }

  private static func constant(
    _ step: InstructionNumber, in steps: PerInstruction<ScalarProgram.Step>
  ) -> Double? {
    if case .constant(let literal) = steps[step].instruction { literal.double } else { nil }
  }

  /// A step as a multiple of an input that is read just like another.
  private static func multiple(
    _ step: InstructionNumber, like other: Int, in nest: LoopNest
  ) -> (input: Int, scale: Double)? {
    let steps = nest.program.steps
    switch steps[step].instruction {
    case .load(let input):
      return input != other && nest.inputs[input].access == nest.inputs[other].access
        ? (input, 1) : nil
    case .unary(.negate, let a):
      return multiple(a, like: other, in: nest).map { ($0.input, -$0.scale) }
    case .binary(.multiply, let a, let b):
      for (x, y) in [(a, b), (b, a)] {
        if let factor = constant(x, in: steps), let inner = multiple(y, like: other, in: nest),
          let scale = steps[step].type.factor(combining: factor, after: inner.scale)
        {
          return (inner.input, scale)
        }
      }
      return nil
    case .constant, .index, .unary, .binary, .compare, .select, .cast: return nil
    }
  }
}
