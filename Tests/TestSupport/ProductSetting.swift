import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

/// A graph with derivative products of its outputs `y` and `last` as further outputs.
///
/// What is one list of numbers is one output for each source, or target, with its number behind a point: the
/// tangents are `tangent.0` and `tangent.1`. The directions u and v are inputs, and so are the cotangents c and
/// the unit tensors, of which one has a 1.
struct ProductSetting {
  let graph: Graph
  /// The same with bodies in place of calls and composites, each computed once, which takes a fraction of the time.
  let expanded: Graph
  /// The inputs and parameters that y depends on.
  let sources: [String]
  /// The values of all inputs and parameters.
  let values: [String: Tensor]

  init?(
    of graph: Graph, writing products: Set<ProductCheck.Product>, seed: UInt64
  ) throws {
    let sources = try graph.differentiability(of: ["y"]).pairs
      .filter { $0.dependence == .differentiable }.map(\.source)
    if sources.isEmpty { return nil }
    let builder = GraphBuilder(extending: graph)
    let inputs = try sources.map { builder.value(try graph.value(ofSource: $0)) }
    let y = builder.value(try graph.value(named: "y"))
    let writer = ProductWriter(
      builder: builder, inputs: inputs,
      targets: [y, builder.value(try graph.value(named: "last"))],
      u: Self.directions("u", inputs), v: Self.directions("v", inputs))
    writer.writeFirst()
    writer.writeSecond()
    if products.contains(.jacobian) { writer.writeJacobians() }
    if products.contains(.hessian) { writer.writeHessian() }
    if !products.isDisjoint(with: [.hessian, .diagonal]) {
      writer.output(
        "column",
        hessianVectorProduct(
          of: y, withRespectTo: inputs, tangents: Self.directions("unit", inputs)))
    }
    if products.contains(.diagonal) {
      writer.output("diagonal", hessianDiagonal(of: y, withRespectTo: inputs))
    }
    self.graph = try builder.build()
    expanded = try Pass.compositeExpansion(self.graph)
    self.sources = sources
    var values = try self.graph.randomSources(seed: seed)
    // One element of all directions together is 1.
    let counts = inputs.map { $0.shape.elementCount ?? 1 }
    var place = Int(seed % UInt64(max(1, counts.reduce(0, +))))
    for (number, input) in inputs.enumerated() {
      var elements = Array(repeating: 0.0, count: counts[number])
      if elements.indices.contains(place) { elements[place] = 1 }
      place -= counts[number]
      values["unit.\(number)"] = try Tensor(.f64(elements), extents: input.shape.extents ?? [])
    }
    self.values = values
  }

  private static func directions(_ name: String, _ inputs: [Value]) -> [Value] {
    inputs.enumerated().map { $1.builder.input("\(name).\($0)", .f64, $1.shape) }
  }
}

/// Writes products of targets and inputs as outputs.
private struct ProductWriter {
  let builder: GraphBuilder
  let inputs: [Value]
  /// A scalar first.
  let targets: [Value]
  let u: [Value]
  let v: [Value]

  func output(_ name: String, _ values: [Value]) {
    for (number, value) in values.enumerated() { builder.output("\(name).\(number)", value) }
  }

  func writeFirst() {
    let cotangents = targets.enumerated().map { builder.input("c.\($0)", .f64, $1.shape) }
    output("gradient", gradients(of: targets[0], withRespectTo: inputs))
    let tangents = jacobianVectorProduct(of: targets, withRespectTo: inputs, tangents: u)
    output("tangent", tangents)
    output(
      "adjoint",
      vectorJacobianProduct(of: targets, cotangents: cotangents, withRespectTo: inputs))
    output(
      "reverseTangent",
      jacobianVectorProductByReverse(of: targets, withRespectTo: inputs, tangents: u))
    output("gaussNewton", gaussNewtonProduct(of: targets, withRespectTo: inputs, tangents: u))
    output(
      "gaussNewtonByParts",
      vectorJacobianProduct(of: targets, cotangents: tangents, withRespectTo: inputs))
    let map = linearized(of: targets, withRespectTo: inputs)
    output("linear", map(u))
    let pairs = zip(u, v).map { first, second in
      concatenate(
        [first, second].map { $0.reshaped(to: Shape([.fixed(1)] + $0.shape.dimensions)) }, axis: 0)
    }
    output("many", vectorized(map)(pairs))
  }

  func writeSecond() {
    let y = targets[0]
    output("product", hessianVectorProduct(of: y, withRespectTo: inputs, tangents: u))
    builder.output(
      "curvature.0",
      vectorHessianVectorProduct(of: y, withRespectTo: inputs, left: v, right: u))
    builder.output(
      "curvatureTransposed.0",
      vectorHessianVectorProduct(of: y, withRespectTo: inputs, left: u, right: v))
  }

  func writeJacobians() {
    for order in [JacobianOrder.rows, .columns, .bracketed] {
      let blocks = jacobian(of: targets, withRespectTo: inputs, by: order)
      for (row, list) in blocks.enumerated() { output("\(order).\(row)", list) }
    }
  }

  func writeHessian() {
    let blocks = hessian(of: targets[0], withRespectTo: inputs)
    for (row, list) in blocks.enumerated() { output("hessian.\(row)", list) }
  }
}

/// The values of the products.
struct ProductNumbers {
  let outputs: [String: Tensor]
  private let inputs: [String: Tensor]
  let sourceCounts: [Int]
  let targetCounts: [Int]

  init(of setting: ProductSetting) throws {
    outputs = try GraphInterpreter.evaluate(setting.expanded, setting.values).outputs
    inputs = setting.values
    sourceCounts = setting.sources.map { setting.values[$0]?.doubles.count ?? 0 }
    targetCounts = [1, outputs["last"]?.doubles.count ?? 0]
  }

  /// The numbers of an output, or an input, of several parts, one after the other.
  subscript(name: String) -> [Double] { parts(name).flatMap(\.doubles) }

  /// Those of an output for so many directions, whose parts have an axis of them in front.
  func lists(_ name: String, of count: Int) -> [[Double]] {
    let parts = parts(name).map(\.doubles)
    return (0..<count).map { number in
      parts.flatMap { part in
        let own = part.count / count
        return part[number * own..<(number + 1) * own]
      }
    }
  }

  private func parts(_ name: String) -> [Tensor] {
    var tensors: [Tensor] = []
    while let next = outputs["\(name).\(tensors.count)"] ?? inputs["\(name).\(tensors.count)"] {
      tensors.append(next)
    }
    return tensors
  }

  /// The rows of a matrix whose blocks are outputs.
  func matrix(_ name: String, _ rows: [Int], _ columns: [Int]) -> [[Double]] {
    rows.indices.flatMap { block in
      (0..<rows[block]).map { row in
        columns.indices.flatMap { column -> ArraySlice<Double> in
          let elements = outputs["\(name).\(block).\(column)"]?.doubles ?? []
          let start = row * columns[column]
          return elements.count >= start + columns[column]
            ? elements[start..<start + columns[column]] : []
        }
      }
    }
  }
}
