import AdjointCore
import AdjointGraph
import AdjointKernels

/// A product of two tensors, summed over pairs of axes, for each position of a batch: `z[b…, i…,
/// j…] = Σ_k… x[b…, i…, k…] · y[b…, k…, j…]`, with the axes of the operands in any order.
///
/// The result has the batch axes in the order listed, then the left operand's free axes, then the
/// right one's, each in ascending order. Linear in either operand, and its transposes are of the
/// same kind. Products and sums of whole numbers wrap around.
package struct DotGeneral: Operator {
  package static let mnemonic = "dot_general"

  /// The part that the axes of one operand play; those not listed are free.
  package struct Side: Hashable, Sendable {
    /// Pairwise equal to the other operand's, and kept.
    package var batch: [Int]
    /// Pairwise equal to the other operand's, and summed over.
    package var contract: [Int]

    package init(batch: [Int] = [], contract: [Int]) {
      self.batch = batch
      self.contract = contract
    }

    /// The axes that are in one operand only, ascending.
    package func free(rank: Int) -> [Int] {
      (0..<rank).filter { !batch.contains($0) && !contract.contains($0) }
    }
  }

  package let left: Side
  package let right: Side

  package init(left: Side, right: Side) {
    self.left = left
    self.right = right
  }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("batch_left", "batch_right", "contract_left", "contract_right")
    self.init(
      left: Side(
        batch: try attributes.optionalIntegers("batch_left") ?? [],
        contract: try attributes.integers("contract_left")),
      right: Side(
        batch: try attributes.optionalIntegers("batch_right") ?? [],
        contract: try attributes.integers("contract_right")))
  }

  package var attributes: AttributeList {
    AttributeList([
      "batch_left": left.batch.isEmpty ? nil : .integers(left.batch),
      "batch_right": right.batch.isEmpty ? nil : .integers(right.batch),
      "contract_left": .integers(left.contract), "contract_right": .integers(right.contract),
    ])
  }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 2)
    let (x, y) = (operands[0], operands[1])
    try x.expectNumeric()
    guard x.scalarType == y.scalarType else {
      throw Diagnostic(
        .scalarTypeMismatch,
        "the operands have different scalar types, \(x) and \(y); cast one of them")
    }
    try left.check(x)
    try right.check(y)
    try Self.expectPairs(left.batch, of: x, right.batch, of: y, are: "batch")
    try Self.expectPairs(left.contract, of: x, right.contract, of: y, are: "contracted")
    let dimensions =
      left.batch.map { x.shape[$0] } + left.free(rank: x.rank).map { x.shape[$0] }
      + right.free(rank: y.rank).map { y.shape[$0] }
    return [TensorType(x.scalarType, Shape(dimensions))]
  }

  private static func expectPairs(
    _ leftAxes: [Int], of left: TensorType, _ rightAxes: [Int], of right: TensorType,
    are word: String
  ) throws(Diagnostic) {
    guard leftAxes.count == rightAxes.count else {
      throw Diagnostic(
        .invalidAttribute,
        "as many axes of the left operand as of the right one are \(word), not "
          + "\(leftAxes.count) and \(rightAxes.count)")
    }
    for (a, b) in zip(leftAxes, rightAxes) where left.shape[a] != right.shape[b] {
      throw Diagnostic(
        .shapeMismatch,
        "the \(word) axes differ: axis \(a) of \(left) has extent \(left.shape[a]), axis \(b) of "
          + "\(right) has \(right.shape[b])")
    }
  }

  package var derivative: Derivative {
    .multilinear { site, cotangent in
      [
        site.wanted[0] ? cotangentOfLeft(cotangent, site) : nil,
        site.wanted[1] ? cotangentOfRight(cotangent, site) : nil,
      ]
    }
  }

  /// An axis of the batch is one of both operands, a free axis is one of its own operand.
  package func passage(of axis: Int, operands: [TensorType]) -> AxisPassage? {
    let free = [left.free(rank: operands[0].rank), right.free(rank: operands[1].rank)]
    let axes: [Int?] =
      if axis < left.batch.count {
        [left.batch[axis], right.batch[axis]]
      } else if axis - left.batch.count < free[0].count {
        [free[0][axis - left.batch.count], nil]
      } else {
        [nil, free[1][axis - left.batch.count - free[0].count]]
      }
    return AxisPassage(axes) { _ in self }
  }
}

extension DotGeneral.Side {
  /// Refuses axes that the operand does not have, and axes listed twice.
  fileprivate func check(_ operand: TensorType) throws(Diagnostic) {
    for axis in batch + contract where axis < 0 || axis >= operand.rank {
      throw Diagnostic(
        .invalidAttribute, "the axis \(axis) is not one of the \(operand.rank) axes of \(operand)")
    }
    guard Set(batch + contract).count == batch.count + contract.count else {
      throw Diagnostic(
        .invalidAttribute,
        "an axis of \(operand) is listed twice in batch \(batch) and contract \(contract); "
          + "give each once"
      )
    }
  }
}

// The page of the reference.
extension DotGeneral {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .linear,
      "A product of two tensors, summed over pairs of axes, for each position of a "
        + "batch.",
      formula: "z[b…, i…, j…] = Σ_k… x[b…, i…, k…] · y[b…, k…, j…], the axes of x and y in "
        + "any order",
      operands: [
        OperatorPage.Part("x", "any shape"),
        OperatorPage.Part("y", "equal to x along the paired axes"),
      ],
      result: "The batch axes, then the other axes of x, then those of y.",
      attributes: [
        OperatorPage.Part("contract_left", "the axes of x that are summed over"),
        OperatorPage.Part("contract_right", "those of y, in pairs with them"),
        OperatorPage.Part(
          "batch_left", "the axes of x that are kept and paired; none where it is not given"),
        OperatorPage.Part("batch_right", "those of y"),
      ],
      reverse: [
        "x̄ = the product of z̄ and y, summed over the other axes of y",
        "ȳ = the product of x and z̄, summed over the other axes of x",
      ],
      forward: "ż = ẋ · y + x · ẏ, products of the same kind",
      conventions: [
        "Over an axis of extent 0 the sums are 0.",
        "Products and sums of whole numbers wrap around; they are computed by plain "
          + "loops.",
      ],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", .f64, [2, 3], elements: [1, 2, 3, 4, 5, 6]),
          OperatorPage.Input("y", .f64, [3, 2], elements: [1, 0, 0, 1, 1, 1]),
        ], "dotGeneral(x, y, contracting: [(1, 0)])"
      ) { dotGeneral($1[0], $1[1], contracting: [(1, 0)]) })
  }
}

extension DotGeneral {
  package func notation(for operands: [TensorType]) -> Notation? {
    // Products of matrices and vectors, each with one contracted axis and no batch.
    guard left.batch.isEmpty, right.batch.isEmpty, left.contract.count == 1,
      right.contract.count == 1,
      operands.allSatisfy({ $0.rank == 1 || $0.rank == 2 })
    else { return nil }
    let isLeftTransposed = operands[0].rank == 2 && left.contract == [0]
    let isRightTransposed = operands[1].rank == 2 && right.contract == [1]
    func factor(_ place: Int, _ isTransposed: Bool, _ sign: String) -> [Notation.Part] {
      isTransposed
        ? [.operand(place, atLeast: .atom), .text(sign)] : [.operand(place, atLeast: .prefix)]
    }
    return Notation(
      .product,
      text: factor(0, isLeftTransposed, "ᵀ") + [.text(" ")] + factor(1, isRightTransposed, "ᵀ"),
      latex: factor(0, isLeftTransposed, "^{\\top}") + [.text(" ")]
        + factor(1, isRightTransposed, "^{\\top}"))
  }
}
