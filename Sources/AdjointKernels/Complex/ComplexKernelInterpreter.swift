import AdjointCore

/// The meaning of kernels on complex numbers of small imaginary part, made of that on real ones.
package enum ComplexKernelInterpreter {
  /// Runs kernels over the operands of one node and returns its results.
  ///
  /// - Throws: `.notDifferentiable` for kernels that have no complex form here, `.scalarTypeMismatch` where an
  ///   imaginary part would be rounded to f32.
  package static func run(
    _ kernels: [Kernel], operands: [ComplexTensor], resultTypes: [TensorType]
  ) throws(Diagnostic) -> [ComplexTensor] {
    var real: [Tensor] = []
    var imaginary: [Tensor?] = resultTypes.map { _ in nil }
    for kernel in kernels {
      // Kernels of one node write parts of its results one after the other.
      let before = real
      real = try KernelInterpreter.run(
        [kernel], operands: operands.map(\.real), resultTypes: resultTypes, over: before)
      switch kernel {
      case .loopNest(let nest): try run(nest, operands, resultTypes, real, &imaginary)
      case .contraction(let product): imaginary[0] = try multiply(product, operands, resultTypes)
      case .gather: imaginary[0] = try each(kernel, operands, [0], resultTypes)
      case .scatterAdd: imaginary[0] = try each(kernel, operands, [0, 2], resultTypes)
      case .group:
        throw Diagnostic(.notDifferentiable, "a group of loops has no complex form here")
      }
    }
    return zip(real, imaginary).map { ComplexTensor($0, imaginary: $1) }
  }

  /// The imaginary parts that a nest writes, over those that are there.
  private static func run(
    _ nest: LoopNest, _ operands: [ComplexTensor], _ resultTypes: [TensorType], _ real: [Tensor],
    _ imaginary: inout [Tensor?]
  ) throws(Diagnostic) {
    let complex = try ComplexProgram(nest, isComplex: operands.map { $0.imaginary != nil })
    var written = LoopNest(
      extents: nest.extents, inputs: [], program: complex.program, outputs: [])
    for load in complex.loads {
      var input = nest.inputs[load.input]
      guard let operand = input.source.operand else {
        throw Diagnostic(.notDifferentiable, "\(input.source) has no complex form here")
      }
      input.source = .operand(2 * operand + (load.isImaginary ? 1 : 0))
      written.inputs.append(input)
    }
    // Behind the operands the real parts of the results, for what is chosen by them.
    let firstResult = 2 * operands.count
    // For what is chosen, how many elements are as large.
    var counting = written
    for output in nest.outputs {
      guard let imaginary = complex.parts[output.step].imaginary else { continue }
      guard let result = output.target.result else { continue }
      guard resultTypes[result].scalarType == .f64 else { throw ComplexProgram.needsDoubles }
      var part = output
      part.step = imaginary
      switch output.combiner {
      case .maximum, .minimum:
        let extremum = LoopNest.Input(
          operand: firstResult + result, access: output.access)
        let real = complex.parts[output.step].real
        part.combiner = .sum
        part.step = written.choose(imaginary, where: real, is: extremum)
        counting.count(part, where: real, is: extremum)
      case .product:
        throw Diagnostic(
          .notDifferentiable,
          "a product of all elements has no complex form here; take a difference, by numericalGradient or "
            + "numericalTangent")
      case .sum, nil: break
      }
      written.outputs.append(part)
    }
    if written.outputs.isEmpty { return }
    var flat: [Tensor] = []
    for operand in operands { flat += [operand.real, try operand.imaginaryOrZeros()] }
    var initial: [Tensor] = []
    for (number, part) in imaginary.enumerated() {
      initial.append(try ComplexTensor(real[number], imaginary: part).imaginaryOrZeros())
    }
    let results = try KernelInterpreter.run(
      [.loopNest(written)], operands: flat + real, resultTypes: resultTypes, over: initial)
    for result in written.outputs.compactMap(\.target.result) {
      imaginary[result] = results[result]
    }
    if counting.outputs.isEmpty { return }
    let counts = try KernelInterpreter.run(
      [.loopNest(counting)], operands: flat + real, resultTypes: resultTypes, over: initial)
    for result in counting.outputs.compactMap(\.target.result) {
      let (sum, count) = (results[result], counts[result])
      // The largest of no element is a constant.
      if nest.extents.contains(0) { continue }
      imaginary[result] = try Tensor(
        .f64(zip(sum.doubles, count.doubles).map { $0 / $1 }), extents: sum.extents)
    }
  }

  /// (A + iB)·(C + iD), whose imaginary part is A·D + B·C.
  private static func multiply(
    _ product: Contraction, _ operands: [ComplexTensor], _ resultTypes: [TensorType]
  ) throws(Diagnostic) -> Tensor? {
    var terms: [Tensor] = []
    for place in 0...1 {
      guard let imaginary = operands[place].imaginary else { continue }
      guard imaginary.scalarType == .f64 else { throw ComplexProgram.needsDoubles }
      var factors = operands.prefix(2).map(\.real)
      factors[place] = imaginary
      terms += try KernelInterpreter.run(
        [.contraction(product)], operands: factors, resultTypes: resultTypes)
    }
    guard terms.count == 2 else { return terms.first }
    return try Tensor(
      .f64(zip(terms[0].doubles, terms[1].doubles).map { $0 + $1 }), extents: terms[0].extents)
  }

  /// What a kernel that moves or adds elements makes of the imaginary parts of some of its operands.
  private static func each(
    _ kernel: Kernel, _ operands: [ComplexTensor], _ places: [Int], _ resultTypes: [TensorType]
  ) throws(Diagnostic) -> Tensor? {
    guard places.contains(where: { operands[$0].imaginary != nil }) else { return nil }
    var parts = operands.map(\.real)
    for place in places { parts[place] = try operands[place].imaginaryOrZeros() }
    return try KernelInterpreter.run([kernel], operands: parts, resultTypes: resultTypes)[0]
  }
}

extension LoopNest {
  /// A step that is `value` where another is the element that an input has, and 0 elsewhere.
  fileprivate mutating func choose(
    _ value: InstructionNumber, where step: InstructionNumber, is input: Input
  ) -> InstructionNumber {
    inputs.append(input)
    let extremum = program.append(.load(input: inputs.count - 1), .f64)
    let zero = program.append(.constant(ScalarLiteral(0, .f64)), .f64)
    let isChosen = program.append(.compare(.equal, step, extremum), .bool)
    return program.append(.select(isChosen, value, zero), .f64)
  }

  /// One more output, as another is, which counts where a step is the element that an input has.
  fileprivate mutating func count(
    _ output: Output, where step: InstructionNumber, is input: Input
  ) {
    let one = program.append(.constant(ScalarLiteral(1, .f64)), .f64)
    var counted = output
    counted.step = choose(one, where: step, is: input)
    outputs.append(counted)
  }
}
