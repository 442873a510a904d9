import AdjointCore
import AdjointGraph
import AdjointOperators

extension Pass {
  /// Pads a value once and adds what is read of it at several places, where padded copies of it are added, as in the
  /// adjoint of a value that was read at overlapping places.
  ///
  ///     %a = pad(%x) {low = [0], high = [1]}         %p = pad(%x) {low = [1], high = [1]}
  ///     %b = pad(%x) {low = [1], high = [0]}     →   %a = slice(%p) {axes = [0], starts = [1], limits = [5]}
  ///     %c = add(%a, %b)                             %b = slice(%p) {axes = [0], starts = [0], limits = [4]}
  ///                                                  %c = add(%a, %b)
  ///
  /// A copy may be negated, also as a difference the other way around, or scaled by a number. Slices are read where
  /// they are added; a padded value has to be written, zeros first. Only the sign of a zero, and the order of the sum,
  /// may change.
  public static let overlappingSums = Pass(
    "overlapping-sums", "pad a value once, and read it at several places, instead of adding copies"
  ) { (graph) throws(Diagnostic) in
    try SumTrees.replacing(in: graph) { addends in addends.sharingPadding() }
  }
}

/// A value that is padded with zeros, as what is done to another one first.
private struct PaddedCopy {
  /// A negation, or a product with a number.
  enum Step {
    case negation
    case product(Double)
  }

  /// Where it begins along each axis.
  let start: [Int]
  private(set) var source: Value
  /// What is done to the source, the last first.
  private var steps: [Step]

  /// So many steps are looked through, so that a chain of any length takes the same time.
  private static let mostSteps = 8

  /// Nil for a value that is not padded with zeros on its outside alone.
  init?(_ padded: Value) {
    guard let pad = padded.definition(as: Pad.self), pad.value.double == 0,
      padded.scalarType.isDifferentiable, pad.paddings.allSatisfy({ $0.interior == 0 })
    else { return nil }
    start = pad.paddings.map(\.low)
    var (source, steps) = (padded.operands[0], [Step]())
    while steps.count < Self.mostSteps {
      if source.definition(as: Negate.self) != nil {
        steps.append(.negation)
        source = source.operands[0]
      } else if source.definition(as: Multiply.self) != nil,
        let factor = Self.factor(source.operands)
      {
        steps.append(.product(factor.number))
        source = factor.other
      } else {
        break
      }
    }
    self.source = source
    self.steps = steps
  }

  /// This copy as one of another's source, where that is its own or the difference the other way around; nil for others.
  func ofSource(of other: PaddedCopy) -> PaddedCopy? {
    if source.isIdentical(to: other.source) { return self }
    guard source.definition(as: Subtract.self) != nil,
      other.source.definition(as: Subtract.self) != nil,
      source.operands[0].isIdentical(to: other.source.operands[1]),
      source.operands[1].isIdentical(to: other.source.operands[0])
    else { return nil }
    var copy = self
    copy.source = other.source
    copy.steps.append(.negation)
    return copy
  }

  /// The finite number among two operands, which leaves a zero a zero, and the other one.
  private static func factor(_ operands: [Value]) -> (number: Double, other: Value)? {
    for (one, other) in [(operands[0], operands[1]), (operands[1], operands[0])] {
      if let number = one.constantNumber, number.isFinite { return (number, other) }
    }
    return nil
  }

  /// What is done to the source, done to what is read of it.
  func applied(to value: Value) -> Value {
    steps.reversed().reduce(value) { value, step in
      switch step {
      case .negation: -value
      case .product(let number): value * number
      }
    }
  }
}

extension [Value] {
  /// Their sum with copies of one value read of one padded value, or nil where no value has two.
  fileprivate func sharingPadding() -> Value? {
    var addends = self
    var groups: [[(place: Int, copy: PaddedCopy)]] = []
    for (place, value) in enumerated() {
      guard let copy = PaddedCopy(value) else { continue }
      let sharing = groups.indices.lazy.compactMap { group in
        copy.ofSource(of: groups[group][0].copy).map { (group: group, copy: $0) }
      }.first
      if let sharing {
        groups[sharing.group].append((place, sharing.copy))
      } else {
        groups.append([(place, copy)])
      }
    }
    var isShared = false
    for group in groups where group.count > 1 {
      guard let read = group.map(\.copy).readOfOne(as: self[0].shape) else { continue }
      isShared = true
      for (member, value) in zip(group, read) { addends[member.place] = value }
    }
    return isShared ? addends.sum : nil
  }
}

extension [PaddedCopy] {
  /// Each of the copies as a slice of one padded value, or nil where that would be much larger than each of them.
  fileprivate func readOfOne(as whole: Shape) -> [Value]? {
    let source = self[0].source
    var paddings: [Pad.Padding] = []
    for axis in 0..<whole.rank {
      guard let extent = source.shape[axis].extent, let target = whole[axis].extent else {
        paddings.append(Pad.Padding())
        continue
      }
      let low = reduce(0) { Swift.max($0, $1.start[axis]) }
      let least = reduce(Int.max) { Swift.min($0, $1.start[axis]) }
      let high = target - extent - least
      guard low + extent + high <= target + target / 4 + 8 else { return nil }
      paddings.append(Pad.Padding(low: low, high: high))
    }
    let padded = source.builder.apply(Pad(paddings, with: 0), [source])
    return map { copy in
      let ranges = paddings.indices.filter { whole[$0].extent != nil }.map { axis in
        let first = paddings[axis].low - copy.start[axis]
        return Slice.Range(axis: axis, start: first, limit: first + (whole[axis].extent ?? 0))
      }
      return copy.applied(to: source.builder.apply(Slice(ranges), [padded]))
    }
  }
}
