import AdjointCore
import AdjointKernels

/// The epilogue of a contraction while nests are added to it; operands and results are values.
struct EpilogueDraft {
  private let product: Contraction
  /// The matrices and the addend, and everything else that was read so far.
  private let operands: [Int]
  private var builder = NestBuilder()
  /// What is stored, and the step of the program that gives it.
  private var outputs: [LoopNest.Output] = []

  /// The draft of what a contraction does already.
  init(_ product: Contraction, _ operands: [Int], _ results: [Int]) {
    self.product = product
    self.operands = operands
    var nest = product.epilogue ?? product.plainEpilogue
    for input in nest.inputs.indices where nest.inputs[input].operand >= 0 {
      nest.inputs[input].operand = operands[nest.inputs[input].operand]
    }
    let numbers = builder.splice(nest, through: nil)
    outputs = nest.outputs.map { output in
      var output = output.renumbered(numbers)
      output.result = results[output.result]
      return output
    }
  }

  /// Adds a nest over the product's loops, in which what is stored so far is at hand.
  ///
  /// Of what is stored so far only some is kept. False where the program is too long then.
  mutating func add(_ nest: LoopNest, keeping kept: [Int]) -> Bool {
    var steps: [Int: Int] = [:]
    for output in outputs { steps[output.result] = output.step }
    let numbers = builder.splice(nest, through: nil) { steps[$0.operand] }
    outputs =
      outputs.filter { kept.contains($0.result) } + nest.outputs.map { $0.renumbered(numbers) }
    return builder.steps.count <= NestBuilder.maximumSteps
      && builder.inputs.count <= NestBuilder.maximumInputs
      && outputs.count <= LoopNest.mostMergedOutputs
  }

  /// The values stored, with their types.
  var results: [(value: Int, type: ScalarType)] {
    outputs.map { ($0.result, $0.access.scalarType) }
  }

  /// The values that the epilogue reads.
  var inputs: [Int] { builder.inputs.map(\.operand).filter { $0 >= 0 } }

  /// The contraction with this epilogue, whose result 0 is a given one of those stored.
  func work(first: Int) -> KernelGraph.Work {
    var product = product
    var nest = builder.nest(
      extents: product.extents,
      outputs: outputs.filter { $0.result == first } + outputs.filter { $0.result != first })
    var operands = Array(operands.prefix(product.addendScale == nil ? 2 : 3))
    for input in nest.inputs.indices where nest.inputs[input].operand >= 0 {
      let value = nest.inputs[input].operand
      if !operands.contains(value) { operands.append(value) }
      nest.inputs[input].operand = operands.firstIndex(of: value) ?? 0
    }
    let results = nest.outputs.map(\.result)
    for output in nest.outputs.indices { nest.outputs[output].result = output }
    product.epilogue = nest
    return .call(.contraction(product), operands: operands, results: results)
  }
}
