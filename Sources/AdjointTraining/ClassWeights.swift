import AdjointCore
import AdjointGraph

/// How much the examples of each class count in the loss.
///
/// With the weight w_k of class k the loss is `L = Σᵢ w_{yᵢ}·ℓᵢ / Σᵢ w_{yᵢ}` over the examples of a batch,
/// with the cross-entropy ℓᵢ of an example with the label yᵢ. It takes the place of the graph's loss,
/// which has to be the mean cross-entropy of the scores; metrics are not weighted.
public enum ClassWeights: Hashable, Sendable {
  /// Each class counts as much as any other: `w_k = n / (C·n_k)` where n_k of the n examples are of class
  /// k, one of C.
  case balanced
  /// A weight for each class that occurs in the data, by its number; all that counts are the ratios.
  case byClass([Int: Double])
  /// A weight for each class that occurs in the data, by its name, where the labels of the data are names.
  case byName([String: Double])

  /// The weight of each class.
  ///
  /// - Parameter names: The names of the classes by their numbers, where they have names.
  /// - Throws: `.invalidArgument` that lists the classes whose weights are missing, or that do not occur, or
  ///   for names where the classes have none; `.unknownName` for a name that no class has.
  func weights(
    of labels: [Int], classes: Int, names: [String]?
  ) throws(Diagnostic) -> [Double] {
    let counted = CountedClasses(labels, of: classes, names: names)
    switch self {
    case .balanced: return try counted.balanced()
    case .byClass(let given): return try counted.checked(given)
    case .byName(let given): return try counted.checked(counted.numbered(given))
    }
  }
}

/// How often each class occurs, and how messages call it.
private struct CountedClasses {
  private let counts: [Int: Int]
  private let exampleCount: Int
  private let classes: Int
  private let names: [String]?

  init(_ labels: [Int], of classes: Int, names: [String]?) {
    var counts: [Int: Int] = [:]
    for label in labels { counts[label, default: 0] += 1 }
    self.counts = counts
    self.classes = classes
    self.names = names
    exampleCount = labels.count
  }

  func balanced() throws(Diagnostic) -> [Double] {
    let absent = (0..<classes).filter { counts[$0] == nil }
    guard absent.isEmpty else {
      throw Diagnostic(
        .invalidArgument,
        "\(list(absent, "does", "do")) not occur in the training data, so that there are no balanced weights; "
          + "give the weights by class")
    }
    return (0..<classes).map { Double(exampleCount) / Double(classes * (counts[$0] ?? 1)) }
  }

  /// The weights by the numbers of their classes.
  func numbered(_ given: [String: Double]) throws(Diagnostic) -> [Int: Double] {
    guard let names else {
      throw Diagnostic(
        .invalidArgument,
        "there are weights for classes by name, and the labels of the training data are numbers; give the "
          + "weights by number")
    }
    try UnknownNames.refuse(given.keys, among: names, "class", of: "the training data")
    var numbers: [Int: Double] = [:]
    for (number, name) in names.enumerated() { numbers[number] = given[name] }
    return numbers
  }

  /// A weight for each class, those that need none 1.
  func checked(_ given: [Int: Double]) throws(Diagnostic) -> [Double] {
    for (label, weight) in given.sorted(by: { $0.key < $1.key }) {
      guard label >= 0, label < classes else {
        throw Diagnostic(
          .invalidArgument,
          "there is a weight for class \(label), and the graph has the classes 0 to \(classes - 1)")
      }
      guard weight.isFinite, weight > 0, Float(weight).isFinite, Float(weight) > 0 else {
        throw Diagnostic(
          .invalidArgument,
          "the weight of class \(name(label)) cannot be \(NumberLiteral(weight)); give a finite number above 0"
        )
      }
    }
    let unknown = given.keys.filter { counts[$0] == nil }.sorted()
    guard unknown.isEmpty else {
      throw Diagnostic(
        .invalidArgument,
        "\(list(unknown, "has a weight and does", "have weights and do")) not occur in the training data; "
          + "leave out what does not occur, or add examples")
    }
    let lacking = counts.keys.filter { given[$0] == nil }.sorted()
    guard lacking.isEmpty else {
      throw Diagnostic(
        .invalidArgument,
        "\(list(lacking, "occurs", "occur")) in the training data without a weight; give one for each class that "
          + "occurs")
    }
    return (0..<classes).map { given[$0] ?? 1 }
  }

  /// The most classes that a message lists.
  private static let listed = 20

  private func list(_ classes: [Int], _ one: String, _ several: String) -> String {
    let words = classes.prefix(Self.listed).map(name).joined(separator: ", ")
    let more = classes.count > Self.listed ? ", …" : ""
    return classes.count == 1 ? "class \(words) \(one)" : "the classes \(words)\(more) \(several)"
  }

  /// The name of a class, or its number where it has none.
  private func name(_ number: Int) -> String {
    guard let names, names.indices.contains(number) else { return "\(number)" }
    return names[number].excerpt
  }
}

extension ClassWeights: CustomStringConvertible {
  /// `balanced`, or the weights in the order of the classes or names: `0: 1.0, 1: 4.0`.
  public var description: String {
    switch self {
    case .balanced: "balanced"
    case .byClass(let weights):
      weights.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    case .byName(let weights):
      weights.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }
  }
}
