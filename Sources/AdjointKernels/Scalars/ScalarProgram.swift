import AdjointCore

/// One instruction of a scalar program.
///
/// Operands are numbers of earlier steps.
package enum ScalarInstruction: Hashable, Sendable {
  /// The element of a loop input at the current point.
  case load(input: Int)
  /// The same number at every point.
  case constant(ScalarLiteral)
  /// `start + step · (position along axis)`, as a number of the step's type.
  case index(AxisIndex)
  /// A function of one operand of the step's type.
  case unary(UnaryFunction, InstructionNumber)
  /// A function of two operands of the step's type.
  case binary(BinaryFunction, InstructionNumber, InstructionNumber)
  /// A comparison of two operands of one type; the step's type is `bool`.
  case compare(Comparison, InstructionNumber, InstructionNumber)
  /// The second operand where the first, a `bool`, is true, else the third.
  case select(InstructionNumber, InstructionNumber, InstructionNumber)
  /// The operand converted to the step's type.
  case cast(InstructionNumber)

  /// The numbers of the steps this one reads.
  package var operands: [InstructionNumber] {
    switch self {
    case .load, .constant, .index: []
    case .unary(_, let a), .cast(let a): [a]
    case .binary(_, let a, let b), .compare(_, let a, let b): [a, b]
    case .select(let a, let b, let c): [a, b, c]
    }
  }

  /// The same instruction with its operands renumbered.
  package func renumbered(
    _ number: (InstructionNumber) -> InstructionNumber
  ) -> ScalarInstruction {
    switch self {
    case .load, .constant, .index: self
    case .unary(let function, let a): .unary(function, number(a))
    case .cast(let a): .cast(number(a))
    case .binary(let function, let a, let b): .binary(function, number(a), number(b))
    case .compare(let comparison, let a, let b): .compare(comparison, number(a), number(b))
    case .select(let a, let b, let c): .select(number(a), number(b), number(c))
    }
  }
}

/// What a loop nest computes at each point: straight-line code without effects.
package struct ScalarProgram: Hashable, Sendable {
  /// An instruction and the type of its result.
  package struct Step: Hashable, Sendable {
    package var instruction: ScalarInstruction
    package var type: ScalarType

    package init(instruction: ScalarInstruction, type: ScalarType) {
      self.instruction = instruction
      self.type = type
    }
  }

  /// The steps in the order of evaluation.
  package private(set) var steps: PerInstruction<Step> = []

  /// A program without steps.
  package init() {}

  /// Appends a step and returns its number.
  @discardableResult
  package mutating func append(
    _ instruction: ScalarInstruction, _ type: ScalarType
  ) -> InstructionNumber {
    steps.add(Step(instruction: instruction, type: type))
  }
}
