import AdjointCore

extension Pattern: CustomStringConvertible {
  /// The pattern as a formula, in the notation of its operators: `log(1 + x)`.
  package var description: String { written.text }

  /// A formula, and how strongly it holds together.
  private struct Written {
    let text: String
    let strength: Notation.Strength
  }

  private var written: Written {
    switch self {
    case .variable(let name): Written(text: name, strength: .atom)
    case .leaf(let leaf): Written(text: leaf.text, strength: leaf.strength)
    case .node(let node): Self.written(node)
    case .beneath(_, let inner), .known(let inner, _): inner.written
    case .either(let first, _): first.written
    case .computed(let value): Written(text: value.text, strength: value.strength)
    }
  }

  private static func written(_ node: Application) -> Written {
    let operands = node.operands?.map(\.written)
    guard let operands, !node.isNamed, let notation = node.signs else {
      let list = operands?.map(\.text).joined(separator: ", ") ?? "…"
      return Written(text: "\(node.type.mnemonic)(\(list))", strength: .atom)
    }
    var text = ""
    for (place, part) in notation.text.enumerated() {
      switch part {
      case .text(let sign): text += sign
      case .operand(let number, let demanded):
        let operand = operands[number]
        if text.last == "^", let exponent = superscript(operand.text) {
          text.removeLast()
          text += exponent
        } else if isBracketed(operand.strength, place, demanded, notation.strength) {
          text += "(\(operand.text))"
        } else {
          text += operand.text
        }
      }
    }
    return Written(text: text, strength: notation.strength)
  }

  /// A pattern shows how its nodes are nested, also where a formula would leave the brackets out.
  private static func isBracketed(
    _ strength: Notation.Strength, _ place: Int, _ demanded: Notation.Strength,
    _ whole: Notation.Strength
  ) -> Bool {
    if strength < demanded { return true }
    if demanded == .comparison { return false }
    if strength == .prefix { return whole != .sum || place > 0 }
    return strength == whole && place > 0
  }

  /// A whole number as an exponent is written: `⁻¹`.
  private static func superscript(_ text: String) -> String? {
    let digits: [Character: Character] = [
      "−": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
      "8": "⁸", "9": "⁹",
    ]
    var raised = ""
    for character in text {
      guard let digit = digits[character] else { return nil }
      raised.append(digit)
    }
    return raised
  }
}

extension Pattern.Application {
  /// How the operator is written between or before its operands; nil where its mnemonic is.
  fileprivate var signs: Notation? {
    if let notation { return notation }
    let types = (operands ?? []).map { _ in TensorType(.f32, .scalar) }
    return operation?.notation(for: types)
  }
}
