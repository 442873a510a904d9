import AdjointCore
import AdjointGraph

/// Gives numbers to the names of classes.
struct ClassNames {
  /// The names that there may be, in the order of their numbers; nil where the file has to tell.
  private let given: [String]?
  private var numbers: [String: Int] = [:]
  /// The names in the order in which they were found, or as they were given.
  private var names: [String] = []
  /// The class of each row, as a place in `names`.
  private var rows: [Int] = []

  /// - Throws: `.duplicateName` for a name that is given twice.
  init(_ given: [String]?) throws(Diagnostic) {
    self.given = given
    for name in given ?? [] {
      guard numbers.updateValue(names.count, forKey: name) == nil else {
        throw Diagnostic(.duplicateName, "the class \(name.excerpt) is named twice; name it once")
      }
      names.append(name)
    }
  }

  /// Whether a text is one of the names that were given.
  func contains(_ name: String) -> Bool { given != nil && numbers[name] != nil }

  /// Takes the label of a row.
  ///
  /// - Throws: `.unknownName` for a name that is not among those given.
  mutating func append(_ name: String) throws(Diagnostic) {
    if let number = numbers[name] { return rows.append(number) }
    if let given { try UnknownNames.refuse([name], among: given, "class", of: "the training") }
    numbers[name] = names.count
    rows.append(names.count)
    names.append(name)
  }

  /// The names by their numbers, and the number of each row's class.
  func numbered() -> (names: [String], rows: [Int]) {
    guard given == nil else { return (names, rows) }
    let order = names.indices.sorted {
      names[$0].unicodeScalars.lexicographicallyPrecedes(names[$1].unicodeScalars)
    }
    var number = Array(repeating: 0, count: names.count)
    for (place, old) in order.enumerated() { number[old] = place }
    return (order.map { names[$0] }, rows.map { number[$0] })
  }
}
