import AdjointCore
import AdjointGraph
import AdjointKernels

/// An operator with two results.
struct Twin: AdjointGraph.Operator {
  static let mnemonic = "twin"
  init() {}
  init(attributes: AttributeList) throws(Diagnostic) { try attributes.allowOnly() }
  var attributes: AttributeList { AttributeList() }
  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard operands.count == 1 else {
      throw Diagnostic(.operandCount, "the operator takes 1 operand, not \(operands.count)")
    }
    return [operands[0], TensorType(.i32, operands[0].shape)]
  }
  var derivative: Derivative { .zero }
  func lower(_ operands: [TensorType], to results: [TensorType]) throws(Diagnostic) -> Lowering {
    .view
  }
}

/// An operator that takes any attributes.
struct Annotated: AdjointGraph.Operator {
  static let mnemonic = "annotated"
  let attributes: AttributeList
  init(attributes: AttributeList) { self.attributes = attributes }
  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [TensorType(.f64, .scalar)]
  }
  var derivative: Derivative { .zero }
  func lower(_ operands: [TensorType], to results: [TensorType]) throws(Diagnostic) -> Lowering {
    .view
  }
}

/// An operator whose values differ and yet have one hash.
struct Numbered: AdjointGraph.Operator {
  static let mnemonic = "numbered"
  let number: Int
  init(_ number: Int) { self.number = number }
  init(attributes: AttributeList) throws(Diagnostic) { number = try attributes.integer("number") }
  var attributes: AttributeList { AttributeList(["number": .integer(number)]) }
  func hash(into hasher: inout Hasher) {}
  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] { operands }
  var derivative: Derivative { .zero }
  func lower(_ operands: [TensorType], to results: [TensorType]) throws(Diagnostic) -> Lowering {
    .view
  }
}

extension OperatorRegistry {
  static let test = OperatorRegistry([Twin.self, Annotated.self])
}
