import AdjointCore

/// What a mistake leaves in the place of a value while a graph is being built.
///
/// It is a node like any other, so that types, labels and operands of every value can be asked for; no
/// finished graph has one, since `build()` refuses a graph with mistakes.
struct Poison: Operator {
  static let mnemonic = "poison"

  init() {}
  init(attributes: AttributeList) throws(Diagnostic) { throw Self.refusal }
  var attributes: AttributeList { AttributeList() }
  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    throw Self.refusal
  }
  var derivative: Derivative { .zero }
  func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering { throw Self.refusal }

  private static var refusal: Diagnostic {
    Diagnostic(.invalidGraph, "a mistake stands in the place of a value; build() says which")
  }
}
