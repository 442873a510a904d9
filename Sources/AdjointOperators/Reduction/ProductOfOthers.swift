import AdjointCore
import AdjointGraph
import AdjointKernels

/// For each element the product of the other ones along axes, or a derivative of it along directions.
///
/// Operands are x and any number of directions v₁ … v_m of its type. Without directions,
/// `y_i = Π_{k≠i} x_k`. With them it is the derivative of that along each of them in turn:
///
///     y_i = Σ over j₁ … j_m, all different and not i, of v₁[j₁] · … · v_m[j_m] · Π_{k ≠ i, j₁ … j_m} x_k
///
/// The coefficients are symmetric in i, j₁ … j_m, so the operator is its own derivative: a tangent of
/// x is one more direction, and so is a cotangent; a tangent, or a cotangent, for v_r takes its place.
/// Both modes of any order therefore multiply and add only, and hold wherever elements are zero.
///
/// It is computed where the extents are numbers, so a graph may be differentiated before its
/// dimensions are bound. What stands before i is multiplied with what stands behind it, both found
/// by an exclusive scan in pairs (Blelloch, "Prefix Sums and Their Applications", 1990): O(n)
/// products for each set of directions in O(log n) nodes. Directions are carried by hyper-dual
/// numbers (Fike and Alonso, AIAA 2011-886). Every intermediate product is one of a run of
/// neighbours among the others; where these are representable, so is the result, with a relative
/// error of O(log n) roundings.
package struct ProductOfOthers: Operator {
  package static let mnemonic = "product_of_others"

  /// The most directions, those of the seventh derivative of a product.
  ///
  /// Each doubles the numbers that are carried, and trebles their products.
  static let maximumDirectionCount = 6

  /// The axes along which elements are multiplied, ascending.
  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("axes")
    self.init(axes: try attributes.integers("axes"))
  }

  package var attributes: AttributeList { AttributeList(["axes": .integers(axes)]) }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let type = try operands.expectEqual()
    try type.expectNumeric()
    try type.expectAscending(axes: axes)
    guard operands.count <= 1 + Self.maximumDirectionCount else {
      throw Diagnostic(
        .operandCount,
        "the operator takes at most \(Self.maximumDirectionCount) directions, not "
          + "\(operands.count - 1); write the product out as multiplications")
    }
    return [type]
  }

  package var derivative: Derivative {
    .rules(
      vjp: { site, cotangents in
        guard let cotangent = cotangents[0] else { return site.operands.map { _ in nil } }
        var contributions: [Value?] = []
        for (operand, wanted) in site.wanted.enumerated() {
          contributions.append(wanted ? moved(site, operand, along: cotangent) : nil)
        }
        return contributions
      },
      jvp: { site, tangents in
        var sum: Value?
        for (operand, tangent) in tangents.enumerated() {
          guard let tangent else { continue }
          let term = moved(site, operand, along: tangent)
          sum = if let sum { sum + term } else { term }
        }
        return [sum]
      })
  }

  /// The change of the result with one operand: of x along one more direction, of a direction with
  /// another in its place.
  private func moved(
    _ site: Derivative.Site, _ operand: Int, along direction: Value
  ) -> Value {
    var operands = site.operands
    if operand == 0 { operands.append(direction) } else { operands[operand] = direction }
    return site.builder.apply(self, operands)
  }

  package var batching: Batching {
    .rule { $0.applying(Self(axes: axes.map { $0 + 1 })) }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    let extents = try operands[0].boundExtents()
    // Over nothing there is nothing to compute.
    if extents.contains(0) { return .view }
    let count = axes.reduce(1) { $0 * extents[$1] }
    return try .graph(of: operands) { values in
      if count == 1 {
        return [values[0].builder.full(values.count == 1 ? 1 : 0, results[0])]
      }
      let line = MergedAxes(axes, of: extents)
      var merged: [Value] = []
      for value in values { merged.append(line.merged(value)) }
      let others = ExclusiveScan.others(
        HyperDual(merged[0], along: Array(merged.dropFirst())), axis: line.axis, count: count)
      // With more directions than other elements nothing is left of any product.
      guard let others else { return [values[0].builder.full(0, results[0])] }
      return [line.restored(others)]
    }
  }
}

/// Several axes of a tensor as one axis of another.
private struct MergedAxes {
  /// The one axis.
  let axis: Int
  private let permutation: [Int]
  private let mergedShape: Shape
  private let shape: Shape

  init(_ axes: [Int], of extents: [Int]) {
    let kept = extents.indices.filter { !axes.contains($0) }
    // Neighbouring axes are merged where they are, others behind the ones that are kept.
    let areNeighbours = zip(axes, axes.dropFirst()).allSatisfy { $0 + 1 == $1 }
    axis = areNeighbours ? axes.first ?? 0 : kept.count
    permutation = Array(kept[..<axis]) + axes + Array(kept[axis...])
    var merged = kept.map { extents[$0] }
    merged.insert(axes.reduce(1) { $0 * extents[$1] }, at: axis)
    mergedShape = Shape(extents: merged)
    shape = Shape(extents: permutation.map { extents[$0] })
  }

  func merged(_ value: Value) -> Value {
    value.transposed(permutation: permutation).reshaped(to: mergedShape)
  }

  func restored(_ value: Value) -> Value {
    let inverse = Transpose(permutation: permutation).inverse
    return value.reshaped(to: shape).transposed(permutation: inverse)
  }
}

// The page of the reference.
extension ProductOfOthers {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .reduction,
      "For each element the product of the other ones along axes, or a derivative of "
        + "that along directions.",
      formula: "yᵢ = Π_{k≠i} xₖ; with directions v₁ … vₘ, the derivative of that along each "
        + "of them in turn",
      operands: [
        OperatorPage.Part("x", "any shape"),
        OperatorPage.Part("v₁ … vₘ", "that of x; any number of them"),
      ],
      result: "The shape and type of x.",
      attributes: [OperatorPage.Part("axes", "the axes along which the others stand, ascending")],
      reverse: [
        "x̄ = the same operator with ȳ as one more direction",
        "v̄ᵣ = the same operator with ȳ in place of vᵣ",
      ],
      forward: "ẏ = the same operator with ẋ as one more direction, and with each v̇ᵣ in "
        + "place of vᵣ",
      conventions: [
        "It divides by nothing, so it is right where elements are 0. Over one element "
          + "the product of the others is 1."
      ],
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [2, 0, 5])], nil) {
        $0.apply(ProductOfOthers(axes: [0]), $1)
      })
  }
}
