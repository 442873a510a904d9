import AdjointCore
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

    /// The function that an instruction of a scalar program applies, if it is one of these.
    init?(_ instruction: ScalarInstruction) {
      switch instruction {
      case .unary(let function, _): self.init(function)
      case .binary(.power, _, _): self = .power
      case .load, .constant, .index, .binary, .compare, .select, .cast: return nil
      }
    }

    /// Whether it is all vector code of that type: a chain of some twenty to fifty instructions.
    func isShort(_ type: ScalarType) -> Bool {
      switch self {
      case .exp, .log, .sin, .cos, .tanh, .sigmoid, .softplus: true
      case .erf: type != .f64
      case .expm1, .log1p, .tan, .power: false
      }
    }
  }

  var name: Name
  var type: VectorType

  /// Its name in LLVM IR.
  var symbol: String { "@\(name.rawValue).\(type.suffix)" }
  /// The number of its operands.
  var operandCount: Int { name == .power ? 2 : 1 }
}
