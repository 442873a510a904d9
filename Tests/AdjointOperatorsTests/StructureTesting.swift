import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

/// What the suites of operators that are not element-wise share.
enum StructureTesting {
  /// 0, 1, 2, … in the given extents.
  static func counting(_ extents: [Int], _ scalarType: ScalarType = .f64) throws -> Tensor {
    let numbers = (0..<extents.reduce(1, *)).map { Double($0) }
    return try Tensor(Tensor.Storage(casting: numbers, as: scalarType), extents: extents)
  }

  static func random(_ extents: [Int], seed: UInt64) throws -> Tensor {
    try .random(TensorType(.f64, extents: extents), seed: seed)
  }

  /// Checks ⟨u, A v⟩ = ⟨Aᵀ u, v⟩ with the transpose that an operator states, A being the operator
  /// as a function of all its floating-point operands together (linear), or of one at a time.
  static func expectTransposed(
    _ operation: any Operator, _ operands: [Tensor],
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let isDifferentiable = operands.map(\.scalarType.isDifferentiable)
    var directions = operands
    for index in operands.indices where isDifferentiable[index] {
      directions[index] = try random(operands[index].extents, seed: 100 + UInt64(index))
    }
    let rule: Derivative.Transpose
    let isJoint: Bool
    switch operation.derivative {
    case .linear(let transpose), .movement(let transpose): (rule, isJoint) = (transpose, true)
    case .multilinear(let transpose): (rule, isJoint) = (transpose, false)
    case .zero, .stopped, .partials, .rules:
      Issue.record("\(operation.mnemonic) states no transpose", sourceLocation: sourceLocation)
      return
    }
    var transposed: [Double?] = []
    var u = try Tensor(scalar: 0, .f64)
    for index in operands.indices {
      var isWanted = false
      let operandType = operands[index].type
      u = try random(
        try operation.resultTypes(for: operands.map(\.type))[0].boundExtents(), seed: 7)
      let cotangent = try ElementwiseTesting.evaluate(operands + [u]) { inputs in
        let site = Derivative.Site(
          operands: Array(inputs.dropLast()),
          results: [inputs[0].builder.apply(operation, Array(inputs.dropLast()))],
          wanted: isDifferentiable)
        let cotangents = rule(site, inputs[inputs.count - 1])
        isWanted = isDifferentiable[index]
        return cotangents[index] ?? inputs[0].builder.full(0, operandType)
      }
      #expect(cotangent.type == operandType, sourceLocation: sourceLocation)
      transposed.append(isWanted ? cotangent.dot(directions[index]) : nil)
    }
    if isJoint {
      let image = try ElementwiseTesting.evaluate(operation, directions)
      let sum = transposed.reduce(0) { $0 + ($1 ?? 0) }
      #expect(
        DerivativeCheck.disagreement(u.dot(image), sum) < 1e-12, sourceLocation: sourceLocation)
    } else {
      for (index, product) in transposed.enumerated() {
        guard let product else { continue }
        var mixed = operands
        mixed[index] = directions[index]
        let image = try ElementwiseTesting.evaluate(operation, mixed)
        #expect(
          DerivativeCheck.disagreement(u.dot(image), product) < 1e-12,
          sourceLocation: sourceLocation)
      }
    }
  }

  /// Checks that a mistake is found with its code, parts of its message and the place of the call.
  static func expectRefusal(
    _ code: Diagnostic.Code, _ parts: [String], in file: String, line: Int,
    _ build: () throws -> Value
  ) throws {
    let error = try #require(throws: Diagnostic.self) { try refusing(build) }
    #expect(error.code == code, "\(error)")
    for part in parts {
      #expect(error.message.contains(part), "\(part) is not in: \(error.message)")
    }
    #expect(error.location?.file.hasSuffix(file) == true, "\(error)")
    #expect(error.location?.line == line, "\(error)")
  }

  /// The value of a function of inputs with named dimensions, once the names are bound.
  static func evaluateNamed(
    _ shapes: [Shape], _ extents: [String: Int], _ operands: [Tensor],
    _ build: ([Value]) throws -> Value
  ) throws -> Tensor {
    let builder = GraphBuilder("named")
    var inputs: [Value] = []
    var sources: [String: Tensor] = [:]
    for (index, operand) in operands.enumerated() {
      inputs.append(builder.input("x\(index)", operand.scalarType, shapes[index]))
      sources["x\(index)"] = operand
    }
    try builder.output("y", build(inputs))
    let graph = try builder.build().binding(extents)
    return try #require(GraphInterpreter.evaluate(graph, sources).outputs["y"])
  }
}
