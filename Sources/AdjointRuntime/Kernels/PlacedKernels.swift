import AdjointCore
import AdjointKernels

/// The kernels of a plan without the places in their buffers where they begin, which steps add instead.
///
/// Before: `r0[i, j] = a[14, i, j]`, and the same with 15. After: one kernel, `r0[i, j] = a[0, i, j]`, of an
/// operand that begins 14 or 15 matrices later. So the slices of an unrolled loop are compiled once.
package struct PlacedKernels {
  /// Each kernel that is left once.
  package private(set) var kernels: [Kernel] = []
  /// For each kernel of the plan, which of these it is.
  package private(set) var numbers: [Int] = []
  /// For each kernel of the plan, the bytes by which operands and results begin later.
  package private(set) var shifts: [Shifts] = []

  /// The bytes by which buffers of a kernel begin later, by their numbers; 0 for those that are not there.
  package struct Shifts: Sendable {
    package var operands: [Int: Int] = [:]
    package var results: [Int: Int] = [:]
  }

  package init(_ plan: Plan) {
    var known: [Kernel: Int] = [:]
    for kernel in plan.kernels {
      var (moved, shifts) = (kernel, Shifts())
      switch kernel {
      case .loopNest(let nest):
        let (rest, places) = nest.movedToBeginning()
        (moved, shifts) = (.loopNest(rest), places)
      case .contraction(var product):
        // The matrices and the addend are read at their beginning.
        if let epilogue = product.epilogue {
          let (rest, places) = epilogue.movedToBeginning(from: product.addendScale == nil ? 2 : 3)
          product.epilogue = rest
          (moved, shifts) = (.contraction(product), places)
        }
      case .group, .gather, .scatterAdd: break
      }
      self.shifts.append(shifts)
      let number = known[moved] ?? kernels.count
      if number == kernels.count {
        known[moved] = number
        kernels.append(moved)
      }
      numbers.append(number)
    }
  }
}

extension LoopNest {
  /// The nest with all accesses at the beginning of their buffers, and where these begin instead; of the
  /// operands only those from one on.
  fileprivate func movedToBeginning(
    from first: Int = 0
  ) -> (nest: LoopNest, shifts: PlacedKernels.Shifts) {
    var (nest, shifts) = (self, PlacedKernels.Shifts())
    // Where no point is visited an access may begin anywhere.
    if extents.contains(0) { return (nest, shifts) }
    let reads = Dictionary(grouping: inputs.indices) { inputs[$0].source }
    for case (.operand(let operand), let places) in reads {
      guard operand >= first, let start = Self.commonStart(of: places.map { inputs[$0].access })
      else { continue }
      shifts.operands[operand] = start
      for place in places { nest.inputs[place].access.map = nest.inputs[place].access.map.atZero }
    }
    let writes = Dictionary(grouping: outputs.indices) { outputs[$0].target }
    for case (.result(let result), let places) in writes {
      // A reduction fills all of its buffer first.
      guard places.allSatisfy({ outputs[$0].combiner == nil }),
        let start = Self.commonStart(of: places.map { outputs[$0].access })
      else { continue }
      shifts.results[result] = start
      for place in places { nest.outputs[place].access.map = nest.outputs[place].access.map.atZero }
    }
    return (nest, shifts)
  }

  /// The byte at which all of some accesses begin, nil where they begin at several, at 0, or go backwards.
  private static func commonStart(of accesses: [Access]) -> Int? {
    guard let first = accesses.first,
      accesses.allSatisfy({ $0.extents == first.extents && $0.map.starts == first.map.starts }),
      accesses.allSatisfy({ $0.map.axes.allSatisfy { $0.step >= 0 } })
    else { return nil }
    var offset = 0
    for (extent, start) in zip(first.extents, first.map.starts) {
      offset = offset *| extent +| start
    }
    return offset == 0 ? nil : offset *| first.scalarType.byteCount
  }
}

extension IndexMap {
  fileprivate var starts: [Int] { axes.map(\.start) }
  /// The map that begins at 0 along every axis.
  fileprivate var atZero: IndexMap {
    IndexMap(axes.map { AxisIndex(axis: $0.axis, start: 0, step: $0.step) })
  }
}
