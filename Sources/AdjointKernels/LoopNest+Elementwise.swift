import AdjointCore

extension LoopNest {
  /// A nest over equally shaped operands whose result at each point depends on the operands there.
  ///
  /// The body appends its steps to the program, given the steps that load the operands, and returns
  /// the step of the result.
  package static func elementwise(
    operands: [TensorType], result: TensorType,
    body: (inout ScalarProgram, _ operands: [Int]) -> Int
  ) throws(Diagnostic) -> LoopNest {
    let extents = try result.boundExtents()
    let identity = IndexMap.identity(rank: extents.count)
    var program = ScalarProgram()
    var inputs: [Input] = []
    var loads: [Int] = []
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

  /// A nest that writes one number everywhere.
  package static func fill(
    _ result: TensorType, with literal: ScalarLiteral
  ) throws(Diagnostic) -> LoopNest {
    try elementwise(operands: [], result: result) { program, _ in
      program.append(.constant(literal), result.scalarType)
    }
  }
}
