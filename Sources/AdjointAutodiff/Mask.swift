/// Where a tangent or a cotangent may be other than zero: a disjunction of conjunctions of conditions.
///
/// A condition is known by its number in a `MaskTable`; smaller numbers were met earlier.
struct Mask: Hashable {
  /// A condition, or its opposite.
  struct Literal: Hashable {
    let condition: Int
    let holds: Bool

    var opposite: Literal { Literal(condition: condition, holds: !holds) }
  }

  /// Nil for everywhere, and none for nowhere.
  ///
  /// Literals are in the order of their conditions, and no term contains another one.
  private(set) var terms: [[Literal]]?

  static let everywhere = Mask(terms: nil)
  static let nowhere = Mask(terms: [])

  private init(terms: [[Literal]]?) { self.terms = terms }

  init(_ literal: Literal) { terms = [[literal]] }

  var isEverywhere: Bool { terms == nil }
  var isNowhere: Bool { terms?.isEmpty ?? false }

  /// The literals of a mask that is a conjunction.
  var conjunction: [Literal]? {
    guard let terms else { return [] }
    return terms.count == 1 ? terms[0] : nil
  }

  /// The number of literals, of all terms together.
  var size: Int { terms?.reduce(0) { $0 + $1.count } ?? 0 }

  /// Whether the literal is true wherever the mask is.
  func implies(_ literal: Literal) -> Bool {
    terms?.allSatisfy { $0.contains(literal) } ?? false
  }

  /// The mask without a literal, which has to be one of every term.
  func removing(_ literal: Literal) -> Mask {
    let rest = terms?.map { $0.filter { $0 != literal } }
    return Self.simplified(rest ?? [[]])
  }

  func and(_ other: Mask) -> Mask {
    guard let left = terms else { return other }
    guard let right = other.terms else { return self }
    var products: [[Literal]] = []
    for a in left {
      for b in right where !a.contains(where: { b.contains($0.opposite) }) {
        products.append(Set(a + b).sorted { $0.condition < $1.condition })
      }
    }
    return Self.simplified(products)
  }

  func or(_ other: Mask) -> Mask {
    guard let left = terms, let right = other.terms else { return .everywhere }
    return left == right ? self : Self.simplified(left + right)
  }

  /// Without terms that another one contains, and with a ∧ b ∨ a ∧ ¬b made a.
  private static func simplified(_ terms: [[Literal]]) -> Mask {
    var terms = terms
    var isChanged = true
    while isChanged {
      isChanged = false
      search: for (i, a) in terms.enumerated() {
        for (j, b) in terms.enumerated() where i != j {
          if a.allSatisfy(b.contains) {
            terms.remove(at: j)
            isChanged = true
            break search
          }
          // Where a, but for one literal, whose opposite b has, is part of b, b does not need it.
          if let odd = resolvent(of: a, in: b) {
            terms[j] = b.filter { $0 != odd }
            isChanged = true
            break search
          }
        }
      }
    }
    return terms.contains([]) ? .everywhere : Mask(terms: terms)
  }

  /// The literal of b that it does not need beside a: its opposite is in a, whose others are all in b.
  private static func resolvent(of a: [Literal], in b: [Literal]) -> Literal? {
    var odd: Literal?
    for literal in a where !b.contains(literal) {
      guard odd == nil, b.contains(literal.opposite) else { return nil }
      odd = literal.opposite
    }
    return odd
  }
}
