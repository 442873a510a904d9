/// Which positions of one axis are taken, as in `tensor[0..<10, -1]`.
///
/// Numbers below zero count from the back: −1 is the last position. An `Int` takes one position and
/// drops the axis; a range keeps the axis, even with one position or none. Swift wants parentheses around
/// a number below zero next to the dots: `(-3)...` are the last three.
public struct AxisSelection: AxisSelecting, Hashable, Sendable, CustomStringConvertible {
  private enum Kind: Hashable {
    case all
    case index(Int)
    /// Bounds as written; without an upper one, to the end.
    case positions(from: Int, upTo: Int?, takesUpper: Bool)
  }

  private let kind: Kind

  fileprivate init(index: Int) { kind = .index(index) }

  fileprivate init(from lower: Int, upTo upper: Int?, takesUpper: Bool = false) {
    kind = .positions(from: lower, upTo: upper, takesUpper: takesUpper)
  }

  fileprivate init() { kind = .all }

  /// This selection.
  public var selection: AxisSelection { self }

  /// The text form, as in source.
  public var description: String {
    switch kind {
    case .all: ".all"
    case .index(let index): "\(index)"
    case .positions(let lower, let upper?, let takesUpper):
      "\(lower)\(takesUpper ? "..." : "..<")\(upper)"
    case .positions(let lower, nil, _): "\(lower)..."
    }
  }
}

/// What selects positions of an axis: `Int`, a range of `Int`, `.all` or `.positions(from:upTo:)`.
public protocol AxisSelecting {
  /// The positions.
  var selection: AxisSelection { get }
}

extension AxisSelecting where Self == AxisSelection {
  /// Every position; the axis stays whole.
  public static var all: AxisSelection { AxisSelection() }

  /// The positions from one on up to another, which is not taken; without one, to the end.
  ///
  /// This writes what Swift's own ranges cannot: `.positions(from: 2, upTo: -1)` leaves out the last
  /// position, whereas `2 ..< -1` stops the program.
  public static func positions(from lower: Int, upTo upper: Int? = nil) -> AxisSelection {
    AxisSelection(from: lower, upTo: upper)
  }
}

extension Int: AxisSelecting {
  /// The one position.
  public var selection: AxisSelection { AxisSelection(index: self) }
}

extension Range: AxisSelecting where Bound == Int {
  /// The positions from the lower bound up to the upper one.
  public var selection: AxisSelection { AxisSelection(from: lowerBound, upTo: upperBound) }
}

extension ClosedRange: AxisSelecting where Bound == Int {
  /// The positions from the lower bound through the upper one.
  public var selection: AxisSelection {
    AxisSelection(from: lowerBound, upTo: upperBound, takesUpper: true)
  }
}

extension PartialRangeFrom: AxisSelecting where Bound == Int {
  /// The positions from the lower bound to the end.
  public var selection: AxisSelection { AxisSelection(from: lowerBound, upTo: nil) }
}

extension PartialRangeUpTo: AxisSelecting where Bound == Int {
  /// The positions before the upper bound.
  public var selection: AxisSelection { AxisSelection(from: 0, upTo: upperBound) }
}

extension PartialRangeThrough: AxisSelecting where Bound == Int {
  /// The positions through the upper bound.
  public var selection: AxisSelection { AxisSelection(from: 0, upTo: upperBound, takesUpper: true) }
}

extension AxisSelection {
  /// The positions of an axis of known extent.
  package struct Positions: Hashable, Sendable {
    /// The first position; where none is taken, at most the extent.
    package let start: Int
    /// The number of positions.
    package let count: Int
    /// Whether the result has no such axis.
    package let dropsAxis: Bool
  }

  /// Whether every position is taken whatever the extent is, so that it need not be known.
  package var takesAll: Bool {
    switch kind {
    case .all, .positions(from: 0, upTo: nil, takesUpper: _),
      .positions(from: 0, upTo: -1, takesUpper: true):
      true
    case .index, .positions: false
    }
  }

  /// The positions of an axis that has so many; a refusal has no place yet.
  ///
  /// - Parameters:
  ///   - extent: Zero or more.
  ///   - axis: The number of the axis, for the refusal.
  /// - Throws: `.invalidArgument` for a position that the axis has not, and for an upper bound before
  ///   the lower one.
  package func positions(extent: Int, axis: Int) throws(Diagnostic) -> Positions {
    switch kind {
    case .all: return Positions(start: 0, count: extent, dropsAxis: false)
    case .index(let index):
      let start = Self.fromFront(index, extent)
      guard (0..<extent).contains(start) else {
        throw refusal(
          axis, extent, extent == 0 ? nil : "use an index from \(-extent) to \(extent - 1)")
      }
      return Positions(start: start, count: 1, dropsAxis: true)
    case .positions(let lower, let upper, let takesUpper):
      let start = Self.fromFront(lower, extent)
      let bound = upper.map { Self.fromFront($0, extent) } ?? extent
      guard (0...extent).contains(start), bound >= 0, takesUpper ? bound < extent : bound <= extent
      else { throw refusal(axis, extent, "use bounds within it") }
      let end = takesUpper ? bound + 1 : bound
      guard start <= end else {
        throw refusal(axis, extent, "the range ends at \(end), before its start \(start)")
      }
      return Positions(start: start, count: end - start, dropsAxis: false)
    }
  }

  /// Refuses more selections than axes; a refusal has no place yet.
  package static func checkCount(of selections: Int, rank: Int) throws(Diagnostic) {
    guard selections <= rank else {
      throw Diagnostic(
        .invalidArgument,
        "\(selections) selections are given for \(rank) \(rank == 1 ? "axis" : "axes"); leave out "
          + "\(selections - rank)")
    }
  }

  private static func fromFront(_ position: Int, _ extent: Int) -> Int {
    position < 0 ? position + extent : position
  }

  private func refusal(_ axis: Int, _ extent: Int, _ advice: String?) -> Diagnostic {
    Diagnostic(
      .invalidArgument,
      "axis \(axis) has \(extent) \(extent == 1 ? "position" : "positions"), and \(self) does not "
        + "fit it" + (advice.map { "; \($0)" } ?? ""))
  }
}
