import AdjointCore
import AdjointGraph

/// Which fields of a row are read, and for what.
struct ColumnChoice {
  /// The fields of the table, in its order.
  let features: [Int]
  /// The field that is wanted apart.
  let label: Int?

  /// All fields, the last one apart where that is wanted.
  init(count: Int, hasLabel: Bool) {
    features = Array(0..<(hasLabel ? count - 1 : count))
    label = hasLabel ? count - 1 : nil
  }

  /// The fields that options name.
  ///
  /// - Throws: `.invalidArgument` for no names, `.unknownName` with the names that there are, `.duplicateName` for a name that two columns
  ///   have or that is asked for twice.
  init(
    of names: [String], _ options: CSVFile.Options, hasLabel: Bool
  ) throws(Diagnostic) {
    var places: [String: Int] = [:]
    var repeated: Set<String> = []
    for (place, name) in names.enumerated() where places.updateValue(place, forKey: name) != nil {
      repeated.insert(name)
    }
    func place(_ name: String) throws(Diagnostic) -> Int {
      try UnknownNames.refuse([name], among: names, "column", of: "the table")
      guard !repeated.contains(name), let place = places[name] else {
        throw Diagnostic(
          .duplicateName, "two columns have the name \(name.excerpt); give each a name of its own")
      }
      return place
    }
    var label: Int?
    if hasLabel {
      if let name = options.labelColumn { label = try place(name) } else { label = names.count - 1 }
    }
    self.label = label
    guard let columns = options.columns else {
      features = names.indices.filter { $0 != label }
      return
    }
    guard !columns.isEmpty else {
      throw Diagnostic(
        .invalidArgument, "no column is asked for; name at least one, or leave the names out")
    }
    try UnknownNames.refuse(columns, among: names, "column", of: "the table")
    var chosen: [Int] = []
    var seen: Set<Int> = label.map { [$0] } ?? []
    for name in columns {
      let next = try place(name)
      guard seen.insert(next).inserted else {
        throw Diagnostic(
          .duplicateName,
          "the column \(name.excerpt) is asked for twice, or is the label; name each column once")
      }
      chosen.append(next)
    }
    features = chosen
  }
}
