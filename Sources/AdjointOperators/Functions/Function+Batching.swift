import AdjointCore
import AdjointGraph

extension Function {
  /// The function of batches: of the operands named and of all results one for each example.
  ///
  /// It is derived once for each choice of operands, for any extent. Derivatives that were supplied are batched
  /// as well: what an operand that all examples share is given by each of them is summed.
  func batched(_ isBatched: [Bool]) throws(Diagnostic) -> Function {
    let places = isBatched.indices.filter { isBatched[$0] }
    var full = "\(name).batch"
    if places.count < isBatched.count { full += places.map { ".\($0)" }.joined() }
    let made = try derived(full) { () throws(Diagnostic) in
      try Function(batchedBody(isBatched).renamed(full.asDerivedName)).withDerivatives(
        vectorJacobianProduct: batchedPullback(isBatched, full),
        jacobianVectorProduct: batchedPushforward(isBatched))
    }
    // A key has one function, or none where there is none to derive; here there always is.
    return made ?? self
  }

  private func batchedBody(_ isBatched: [Bool]) throws(Diagnostic) -> Graph {
    let arithmetic = StandardBatching()
    let extent = Dimension.named(body.freeDimensionName)
    let names = zip(inputs, isBatched).filter(\.1).map(\.0.name)
    let (builder, writer) = try body.batched(over: Set(names), extent, arithmetic)
    for output in body.outputList {
      guard let image = writer[output.value] else { continue }
      builder.output(
        output.name, image.isBatched ? image.value : arithmetic.repeated(image.value, extent))
    }
    return try builder.build()
  }

  /// Which of the operands, results and directions of a supplied derivative are batched.
  private func batchedPushforward(_ isBatched: [Bool]) throws(Diagnostic) -> Function? {
    let directions = zip(inputs, isBatched).filter { $0.0.type.scalarType.isDifferentiable }
    return try jacobianVectorProduct?.batched(
      isBatched + outputs.map { _ in true } + directions.map(\.1))
  }

  private func batchedPullback(_ isBatched: [Bool], _ full: String) throws(Diagnostic) -> Function?
  {
    guard let pullback = vectorJacobianProduct else { return nil }
    let directions = outputs.filter(\.type.scalarType.isDifferentiable)
    let batched = try pullback.batched(
      isBatched + outputs.map { _ in true } + directions.map { _ in true })
    let isShared = zip(inputs, isBatched).filter { $0.0.type.scalarType.isDifferentiable }
      .map { !$0.1 }
    guard isShared.contains(true) else { return batched }
    return try Function("\(full.asDerivedName).vjp", batched.inputs.map(\.type)) { values in
      zip(values[0].builder.call(batched, values), isShared).map { cotangent, isShared in
        isShared ? cotangent.sum(squeezingAxes: [0]) : cotangent
      }
    }
  }
}

extension Graph {
  /// The name of a dimension that the graph does not have.
  fileprivate var freeDimensionName: String {
    let taken = Set(dimensionNames)
    var name = "N"
    var number = 2
    while taken.contains(name) {
      name = "N\(number)"
      number += 1
    }
    return name
  }
}
