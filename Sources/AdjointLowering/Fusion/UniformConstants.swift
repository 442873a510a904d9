import AdjointKernels

extension KernelPass {
  /// Puts constants that are one number everywhere into the programs that read them.
  ///
  /// Before: `y[i, j] = multiply(x[i, j], c[i, j])` of a constant c of halves. After: `y[i, j] =
  /// multiply(x[i, j], 0.5)`; c is stored only if a kernel other than a loop nest reads it.
  package static let uniformConstants = KernelPass(
    "uniform-constants", "constants that are one number everywhere go into programs"
  ) { graph, _ in
    var changed = graph
    for number in changed.steps.indices {
      guard case .nest(let nest) = changed.steps[number].work,
        nest.readValues.contains(where: { graph.values[$0].literal != nil })
      else { continue }
      changed.steps[number].work = .nest(nest.replacingLoads { graph.values[$0].literal })
    }
    return changed
  }
}

extension LoopNest {
  /// The nest with numbers in the place of the values that are known to be one.
  fileprivate func replacingLoads(of literal: (ValueNumber) -> ScalarLiteral?) -> LoopNest {
    var builder = NestBuilder()
    var numbers: PerInstruction<InstructionNumber> = []
    for step in program.steps {
      switch step.instruction {
      case .load(let input):
        if let known = inputs[input].source.value.flatMap(literal) {
          numbers.append(builder.append(.constant(known), step.type))
        } else {
          numbers.append(builder.load(inputs[input]))
        }
      case .constant, .index, .unary, .binary, .compare, .select, .cast:
        numbers.append(builder.append(step.instruction.renumbered { numbers[$0] }, step.type))
      }
    }
    return builder.nest(extents: extents, outputs: outputs.map { $0.renumbered(numbers) })
  }
}
