import AdjointKernels

/// A mathematical function of vectors of one type, which kernels call.
package struct VectorFunction: Hashable, Sendable {
  /// The functions that no instruction computes.
  package enum Name: String, Hashable, Sendable, CaseIterable {
    case exp, expm1, log, log1p
    case sin, cos, tan, tanh
    case sigmoid, softplus, erf
    case power

    /// The function of the kernel vocabulary, if it is one of these.
    init?(_ function: UnaryFunction) { self.init(rawValue: function.rawValue) }
  }

  var name: Name
  var type: VectorType

  /// Its name in LLVM IR.
  var symbol: String { "@\(name.rawValue).\(type.suffix)" }
  /// The number of its operands.
  var operandCount: Int { name == .power ? 2 : 1 }
}
