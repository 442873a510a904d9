import AdjointCore

/// How an operator is written in a formula.
///
/// An operator without one is written as in a graph file, `name(x, y)`.
package struct Notation: Sendable {
  /// How strongly parts of a formula hold together, from least to most.
  package enum Strength: Int, Sendable, Comparable {
    case comparison, sum, product, prefix, power, atom

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// A part of a formula: text, or an operand, in parentheses where it holds together less than demanded.
  package enum Part: Sendable {
    case text(String)
    case operand(Int, atLeast: Strength)
  }

  package let strength: Strength
  package let text: [Part]
  package let latex: [Part]

  package init(_ strength: Strength, text: [Part], latex: [Part]) {
    self.strength = strength
    self.text = text
    self.latex = latex
  }

  /// `x + y`, where the right operand of a difference or a quotient holds together more than the whole.
  package static func infix(
    _ text: String, _ latex: String, _ strength: Strength, isAssociative: Bool = true
  ) -> Notation {
    let right: Strength =
      isAssociative ? strength : Strength(rawValue: strength.rawValue + 1) ?? .atom
    let parts = { (sign: String) -> [Part] in
      [.operand(0, atLeast: strength), .text(" \(sign) "), .operand(1, atLeast: right)]
    }
    return Notation(strength, text: parts(text), latex: parts(latex))
  }

  /// `sin(x)`.
  package static func function(_ text: String, _ latex: String, operandCount: Int = 1) -> Notation {
    func parts(_ name: String, _ opening: String, _ closing: String) -> [Part] {
      var parts: [Part] = [.text(name + opening)]
      for operand in 0..<operandCount {
        if operand > 0 { parts.append(.text(", ")) }
        parts.append(.operand(operand, atLeast: .comparison))
      }
      return parts + [.text(closing)]
    }
    return Notation(
      .atom, text: parts(text, "(", ")"), latex: parts(latex, "\\left(", "\\right)"))
  }

  /// What repeats or renames its operand: a formula over elements does not show it.
  package static let operand = Notation(
    .atom, text: [.operand(0, atLeast: .comparison)], latex: [.operand(0, atLeast: .comparison)])

  /// Whether the operand alone is written.
  var isOperand: Bool {
    if text.count == 1, case .operand = text[0] { true } else { false }
  }
}
