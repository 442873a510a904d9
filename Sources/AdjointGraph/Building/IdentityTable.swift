/// The identities of some families, listed once for each type of operator.
struct IdentityTable {
  let families: Set<Rewrite.Family>
  private var byType: [ObjectIdentifier: [Rewrite]] = [:]

  init(_ families: Set<Rewrite.Family> = []) { self.families = families }

  /// The identities of an operator that belong to the families, in the operator's order.
  subscript(operation: any Operator) -> [Rewrite] {
    mutating get {
      if families.isEmpty { return [] }
      let type = type(of: operation)
      if let known = byType[ObjectIdentifier(type)] { return known }
      let identities = type.rewrites.filter { families.contains($0.family) }
      byType[ObjectIdentifier(type)] = identities
      return identities
    }
  }

  /// Whether an operator, whose type is known, has any identity of the families.
  mutating func hasAny(for operation: any Operator, _ type: ObjectIdentifier?) -> Bool {
    if families.isEmpty { return false }
    if let type, let known = byType[type] { return !known.isEmpty }
    return !self[operation].isEmpty
  }
}
