import AdjointCore

/// A local identity of an operator: a node of it replaced by something that computes the same and
/// costs no more.
package struct Rewrite: Sendable {
  /// Which pass applies it.
  package enum Family: Hashable, Sendable, CaseIterable {
    /// Algebra: x + 0 → x.
    case identity
    /// The same value with less rounding or overflow: log(1 + x) → log1p(x).
    case stableForm
    /// Data movement absorbed by contractions.
    case contraction
  }

  /// What a rewrite may change of the numbers that a node gives, from least to most.
  package enum Change: Int, Hashable, Sendable, CaseIterable, Comparable {
    /// Nothing: every bit but those of a NaN stays.
    case nothing
    /// The sign of a zero: x + 0 → x.
    case signOfZero
    /// The last bits, which near 0 are those of subnormal numbers: x² → x · x.
    case rounding
    /// Also what overflows, underflows, cancels or is NaN: log(1 + exp(x)) → softplus(x). README.md lists
    /// these.
    case range

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// The node about to be built.
  package struct Site {
    package let operation: any Operator
    package let operands: [Value]
    package let resultTypes: [TensorType]

    package init(operation: any Operator, operands: [Value], resultTypes: [TensorType]) {
      self.operation = operation
      self.operands = operands
      self.resultTypes = resultTypes
    }

    /// The type of the only result of an operator that has one.
    package var resultType: TensorType { resultTypes[0] }

    package var builder: GraphBuilder { operands[0].builder }

    /// The operator of the node that computes an operand, if it is of the given type.
    package func operand<Wanted: Operator>(_ index: Int, as: Wanted.Type) -> Wanted? {
      operands[index].definition(as: Wanted.self)
    }
  }

  /// The identity in symbols, for reports.
  package let name: String
  package let family: Family
  /// The most that it may change: a test holds it to that on extreme numbers.
  package let change: Change
  /// What takes the place of the results, of the same types, or nil where the identity does not apply.
  package let apply: @Sendable (Site) -> [Value]?

  /// - Parameter change: What it may change: where nothing is said, the sign of a zero; for a stable form,
  ///   which is there for it, the range.
  package init(
    _ name: String, _ family: Family = .identity, changing change: Change? = nil,
    apply: @escaping @Sendable (Site) -> Value?
  ) {
    self.init(name, family, changing: change, results: { site in apply(site).map { [$0] } })
  }

  /// An identity of an operator that may have several results.
  package init(
    _ name: String, _ family: Family = .identity, changing change: Change? = nil,
    results apply: @escaping @Sendable (Site) -> [Value]?
  ) {
    self.name = name
    self.family = family
    self.change = change ?? (family == .stableForm ? .range : .signOfZero)
    self.apply = apply
  }
}
