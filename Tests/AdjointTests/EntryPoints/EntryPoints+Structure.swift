import Adjoint

extension EntryPoint {
  /// A reduction over axes.
  private static func reduction(
    _ name: String, _ reduce: @escaping @Sendable (Value, [Int]) throws -> Value
  ) -> EntryPoint {
    EntryPoint(name) { sweep in try Sample.each(sweep, Hostile.lists) { try reduce($0, $1) } }
  }

  static let reductions: [EntryPoint] = [
    reduction("Value.sum(squeezingAxes axes: [Int])") { $0.sum(squeezingAxes: $1) },
    reduction("Value.sum(alongAxes axes: [Int])") { $0.sum(alongAxes: $1) },
    reduction("Value.product(squeezingAxes axes: [Int])") { $0.product(squeezingAxes: $1) },
    reduction("Value.product(alongAxes axes: [Int])") { $0.product(alongAxes: $1) },
    reduction("Value.max(squeezingAxes axes: [Int])") { $0.max(squeezingAxes: $1) },
    reduction("Value.max(alongAxes axes: [Int])") { $0.max(alongAxes: $1) },
    reduction("Value.min(squeezingAxes axes: [Int])") { $0.min(squeezingAxes: $1) },
    reduction("Value.min(alongAxes axes: [Int])") { $0.min(alongAxes: $1) },
    reduction("Value.any(squeezingAxes axes: [Int])") { $0.any(squeezingAxes: $1) },
    reduction("Value.any(alongAxes axes: [Int])") { $0.any(alongAxes: $1) },
    reduction("Value.all(squeezingAxes axes: [Int])") { $0.all(squeezingAxes: $1) },
    reduction("Value.all(alongAxes axes: [Int])") { $0.all(alongAxes: $1) },
    reduction("Value.mean(squeezingAxes axes: [Int])") { $0.mean(squeezingAxes: $1) },
    reduction("Value.mean(alongAxes axes: [Int])") { $0.mean(alongAxes: $1) },
    reduction("Value.variance(squeezingAxes axes: [Int])") { $0.variance(squeezingAxes: $1) },
    reduction("Value.variance(alongAxes axes: [Int])") { $0.variance(alongAxes: $1) },
    reduction("logSumExp(_ x: Value, squeezingAxes axes: [Int])") {
      logSumExp($0, squeezingAxes: $1)
    },
    reduction("logSumExp(_ x: Value, alongAxes axes: [Int])") { logSumExp($0, alongAxes: $1) },
    reduction("Value.logSumExp(squeezingAxes axes: [Int])") { $0.logSumExp(squeezingAxes: $1) },
    reduction("Value.logSumExp(alongAxes axes: [Int])") { $0.logSumExp(alongAxes: $1) },
    EntryPoint("Value.argmax(axis: Int)") { sweep in
      try Sample.each(sweep, Hostile.integers) { $0.argmax(axis: $1) }
    },
    EntryPoint("Value.argmin(axis: Int)") { sweep in
      try Sample.each(sweep, Hostile.integers) { $0.argmin(axis: $1) }
    },
    EntryPoint("Value.softmax(axis: Int)") { sweep in
      try Sample.each(sweep, Hostile.integers) { $0.softmax(axis: $1) }
    },
    EntryPoint("Value.logSoftmax(axis: Int)") { sweep in
      try Sample.each(sweep, Hostile.integers) { $0.logSoftmax(axis: $1) }
    },
    EntryPoint("softmax(_ x: Value, axis: Int)") { sweep in
      try Sample.each(sweep, Hostile.integers) { softmax($0, axis: $1) }
    },
    EntryPoint("logSoftmax(_ x: Value, axis: Int)") { sweep in
      try Sample.each(sweep, Hostile.integers) { logSoftmax($0, axis: $1) }
    },
    EntryPoint(
      "layerNorm(_ x: Value, scale: Value, offset: Value, axes: [Int], epsilon: Double)"
    ) { sweep in
      try Sample.each(sweep, Hostile.lists) { layerNorm($0, scale: $0, offset: $0, axes: $1) }
      sweep.each(Hostile.doubles) { epsilon in
        let x = try Sample().x
        let row = x.sum(squeezingAxes: [0])
        return layerNorm(x, scale: row, offset: row, epsilon: epsilon)
      }
    },
  ]

  static let structure: [EntryPoint] = [
    EntryPoint("Value.subscript(selections: any AxisSelecting...)") { sweep in
      sweep.each(Hostile.integers) { try Sample().x[$0] }
      sweep.each(Hostile.integers, "from ") { try Sample().x[.all, $0...] }
      sweep.call("of a named axis") { GraphBuilder().input("x", .f32, ["B"])[0] }
      sweep.call("too many") { try Sample().scalar[0] }
    },
    EntryPoint("Value.gathered(at indices: Value, axis: Int)") { sweep in
      sweep.each(Hostile.integers) { axis in
        let sample = try Sample()
        return sample.x.gathered(at: sample.indices, axis: axis)
      }
      sweep.call("at fractions") { try Sample().x.gathered(at: Sample().x) }
    },
    EntryPoint("Value.scatterAdding(_ updates: Value, at indices: Value, axis: Int)") { sweep in
      sweep.each(Hostile.integers) { axis in
        let sample = try Sample()
        return sample.x.scatterAdding(sample.x, at: sample.indices, axis: axis)
      }
    },
    EntryPoint(
      "dotGeneral(_ left: Value, _ right: Value, contracting pairs: [(left: Int, right: Int)], "
        + "batch: [(left: Int, right: Int)])"
    ) { sweep in
      for axis in Hostile.integers {
        try Sample.each(sweep, Hostile.integers, "\(Hostile.label(axis)) ") {
          dotGeneral($0, $0, contracting: [(axis, $1)])
        }
        sweep.call("batch \(Hostile.label(axis))") {
          let x = try Sample().x
          return dotGeneral(x, x, contracting: [(0, 0)], batch: [(axis, axis)])
        }
      }
      sweep.call("none") { try dotGeneral(Sample().huge, Sample().huge, contracting: []) }
      sweep.call("twice") {
        let x = try Sample().x
        return dotGeneral(x, x, contracting: [(0, 0), (0, 0)], batch: [(1, 1), (1, 1)])
      }
    },
    EntryPoint("concatenate(_ values: [Value], axis: Int)") { sweep in
      try Sample.each(sweep, Hostile.integers) { concatenate([$0, $0], axis: $1) }
      sweep.call("none") { concatenate([], axis: 0) }
    },
    EntryPoint("Value.broadcast(to shape: Shape, axes: [Int])") { sweep in
      sweep.each(Hostile.shapes) { try Sample().scalar.broadcast(to: $0, axes: []) }
      sweep.each(Hostile.lists) { try Sample().x.broadcast(to: [4, 2, 3], axes: $0) }
    },
    EntryPoint("Value.reshaped(to shape: Shape)") { sweep in
      try Sample.each(sweep, Hostile.shapes) { $0.reshaped(to: $1) }
    },
    EntryPoint("Value.transposed(permutation: [Int]?)") { sweep in
      try Sample.each(sweep, Hostile.lists) { $0.transposed(permutation: $1) }
    },
    EntryPoint("Value.sliced(axes: [Int]?, from starts: [Int], to limits: [Int], strides: [Int]?)")
    {
      sweep in
      try Sample.each(sweep, Hostile.lists) { $0.sliced(from: $1, to: $1) }
      try Sample.each(sweep, Hostile.integers, "from ") {
        $0.sliced(axes: [0], from: [$1], to: [2])
      }
      try Sample.each(sweep, Hostile.integers, "to ") {
        $0.sliced(axes: [0], from: [0], to: [$1])
      }
      try Sample.each(sweep, Hostile.integers, "by ") {
        $0.sliced(axes: [0], from: [0], to: [2], strides: [$1])
      }
      sweep.each(Hostile.lists, "axes ") { try Sample().x.sliced(axes: $0, from: [0], to: [1]) }
    },
    EntryPoint(
      "Value.padded(low: [Int], high: [Int], interior: [Int]?, with value: Double)"
    ) { sweep in
      for axis in Hostile.integers {
        sweep.each(Hostile.integers, "\(Hostile.label(axis)) ") {
          try Sample().x.padded(low: [axis, 0], high: [$0, 0])
        }
        sweep.each(Hostile.integers, "inside \(Hostile.label(axis)) ") {
          try Sample().x.padded(low: [axis, 0], high: [0, 0], interior: [$0, 0])
        }
      }
      try Sample.each(sweep, Hostile.lists) { $0.padded(low: $1, high: $1, interior: $1) }
      sweep.each(Hostile.doubles) {
        try Sample().whole.padded(low: [1, 1], high: [0, 0], with: $0)
      }
    },
    EntryPoint(
      "Value.padded(low: [Int], high: [Int], interior: [Int]?, with value: Integer)"
    ) { sweep in
      sweep.each(Hostile.integers) {
        try Sample().byte.padded(low: [1, 1], high: [0, 0], with: $0)
      }
      sweep.call("2^64 - 1") {
        try Sample().whole.padded(low: [1, 1], high: [0, 0], with: UInt64.max)
      }
    },
    EntryPoint("GraphBuilder.iota(_ scalarType: ScalarType, _ shape: Shape, axis: Int)") { sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.integers, "\(type) ") {
          GraphBuilder().iota(type, [2, 3], axis: $0)
        }
        sweep.each(Hostile.shapes, "\(type) ") { GraphBuilder().iota(type, $0) }
      }
    },
    EntryPoint("GraphBuilder.constant(_ tensor: Tensor)") { sweep in
      sweep.each(try Hostile.tensors) { GraphBuilder().constant($0) }
    },
    EntryPoint("GraphBuilder.constant(_ value: Double, _ scalarType: ScalarType)") { sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.doubles, "\(type) ") { GraphBuilder().constant($0, type) }
      }
    },
    EntryPoint("GraphBuilder.constant(_ value: Integer, _ scalarType: ScalarType)") { sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.integers, "\(type) ") { GraphBuilder().constant($0, type) }
        sweep.call("\(type) 2^64 - 1") { GraphBuilder().constant(UInt64.max, type) }
      }
    },
  ]
}
