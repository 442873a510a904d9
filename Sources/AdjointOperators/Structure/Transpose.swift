import AdjointCore
import AdjointGraph
import AdjointKernels

/// The same elements with the axes in another order.
///
/// Axis i of the result is axis `permutation[i]` of the operand. Its transpose is the inverse
/// permutation.
package struct Transpose: Operator {
  package static let mnemonic = "transpose"

  package let permutation: [Int]
  package init(permutation: [Int]) { self.permutation = permutation }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("permutation")
    self.init(permutation: try attributes.integers("permutation"))
  }

  package var attributes: AttributeList { AttributeList(["permutation": .integers(permutation)]) }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    guard permutation.sorted() == Array(0..<operands[0].rank) else {
      throw Diagnostic(
        .invalidAttribute,
        "the permutation \(permutation) does not name each of the \(operands[0].rank) axes of "
          + "\(operands[0]) once")
    }
    return [TensorType(operands[0].scalarType, permuted(operands[0].shape))]
  }

  package var derivative: Derivative {
    .movement { site, cotangent in
      [site.builder.apply(Transpose(permutation: inverse), [cotangent])]
    }
  }

  package var batching: Batching {
    .rule { $0.applying(Self(permutation: [0] + permutation.map { $0 + 1 })) }
  }

  package func passage(of axis: Int, operands: [TensorType]) -> AxisPassage? {
    AxisPassage([permutation[axis]]) { _ in self }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    if keepsOrder(of: operands[0].shape) { return .view }
    let extents = try results[0].boundExtents()
    return .loop(
      try .copy(
        extents: extents, of: operands[0],
        through: IndexMap(inverse.map { AxisIndex(axis: AxisNumber($0)) }),
        to: results[0], through: .identity(rank: extents.count)))
  }

  /// The permutation that undoes this one.
  var inverse: [Int] {
    var inverse = permutation
    for (axis, source) in permutation.enumerated() { inverse[source] = axis }
    return inverse
  }

  private func permuted(_ shape: Shape) -> Shape { Shape(permutation.map { shape[$0] }) }

  /// Whether the elements stay where they are in memory: only axes of extent 1 move.
  func keepsOrder(of shape: Shape) -> Bool {
    let moved = permutation.filter { shape[$0] != 1 }
    return moved == moved.sorted()
  }
}

extension Value {
  /// The axes in another order: axis i of the result is axis `permutation[i]` of this value;
  /// without a permutation, in reverse order, which for a matrix is its transpose.
  ///
  /// `y[i₀, i₁, …] = x[…]` with `shape(y)[k] = shape(x)[permutation[k]]`. Negative numbers count
  /// from the back. The derivative is the inverse permutation of the cotangent.
  ///
  /// Mistakes: `.invalidArgument` for an axis out of range, `.invalidAttribute` where the permutation does
  /// not name each axis once.
  public func transposed(
    permutation: [Int]? = nil, file: String = #fileID, line: Int = #line
  ) -> Value {
    builder.placed("transpose", of: [self], file, line) { () throws(Diagnostic) in
      var axes: [Int] = []
      for axis in permutation ?? (0..<rank).reversed() {
        axes.append(try type.normalized(axis: axis))
      }
      return builder.apply(Transpose(permutation: axes), [self])
    }
  }
}

// The page of the reference.
extension Transpose {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .structure, "The same elements with the axes in another order.",
      formula: "Axis i of y is axis permutation[i] of x",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The extents of x in the order of the permutation.",
      attributes: [OperatorPage.Part("permutation", "each axis of x once")],
      reverse: ["x̄ = ȳ, transposed by the inverse permutation"],
      forward: "ẏ = ẋ, transposed in the same way",
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [1, 2, 3, 4, 5, 6])],
        "x.transposed(permutation: [1, 0])"
      ) { $1[0].transposed(permutation: [1, 0]) })
  }
}

extension Transpose {
  package func notation(for operands: [TensorType]) -> Notation? {
    // Of a matrix it is known which axes change places.
    operands[0].rank == 2
      ? Notation(
        .power, text: [.operand(0, atLeast: .atom), .text("ᵀ")],
        latex: [.text("{"), .operand(0, atLeast: .atom), .text("}^{\\top}")])
      : nil
  }
}
