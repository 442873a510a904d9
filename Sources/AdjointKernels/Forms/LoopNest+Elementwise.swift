import AdjointCore

extension LoopNest {
  /// A nest over equally shaped operands whose result at each point depends on the operands there.
  ///
  /// The body appends its steps to the program, given the steps that load the operands, and returns
  /// the step of the result.
  package static func elementwise(
    operands: [TensorType], result: TensorType,
    body: (inout ScalarProgram, _ operands: [InstructionNumber]) -> InstructionNumber
  ) throws(Diagnostic) -> LoopNest {
    let extents = try result.boundExtents()
    let identity = IndexMap.identity(rank: extents.count)
    var program = ScalarProgram()
    var inputs: [Input] = []
    var loads: [InstructionNumber] = []
    for (operand, type) in operands.enumerated() {
      inputs.append(
        Input(operand: operand, access: Access(type.scalarType, extents: extents, map: identity)))
      loads.append(program.append(.load(input: operand), type.scalarType))
    }
    let step = body(&program, loads)
    let write = Access(result.scalarType, extents: extents, map: identity)
    return LoopNest(
      extents: extents, inputs: inputs, program: program,
      outputs: [Output(result: 0, step: step, access: write)])
  }

  /// A nest that copies one operand, reading and writing through maps over the nest's positions.
  package static func copy(
    extents: [Int], from operand: Int = 0, of operandType: TensorType, through read: IndexMap,
    to result: TensorType, through write: IndexMap
  ) throws(Diagnostic) -> LoopNest {
    var program = ScalarProgram()
    let step = program.append(.load(input: 0), operandType.scalarType)
    let source = Access(
      operandType.scalarType, extents: try operandType.boundExtents(), map: read)
    let target = Access(result.scalarType, extents: try result.boundExtents(), map: write)
    return LoopNest(
      extents: extents, inputs: [Input(operand: operand, access: source)], program: program,
      outputs: [Output(result: 0, step: step, access: target)])
  }

  /// A nest that writes one number through a map over the nest's positions.
  package static func filling(
    extents: [Int], of result: TensorType, through write: IndexMap, with literal: ScalarLiteral
  ) throws(Diagnostic) -> LoopNest {
    var program = ScalarProgram()
    let step = program.append(.constant(literal), result.scalarType)
    let target = Access(result.scalarType, extents: try result.boundExtents(), map: write)
    return LoopNest(
      extents: extents, inputs: [], program: program,
      outputs: [Output(result: 0, step: step, access: target)])
  }

  /// A nest that writes one number everywhere.
  package static func fill(
    _ result: TensorType, with literal: ScalarLiteral
  ) throws(Diagnostic) -> LoopNest {
    try elementwise(operands: [], result: result) { program, _ in
      program.append(.constant(literal), result.scalarType)
    }
  }
}

extension LoopNest {
  /// Whether an access is to the element at the point: the buffer has the loop's own extents, and the map
  /// is the identity.
  ///
  /// A map alone does not say so: the first three of four elements are read by the identity, too.
  package func isAtPoint(_ access: Access) -> Bool {
    extents.elementsEqual(access.extents) && access.map.isIdentity(rank: rank)
  }

  /// Whether each result at a point depends on the operands' elements there and on nothing else.
  package var isElementwise: Bool {
    !isReduction
      && inputs.allSatisfy { isAtPoint($0.access) } && outputs.allSatisfy { isAtPoint($0.access) }
      && program.steps.allSatisfy { step in
        if case .index = step.instruction { false } else { true }
      }
  }

  /// What an element-wise nest does at any one point, as a nest over scalars.
  package var atOnePoint: LoopNest {
    var nest = self
    nest.extents = []
    let point = IndexMap.identity(rank: 0)
    for input in inputs.indices {
      nest.inputs[input].access.extents = []
      nest.inputs[input].access.map = point
    }
    for output in outputs.indices {
      nest.outputs[output].access.extents = []
      nest.outputs[output].access.map = point
    }
    return nest
  }
}
