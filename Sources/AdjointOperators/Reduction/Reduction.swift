import AdjointCore
import AdjointGraph
import AdjointKernels

/// An operator that combines elements along axes: `y[kept] = ⊕ over reduced of x[kept, reduced]`.
package protocol Reduction: Operator {
  /// How elements are combined.
  static var combiner: Combiner { get }
  /// Whether it combines truth values too.
  static var takesTruthValues: Bool { get }
  /// The axes combined over, ascending; the result does not have them.
  var axes: [Int] { get }
  init(axes: [Int])
}

extension Reduction {
  package static var takesTruthValues: Bool { false }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("axes")
    self.init(axes: try attributes.integers("axes"))
  }

  package var attributes: AttributeList { AttributeList(["axes": .integers(axes)]) }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    if !Self.takesTruthValues { try operands[0].expectNumeric() }
    try operands[0].expectAscending(axes: axes)
    let kept = keptAxes(rank: operands[0].rank).map { operands[0].shape[$0] }
    return [TensorType(operands[0].scalarType, Shape(kept))]
  }

  package var batching: Batching {
    .rule { $0.applying(Self(axes: axes.map { $0 + 1 })) }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    let extents = try operands[0].boundExtents()
    var program = ScalarProgram()
    let load = program.append(.load(input: 0), operands[0].scalarType)
    let read = Access(
      operands[0].scalarType, extents: extents, map: .identity(rank: extents.count))
    let write = Access(
      results[0].scalarType, extents: try results[0].boundExtents(),
      map: IndexMap(keptAxes(rank: extents.count).map { AxisIndex(axis: AxisNumber($0)) }))
    return .loop(
      LoopNest(
        extents: extents, inputs: [LoopNest.Input(operand: 0, access: read)], program: program,
        outputs: [
          LoopNest.Output(result: 0, step: load, access: write, combiner: Self.combiner)
        ]))
  }

  /// The axes of the operand that the result still has.
  func keptAxes(rank: Int) -> [Int] { (0..<rank).filter { !axes.contains($0) } }

  /// A value of the result's shape repeated to the operand's.
  func broadcastBack(_ value: Value, over operand: Value) -> Value {
    value.repeated(over: operand, alongAxes: axes)
  }
}

extension Value {
  /// Applies a reduction over axes that may be negative, placing mistakes at the caller.
  func reduced<Wanted: Reduction>(
    _ axes: [Int], by reduction: Wanted.Type, _ file: String, _ line: Int
  ) -> Value {
    builder.placed(Wanted.mnemonic, of: [self], file, line) { () throws(Diagnostic) in
      try builder.apply(Wanted(axes: type.normalized(axes: axes)), [self])
    }
  }

  /// The same reduction with an extent of 1 in place of each axis.
  func reducedKeepingAxes<Wanted: Reduction>(
    _ axes: [Int], by reduction: Wanted.Type, _ file: String, _ line: Int
  ) -> Value {
    reduced(axes, by: reduction, file, line).restoringAxes(axes, of: self)
  }

  /// A reduction of truth values under a name of its own.
  func reducedTruth<Wanted: Reduction>(
    _ axes: [Int], by reduction: Wanted.Type, as name: String, _ file: String, _ line: Int
  ) -> Value {
    builder.placed(name, of: [self], file, line) { () throws(Diagnostic) in
      try type.expect("bool") { $0 == .bool }
      return try builder.apply(Wanted(axes: type.normalized(axes: axes)), [self])
    }
  }

  /// A reduced value with an extent of 1 in place of each axis that was reduced.
  func restoringAxes(_ axes: [Int], of operand: Value) -> Value {
    var shape = operand.shape
    // Axes that are out of range have poisoned this value.
    for axis in (try? operand.type.normalized(axes: axes)) ?? [] { shape[axis] = 1 }
    return reshaped(to: shape)
  }

  /// A value reduced over axes of the operand, repeated along them; the axes are not negative.
  func repeated(over operand: Value, alongAxes axes: [Int]) -> Value {
    let kept = (0..<operand.rank).filter { !axes.contains($0) }
    return builder.apply(Broadcast(shape: operand.shape, axes: kept), [self])
  }
}

extension Notation {
  /// `Σ(x)` over all axes, `Σ₀(x)` over the first.
  static func reduction(_ text: String, _ latex: String, over axes: [Int], of rank: Int) -> Notation
  {
    if axes.count == rank { return .function(text, latex) }
    let list = axes.map(String.init).joined(separator: ",")
    return .function("\(text)[\(list)]", "\(latex)_{\(list)}")
  }
}
