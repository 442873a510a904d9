import AdjointCore
import AdjointKernels

/// What a node computes: one type in one file says everything that is known of an operator.
///
/// An operator is open to addition: no pass, printer or back end names one. Two operators are equal
/// if they compute the same function, which is what finds common subexpressions.
package protocol Operator: Hashable, Sendable {
  /// The spelling in text and the key in the registry; nothing else reads it.
  static var mnemonic: String { get }

  /// The operator that the attributes of a graph file describe.
  ///
  /// - Throws: `.invalidAttribute`.
  init(attributes: AttributeList) throws(Diagnostic)

  /// The attributes from which `init(attributes:)` makes an equal operator.
  var attributes: AttributeList { get }

  /// The functions among the attributes; an operator that calls any says so.
  var functions: [Function] { get }

  /// The types of the results; refuses operands it cannot take, naming their types.
  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType]

  /// How a change of the operands changes the results. There is no default: an operator without a
  /// derivative says `.zero`.
  var derivative: Derivative { get }

  /// How each result depends on each operand, where that differs among them; nil where derivatives pass from all
  /// operands to all results or end at the node.
  var dependences: [[OperandDependence]]? { get }

  /// How it is applied to a batch; by default what follows from its kernels.
  var batching: Batching { get }

  /// How an axis of the only result comes from axes of the operands; nil where its positions depend on each other,
  /// or where that is not known.
  func passage(of axis: Int, operands: [TensorType]) -> AxisPassage?

  /// Whether a NaN of a floating-point operand makes each floating-point element NaN that it is read for; by default
  /// where the operator is linear. A sum or a product over no element reads nothing.
  var passesNaN: Bool { get }

  /// The kernels that compute the results; all extents are known here.
  func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering

  /// The operator as a composite, nil where it is a primitive; nobody but `Composite` states it.
  var composite: (any Composite)? { get }

  /// How it is written in a formula; nil for what has no notation of its own.
  func notation(for operands: [TensorType]) -> Notation?

  /// What the documentation says of it; an operator that graph files may name has a page.
  static var page: OperatorPage? { get }
}

extension Operator {
  package static var page: OperatorPage? { nil }
  package var composite: (any Composite)? { nil }
  package var functions: [Function] { [] }
  package var dependences: [[OperandDependence]]? { nil }
  package func notation(for operands: [TensorType]) -> Notation? { nil }
  package var batching: Batching { .derived }
  package var mnemonic: String { Self.mnemonic }

  /// Whether the other operator is of the same type and equal.
  package func isEqual(to other: any Operator) -> Bool {
    guard type(of: other) == Self.self else { return false }
    // Without attributes there is nothing left to differ.
    return MemoryLayout<Self>.size == 0 || (other as? Self) == self
  }
}

/// The operators that a graph file may name.
package struct OperatorRegistry: Sendable {
  private let types: [String: any Operator.Type]

  package init(_ types: [any Operator.Type]) {
    self.types = Dictionary(
      types.map { ($0.mnemonic, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The mnemonics in alphabetical order.
  package var mnemonics: [String] { types.keys.sorted() }

  package subscript(mnemonic: String) -> (any Operator.Type)? { types[mnemonic] }
}
