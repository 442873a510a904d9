import AdjointCore

/// A local identity: a node replaced by something that computes the same and costs no more.
///
///     static let addedZero = Rewrite(x + 0, to: x)
///
/// It is stated as a pattern, whose outermost operator is its root, and what is put in its place.
package final class Rewrite: Sendable {
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
    package let builder: GraphBuilder
    package let operation: any Operator
    package let operandIDs: OperandList
    package let resultTypes: [TensorType]

    package init(operation: any Operator, operands: [Value], resultTypes: [TensorType]) {
      self.init(
        in: operands[0].builder, operation, OperandList(operands.map(\.id)), resultTypes)
    }

    init(
      in builder: GraphBuilder, _ operation: any Operator, _ operands: OperandList,
      _ resultTypes: [TensorType]
    ) {
      self.builder = builder
      self.operation = operation
      self.operandIDs = operands
      self.resultTypes = resultTypes
    }

    package var operands: [Value] { operandIDs.map(builder.value) }

    /// The type of the only result of an operator that has one.
    package var resultType: TensorType { resultTypes[0] }

    /// The operator of the node that computes an operand, if it is of the given type.
    package func operand<Wanted: Operator>(_ index: Int, as: Wanted.Type) -> Wanted? {
      builder.operation(of: operandIDs[index].node, as: Wanted.self)
    }
  }

  /// What has to hold beside the pattern, in words and as a test.
  package struct Condition: Sendable {
    let text: String
    let holds: @Sendable (Match) -> Bool

    package init(_ text: String, _ holds: @escaping @Sendable (Match) -> Bool) {
      self.text = text
      self.holds = holds
    }
  }

  /// The pattern and what takes its place, in symbols: `x + 0 → x`.
  package let name: String
  /// What has to hold beside the pattern; nil where nothing has.
  package let condition: String?
  /// The type of operator that the node has: that of the pattern's outermost node, nil where it has none, so that the
  /// rewrite applies nowhere.
  package let root: (any Operator.Type)?
  package let family: Family
  /// The most that it may change: a test holds it to that on extreme numbers.
  package let change: Change
  private let matcher: PatternMatcher
  private let build: @Sendable (Match) -> [Value]?

  /// A rewrite whose two sides are patterns.
  ///
  /// - Parameter change: What it may change: where nothing is said, the sign of a zero; for a stable form,
  ///   which is there for it, the range.
  package convenience init(
    _ pattern: Pattern, to replacement: Pattern, where condition: Condition? = nil,
    _ family: Family = .identity, changing change: Change? = nil
  ) {
    self.init(
      pattern, toAll: "\(replacement)", where: condition?.text, family, changing: change,
      results: { match in
        if let condition, !condition.holds(match) { return nil }
        return [match.value(of: replacement)]
      })
  }

  /// A rewrite whose result no pattern says.
  ///
  /// - Parameters:
  ///   - text: What takes the node's place.
  ///   - condition: When it does, beside that the pattern matches.
  ///   - build: What takes the node's place, of the same type; nil where the condition does not hold.
  package convenience init(
    _ pattern: Pattern, to text: String, where condition: String? = nil,
    _ family: Family = .identity, changing change: Change? = nil,
    _ build: @escaping @Sendable (Match) -> Value?
  ) {
    self.init(
      pattern, toAll: text, where: condition, family, changing: change,
      results: { match in build(match).map { [$0] } })
  }

  /// A rewrite of an operator that may have several results.
  package init(
    _ pattern: Pattern, toAll text: String, where condition: String? = nil,
    _ family: Family = .identity, changing change: Change? = nil,
    results build: @escaping @Sendable (Match) -> [Value]?
  ) {
    name = "\(pattern) → \(text)"
    self.condition = condition
    root = pattern.root
    self.family = family
    self.change = change ?? (family == .stableForm ? .range : .signOfZero)
    matcher = PatternMatcher(pattern)
    self.build = build
  }

  /// What takes the place of a node's results, of the same types; nil where the rewrite does not apply.
  package func apply(_ site: Site) -> [Value]? {
    guard let root, root == type(of: site.operation) else { return nil }
    return result(at: site)
  }

  /// The same for a node whose operator is known to be that of the root.
  func result(at site: Site) -> [Value]? { matcher.firstResult(at: site, build) }
}

extension Rewrite: CustomStringConvertible {
  /// The name with its condition: `x / y → z, where …`.
  package var description: String { condition.map { "\(name), where \($0)" } ?? name }
}
