import AdjointCore

/// Names that something does not have, all in one mistake.
package enum UnknownNames {
  /// The most names that a message lists.
  package static let listedCount = 40

  /// Refuses names that are not among the known ones.
  ///
  /// - Parameters:
  ///   - owner: What should have them, such as `the graph mlp`.
  ///   - kind: What they should be names of, such as `input or parameter`.
  /// - Throws: `.unknownName` that lists the known names, and those near the unknown ones.
  package static func refuse(
    _ names: some Sequence<String>, among known: [String], _ kind: String, of owner: String
  ) throws(Diagnostic) {
    let all = Set(known)
    let unknown = names.filter { !all.contains($0) }.sorted()
    guard let first = unknown.first else { return }
    guard unknown.count > 1 else {
      throw Diagnostic(
        .unknownName,
        "\(owner) has no \(kind) named \(first.excerpt); it has \(list(known))"
          + (nearest(to: first, among: known).map { "; did you mean \($0)?" } ?? ""))
    }
    var notes = unknown.prefix(listedCount).map { name in
      name.excerpt + (nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? "")
    }
    if unknown.count > listedCount { notes.append("and \(unknown.count - listedCount) others") }
    throw Diagnostic(
      .unknownName, "\(owner) has no \(kind) of these names; it has \(list(known))", notes: notes)
  }

  /// The known names, as far as a message lists them.
  package static func list(_ known: [String]) -> String {
    if known.isEmpty { return "none" }
    return known.prefix(listedCount).joined(separator: ", ")
      + (known.count > listedCount ? ", …" : "")
  }

  /// The known name that may be meant.
  ///
  /// Any two names of one or two letters are near each other, and no name is as long as some that files
  /// have.
  package static func nearest(to name: String, among known: [String]) -> String? {
    guard name.utf8.count > 2, name.utf8.count <= GraphLimits.nameBytes else { return nil }
    return EditDistance.nearest(to: name, among: known)
  }
}
