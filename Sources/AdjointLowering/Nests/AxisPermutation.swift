import AdjointKernels

/// The same elements in two orders: what a nest that copies one value to another changes.
struct AxisPermutation {
  /// A loop of the nest, and its strides in the two orders.
  private struct Axis {
    var extent: Int
    var from: Int
    var to: Int
  }

  /// An axis of a value in the first order, or a part of one.
  struct Part: Equatable {
    var extent: Int
    var stride: Int
  }

  /// The loops, those of the shortest strides in the second order first.
  private let axes: [Axis]

  /// What a nest does to the order of elements: nil where it does anything else, or not to all of them.
  init?(_ nest: LoopNest) {
    guard nest.program.steps.count == 1, nest.inputs.count == 1, nest.outputs.count == 1,
      case .load = nest.program.steps[0].instruction, nest.outputs[0].combiner == nil,
      !nest.extents.contains(0)
    else { return nil }
    let from = nest.inputs[0].access
    let to = nest.outputs[0].access
    let (source, target) = (from.linear(rank: nest.rank), to.linear(rank: nest.rank))
    guard source.offset == 0, target.offset == 0,
      from.extents.reduce(1, *) == nest.pointCount, to.extents.reduce(1, *) == nest.pointCount
    else { return nil }
    let axes = nest.axes.filter { nest.extents[$0] > 1 }.map {
      Axis(extent: nest.extents[$0], from: source.strides[$0], to: target.strides[$0])
    }
    guard Self.reachesAll(axes.map { Part(extent: $0.extent, stride: $0.from) }),
      Self.reachesAll(axes.map { Part(extent: $0.extent, stride: $0.to) })
    else { return nil }
    self.init(axes)
  }

  private init(_ axes: [Axis]) {
    self.axes = axes.sorted { $0.to < $1.to }
  }

  /// The way back.
  var inverse: AxisPermutation {
    AxisPermutation(axes.map { Axis(extent: $0.extent, from: $0.to, to: $0.from) })
  }

  /// Whether axes lie one inside the other without gaps.
  private static func reachesAll(_ parts: [Part]) -> Bool {
    var reached = 1
    for part in parts.sorted(by: { $0.stride < $1.stride }) {
      guard part.stride == reached else { return false }
      reached *= part.extent
    }
    return true
  }

  /// Axes of a value in the second order as axes of it in the first, each as its parts from the outermost
  /// on; nil where an axis is no such parts.
  ///
  /// Of a value [8, 64, 4, 32] whose two middle axes were exchanged, 32 steps of 2048 are 8 of 8192 and
  /// in each 4 of 32.
  func parts(of wanted: [Part]) -> [[Part]]? {
    // How far the axes wanted go along each of the loops: together they must stay on it.
    var reach = Array(repeating: 0, count: axes.count)
    var all: [[Part]] = []
    for axis in wanted {
      guard let parts = parts(of: axis, &reach) else { return nil }
      all.append(parts)
    }
    return zip(reach, axes).allSatisfy { $0 < $1.extent } ? all : nil
  }

  private func parts(of wanted: Part, _ reach: inout [Int]) -> [Part]? {
    if wanted.extent <= 1 || wanted.stride == 0 { return [Part(extent: wanted.extent, stride: 0)] }
    var parts: [Part] = []
    var rest = wanted
    for (number, axis) in axes.enumerated() where rest.extent > 1 {
      let end = axis.to * axis.extent
      if rest.stride >= end { continue }
      guard rest.stride % axis.to == 0 else { return nil }
      let step = rest.stride / axis.to
      var count = rest.extent
      if (count - 1) * step >= axis.extent {
        // It goes on along the next loop, where this one ends.
        count = axis.extent / step
        guard axis.extent % step == 0, rest.extent % count == 0 else { return nil }
      }
      reach[number] += (count - 1) * step
      parts.append(Part(extent: count, stride: axis.from * step))
      rest = Part(extent: rest.extent / count, stride: end)
    }
    return rest.extent == 1 ? Self.joined(parts.reversed()) : nil
  }

  /// Parts, the outermost first, with neighbours that are one axis made one.
  private static func joined(_ parts: [Part]) -> [Part] {
    var joined: [Part] = []
    for part in parts where part.extent > 1 {
      if let last = joined.last, last.stride == part.stride * part.extent {
        joined[joined.count - 1] = Part(extent: last.extent * part.extent, stride: part.stride)
      } else {
        joined.append(part)
      }
    }
    return joined
  }
}
