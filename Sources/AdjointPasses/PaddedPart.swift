import AdjointCore
import AdjointGraph
import AdjointOperators

/// A part of a value: where it begins along each axis, and what is there.
struct PaddedPart {
  var start: [Int]
  var value: Value

  /// The part that a value pads with zeros; nil for any other value.
  init?(_ padded: Value) {
    guard let pad = padded.definition(as: Pad.self), pad.value.double == 0,
      pad.paddings.allSatisfy({ $0.interior == 0 })
    else { return nil }
    start = pad.paddings.map(\.low)
    value = padded.operands[0]
  }

  init(start: [Int], value: Value) {
    self.start = start
    self.value = value
  }

  /// Where it ends along an axis whose extent is known.
  func end(_ axis: Int) -> Int { start[axis] + (value.shape[axis].extent ?? 0) }

  /// The part with zeros around it, from one place to another along every axis but those known by name.
  func extended(from low: [Int], to high: [Int]) -> Value {
    let paddings = start.indices.map { axis in
      value.shape[axis].extent == nil
        ? Pad.Padding() : Pad.Padding(low: start[axis] - low[axis], high: high[axis] - end(axis))
    }
    if paddings.allSatisfy({ $0 == Pad.Padding() }) { return value }
    return value.builder.apply(Pad(paddings, with: 0), [value])
  }
}

extension [Value] {
  /// The parts among them, and what else there is.
  var paddedParts: (parts: [PaddedPart], rest: [Value]) {
    var (parts, rest): ([PaddedPart], [Value]) = ([], [])
    for value in self {
      if let part = PaddedPart(value) { parts.append(part) } else { rest.append(value) }
    }
    return (parts, rest)
  }

  /// The sum of one or more, from the first to the last.
  var sum: Value { dropFirst().reduce(self[0], +) }
}

extension Value {
  /// Zeros of this value's type, but for the extent of one axis.
  func zeros(_ extent: Int, along axis: Int) -> Value {
    var shape = shape
    shape[axis] = .fixed(extent)
    return builder.constant(0, scalarType).expanded(to: shape)
  }
}
