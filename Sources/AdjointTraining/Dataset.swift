import Adjoint
import AdjointCore

/// Examples with their labels, in memory.
public struct Dataset: Sendable {
  /// One row of features for each example.
  public let features: Tensor
  /// One label for each example, where there are any.
  public let labels: Tensor?
  /// The names of the classes by their numbers, where a file has names for labels.
  public private(set) var classNames: [String]?
  /// What missing values of a file were filled with, one number for each column of features as the file
  /// has them, where that was the mean of the column or `CSVFile.MissingValues.fillEach` gave it.
  ///
  /// A `Trainer` writes these into its checkpoints; give them to `fillEach` for data to test on.
  public private(set) var columnMeans: [Double]?

  /// Examples, and labels in the same order.
  ///
  /// - Throws: `.shapeMismatch` where the first extents differ or the features are a scalar,
  ///   `.notFinite` where a feature is infinite or not a number.
  public init(features: Tensor, labels: Tensor? = nil) throws(Diagnostic) {
    guard let count = features.extents.first, count > 0 else {
      throw Diagnostic(
        .shapeMismatch, "the data is \(features.type) and has no examples; give at least one row")
    }
    if let labels, labels.extents.first != count {
      throw Diagnostic(
        .shapeMismatch,
        "there are \(count) examples and \(labels.extents.first ?? 0) labels; give one for each")
    }
    if let example = features.firstNonFiniteRow {
      throw Diagnostic(
        .notFinite,
        "example \(example + 1) of the data has a value that is not a finite number; mend or remove it"
      )
    }
    self.features = features
    self.labels = labels
  }

  /// Examples of a file, whose labels may be the numbers of classes with names.
  package init(
    features: Tensor, labels: Tensor?, classNames: [String]? = nil, columnMeans: [Double]?
  ) throws(Diagnostic) {
    try self.init(features: features, labels: labels)
    self.classNames = classNames
    self.columnMeans = columnMeans
  }

  /// Examples made of others, with what is known of those.
  init(features: Tensor, labels: Tensor?, of source: Dataset) throws(Diagnostic) {
    try self.init(
      features: features, labels: labels,
      classNames: labels == nil ? nil : source.classNames, columnMeans: source.columnMeans)
  }

  /// The number of examples.
  public var count: Int { features.extents[0] }

  /// The examples at the given places, in that order.
  ///
  /// - Throws: `.invalidArgument` for a place out of range, `.memoryLimit` for examples that take more
  ///   than three quarters of the memory that the process may use.
  public func examples(at places: [Int]) throws(Diagnostic) -> Dataset {
    let labels: Tensor? = if let labels { try labels.rows(at: places) } else { nil }
    return try Dataset(features: features.rows(at: places), labels: labels, of: self)
  }

  /// Two parts chosen by a seed: the larger one to train on, a fraction held out.
  ///
  /// - Throws: `.invalidArgument` where the fraction leaves either part empty.
  public func split(
    holdingOut fraction: Double, seed: UInt64
  ) throws(Diagnostic) -> (training: Dataset, heldOut: Dataset) {
    // A fraction that is no number from 0 to 1 leaves a part empty, too.
    let heldOut = fraction >= 0 && fraction <= 1 ? Int((Double(count) * fraction).rounded()) : 0
    guard heldOut > 0, heldOut < count else {
      throw Diagnostic(
        .invalidArgument,
        "holding out \(fraction) of \(count) examples leaves a part empty; choose a fraction that "
          + "gives each at least one")
    }
    let order = try CounterBasedRandom(seed: seed, stream: "split").permutation(of: count)
    return (
      try examples(at: Array(order[heldOut...])), try examples(at: Array(order[..<heldOut]))
    )
  }
}

extension Tensor {
  /// The first row with an element that is infinite or not a number.
  var firstNonFiniteRow: Int? {
    let place: Int? =
      switch storage {
      case .f32(let elements): elements.firstIndex { !$0.isFinite }
      case .f64(let elements): elements.firstIndex { !$0.isFinite }
      case .i32, .i64, .u8, .bool: nil
      }
    return place.map { $0 / max(1, count / max(1, extents.first ?? 1)) }
  }

  /// The rows at the given places, in that order.
  ///
  /// - Throws: `.invalidArgument` for a place out of range or a scalar; `.memoryLimit`.
  package func rows(at places: [Int]) throws(Diagnostic) -> Tensor {
    guard let count = extents.first else {
      throw Diagnostic(.invalidArgument, "a scalar has no rows")
    }
    for place in places where place < 0 || place >= count {
      throw Diagnostic(.invalidArgument, "there is no row \(place) in \(type)")
    }
    let width = extents.dropFirst().reduce(1, *)
    try MemoryLimit.check(
      places.count *| width *| scalarType.byteCount, for: "\(places.count) rows of \(type)")
    let storage: Storage =
      switch storage {
      case .f32(let elements): .f32(Self.pick(elements, places, width))
      case .f64(let elements): .f64(Self.pick(elements, places, width))
      case .i32(let elements): .i32(Self.pick(elements, places, width))
      case .i64(let elements): .i64(Self.pick(elements, places, width))
      case .u8(let elements): .u8(Self.pick(elements, places, width))
      case .bool(let elements): .bool(Self.pick(elements, places, width))
      }
    return try Tensor(storage, extents: [places.count] + extents.dropFirst())
  }

  private static func pick<Element>(
    _ elements: [Element], _ places: [Int], _ width: Int
  ) -> [Element] {
    var picked: [Element] = []
    picked.reserveCapacity(places.count * width)
    for place in places { picked += elements[place * width..<(place + 1) * width] }
    return picked
  }
}
