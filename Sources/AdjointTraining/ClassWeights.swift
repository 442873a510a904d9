import AdjointCore

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

  /// The weight of each class.
  ///
  /// - Throws: `.invalidArgument` that lists the classes whose weights are missing, or that do not occur.
  func weights(of labels: [Int], classes: Int) throws(Diagnostic) -> [Double] {
    var counts: [Int: Int] = [:]
    for label in labels { counts[label, default: 0] += 1 }
    switch self {
    case .balanced:
      let absent = (0..<classes).filter { counts[$0] == nil }
      guard absent.isEmpty else {
        throw Diagnostic(
          .invalidArgument,
          "\(Self.list(absent, "does", "do")) not occur in the training data, so that there are no balanced weights; "
            + "give the weights by class")
      }
      return (0..<classes).map { Double(labels.count) / Double(classes * (counts[$0] ?? 1)) }
    case .byClass(let given):
      for (label, weight) in given.sorted(by: { $0.key < $1.key }) {
        guard label >= 0, label < classes else {
          throw Diagnostic(
            .invalidArgument,
            "there is a weight for class \(label), and the graph has the classes 0 to \(classes - 1)"
          )
        }
        guard weight.isFinite, weight > 0, Float(weight).isFinite, Float(weight) > 0 else {
          throw Diagnostic(
            .invalidArgument,
            "the weight of class \(label) cannot be \(NumberLiteral(weight)); give a finite number above 0"
          )
        }
      }
      let unknown = given.keys.filter { counts[$0] == nil }.sorted()
      guard unknown.isEmpty else {
        throw Diagnostic(
          .invalidArgument,
          "\(Self.list(unknown, "has a weight and does", "have weights and do")) not occur in the training data; "
            + "leave out what does not occur, or add examples")
      }
      let lacking = counts.keys.filter { given[$0] == nil }.sorted()
      guard lacking.isEmpty else {
        throw Diagnostic(
          .invalidArgument,
          "\(Self.list(lacking, "occurs", "occur")) in the training data without a weight; give one for each class that "
            + "occurs")
      }
      return (0..<classes).map { given[$0] ?? 1 }
    }
  }

  /// The most classes that a message lists.
  private static let listed = 20

  private static func list(_ classes: [Int], _ one: String, _ several: String) -> String {
    let numbers = classes.prefix(listed).map { "\($0)" }.joined(separator: ", ")
    let more = classes.count > listed ? ", …" : ""
    return classes.count == 1
      ? "class \(numbers) \(one)" : "the classes \(numbers)\(more) \(several)"
  }
}

extension ClassWeights: CustomStringConvertible {
  /// `balanced`, or the weights in the order of the classes: `0: 1.0, 1: 4.0`.
  public var description: String {
    switch self {
    case .balanced: "balanced"
    case .byClass(let weights):
      weights.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }
  }
}
