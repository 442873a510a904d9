import AdjointCore
import AdjointKernels

/// The epilogue of a contraction while nests are added to it: a nest that reads the product and values, and
/// writes values.
struct EpilogueDraft {
  private let product: Contraction
  /// The matrices and the addend, and everything else that was read so far.
  private let operands: [ValueNumber]
  private var builder = NestBuilder()
  /// What is stored, and the step of the program that gives it.
  private var outputs: [LoopNest.Output] = []

  /// The draft of what a contraction does already.
  init(_ product: Contraction, _ operands: [ValueNumber], _ results: [ValueNumber]) {
    self.product = product
    self.operands = operands
    var nest = product.epilogue ?? product.plainEpilogue
    for input in nest.inputs.indices {
      guard let operand = nest.inputs[input].source.operand else { continue }
      nest.inputs[input].source = .value(operands[operand])
    }
    let numbers = builder.splice(nest, through: nil)
    outputs = nest.outputs.map { output in
      var output = output.renumbered(numbers)
      if let result = output.target.result { output.target = .value(results[result]) }
      return output
    }
  }

  /// Adds a nest over the product's loops, in which what is stored so far is at hand.
  ///
  /// Of what is stored so far only some is kept. False where the program is too long then.
  mutating func add(_ nest: LoopNest, keeping kept: [ValueNumber]) -> Bool {
    var steps: [Slot: InstructionNumber] = [:]
    for output in outputs { steps[output.target] = output.step }
    let numbers = builder.splice(nest, through: nil) { steps[$0.source] }
    outputs =
      outputs.filter { output in kept.contains { output.target == .value($0) } }
      + nest.outputs.map { $0.renumbered(numbers) }
    return builder.steps.count <= NestBuilder.maximumSteps
      && builder.inputs.count <= NestBuilder.maximumInputs
      && outputs.count <= LoopNest.mostMergedOutputs
  }

  /// The values stored, with their types.
  var results: [(value: ValueNumber, type: ScalarType)] {
    outputs.compactMap { output in
      output.target.value.map { ($0, output.access.scalarType) }
    }
  }

  /// The values that the epilogue reads.
  var inputs: [ValueNumber] { builder.inputs.compactMap(\.source.value) }

  /// The contraction with this epilogue, whose result 0 is a given one of those stored.
  func work(first: ValueNumber) -> KernelGraph.Work {
    var product = product
    var nest = builder.nest(
      extents: product.extents,
      outputs: outputs.filter { $0.target == .value(first) }
        + outputs.filter { $0.target != .value(first) })
    var operands = Array(operands.prefix(product.addendScale == nil ? 2 : 3))
    for input in nest.inputs.indices {
      guard let value = nest.inputs[input].source.value else { continue }
      if !operands.contains(value) { operands.append(value) }
      nest.inputs[input].source = .operand(operands.firstIndex(of: value) ?? 0)
    }
    let results = nest.writtenValues
    for output in nest.outputs.indices { nest.outputs[output].target = .result(output) }
    product.epilogue = nest
    return .call(.contraction(product), operands: operands, results: results)
  }
}
