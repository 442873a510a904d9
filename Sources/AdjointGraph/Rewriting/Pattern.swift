import AdjointCore

/// Operators applied to parts: what a rewrite looks for, and what it puts in that place.
///
///     log(1 + x)  →  log1p(x)
///
/// A pattern that is looked for matches nodes by the types of their operators; one that is put in place says the
/// operators whole. Both print as formulas.
package indirect enum Pattern: Sendable {
  /// Any value; where a pattern has a variable twice, the same value.
  case variable(String)
  /// A value of its own kind, such as a number.
  case leaf(Leaf)
  /// A node.
  case node(Application)
  /// What is left of a value when the nodes of some operators are taken off, each of which reads one value: what a
  /// value is beneath reshapes. It prints as what is beneath.
  case beneath([any Operator.Type], Pattern)
  /// One pattern or, where that does not match, another that means the same. It prints as the first.
  case either(Pattern, Pattern)
  /// A pattern whose value is known by a variable as well; it prints as the pattern.
  case known(Pattern, as: String)
  /// What is computed of that which was matched; only in what is put in place.
  case computed(Computed)

  /// A value that a test recognises.
  package struct Leaf: Sendable {
    /// How it prints.
    let text: String
    let strength: Notation.Strength
    /// The variable that it is known by.
    let variable: String?
    let accepts: @Sendable (Value) -> Bool
    /// The value for a place in a result of a type; nil for what is only looked for.
    let make: (@Sendable (GraphBuilder, TensorType) -> Value)?
  }

  /// An operator applied to parts.
  package struct Application: Sendable {
    /// In which order the operands are looked for.
    package enum Order: Sendable {
      /// As they are written.
      case asWritten
      /// As they are written, then with the two exchanged.
      case either
    }

    let type: any Operator.Type
    /// The operator; nil where only its type is known, and its attributes may be any.
    let operation: (any Operator)?
    /// The parts; nil where there may be any number of any operands.
    let operands: [Pattern]?
    let order: Order
    /// How it is written where that is not the operator's own notation.
    var notation: Notation?
    /// Whether it prints with its mnemonic, whatever notation there is.
    var isNamed = false
  }

  /// A value computed of others.
  package struct Computed: Sendable {
    let text: String
    let strength: Notation.Strength
    let value: @Sendable (Match) -> Value
  }
}

// Making patterns.
extension Pattern {
  /// A leaf that matches where a test holds.
  ///
  /// - Parameters:
  ///   - variable: What the value is known by, to what is put in place.
  ///   - make: The value for a place in a result of a type, where it may be put in place.
  package static func leaf(
    _ text: String, _ strength: Notation.Strength = .atom, as variable: String? = nil,
    where accepts: @escaping @Sendable (Value) -> Bool = { _ in true },
    make: (@Sendable (GraphBuilder, TensorType) -> Value)? = nil
  ) -> Pattern {
    .leaf(
      Leaf(text: text, strength: strength, variable: variable, accepts: accepts, make: make))
  }

  /// A node of an operator that has no attributes, or whose attributes are these.
  package static func applying(
    _ operation: some Operator, to operands: [Pattern], order: Application.Order = .asWritten,
    notation: Notation? = nil
  ) -> Pattern {
    .node(
      Application(
        type: type(of: operation), operation: operation, operands: operands, order: order,
        notation: notation))
  }

  /// A node of a type of operator, whatever its attributes are; only to be looked for.
  package static func any(
    _ type: any Operator.Type, of operands: [Pattern]?, order: Application.Order = .asWritten,
    notation: Notation? = nil
  ) -> Pattern {
    .node(
      Application(
        type: type, operation: nil, operands: operands, order: order, notation: notation))
  }

  /// A value in a formula that is computed of what was matched.
  package static func computed(
    _ text: String, _ strength: Notation.Strength = .atom,
    _ value: @escaping @Sendable (Match) -> Value
  ) -> Pattern {
    .computed(Computed(text: text, strength: strength, value: value))
  }

  /// The same pattern, whose value is known by a variable as well.
  package func known(as variable: Pattern) -> Pattern {
    guard case .variable(let name) = variable else { return self }
    return .known(self, as: name)
  }

  /// The same node, which prints with its mnemonic.
  package var byName: Pattern {
    guard case .node(var node) = self else { return self }
    node.isNamed = true
    return .node(node)
  }

  /// The operator of the outermost node; nil for what has none.
  package var root: (any Operator.Type)? {
    switch self {
    case .node(let node): node.type
    case .known(let inner, _): inner.root
    case .variable, .leaf, .beneath, .either, .computed: nil
    }
  }
}
