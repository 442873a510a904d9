import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointOperators

extension Pass {
  /// Computes nodes whose operands are all known, where the result is small.
  ///
  ///     %a = constant {value = 2.0, type = f32[]}          %c = constant {value = 6.0, type = f32[]}
  ///     %b = constant {value = 3.0, type = f32[]}    →
  ///     %c = multiply(%a, %b)
  ///
  /// An element-wise node of numbers that are the same everywhere is computed once and broadcast,
  /// whatever its size.
  public static let constantFolding = Pass(
    "constant-folding", "compute nodes whose operands are known"
  ) { (graph) throws(Diagnostic) in
    var rewriter = GraphRewriter()
    rewriter.live = graph.liveNodes
    rewriter.mergesEqualNodes = true
    return try rewriter.rewrite(graph) { (builder, node, _) throws(Diagnostic) -> [Value]? in
      guard let operation = node.operation, !node.operands.isEmpty,
        node.operands.allSatisfy({ builder.value($0).isKnown })
      else { return nil }
      return try folded(
        operation, node.operands.map(builder.value), node.resultTypes, in: builder)
    }
  }

  /// Results with more elements than this are computed at run time, not stored.
  private static let largestResult = 1024

  private static func folded(
    _ operation: any Operator, _ operands: [Value], _ types: [TensorType], in builder: GraphBuilder
  ) throws(Diagnostic) -> [Value]? {
    let tensors = operands.compactMap(\.constantTensor)
    let counts = types.compactMap(\.shape.elementCount)
    // A broadcast of a constant is the small form already.
    let most = min(largestResult, tensors.map(\.count).max() ?? 0)
    if tensors.count == operands.count, counts.count == types.count,
      counts.allSatisfy({ $0 <= most })
    {
      return try GraphInterpreter.evaluate(operation, tensors, types).map { builder.constant($0) }
    }
    guard types.count == 1 else { return nil }
    return try reducedUniform(operation, operands, types[0], in: builder).map { [$0] }
  }

  /// An element-wise operator on numbers that are the same everywhere.
  private static func reducedUniform(
    _ operation: any Operator, _ operands: [Value], _ type: TensorType, in builder: GraphBuilder
  ) throws(Diagnostic) -> Value? {
    var scalars: [Tensor] = []
    for operand in operands {
      guard let element = operand.constantElement else { return nil }
      scalars.append(element)
    }
    guard type.rank > 0, let nest = operation.elementwiseNest(on: operands.map(\.type)) else {
      return nil
    }
    let scalarType = TensorType(type.scalarType, .scalar)
    let result = try KernelInterpreter.run(
      [.loopNest(nest.atOnePoint)], operands: scalars, resultTypes: [scalarType])[0]
    return builder.constant(result).expanded(to: type.shape)
  }
}
