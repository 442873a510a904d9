import Adjoint

/// The graph of a function with all products of its derivatives, by the public interface, and the lines of
/// a record that its inputs and outputs stand for.
struct ProductGraph {
  private(set) var graph: Graph
  /// The lines that inputs are given.
  private(set) var given: [(port: String, line: String)]
  /// The lines that outputs must have; several outputs have the same one where there are several ways to it.
  private(set) var outputs: [(port: String, line: String)] = [("y", "value")]
  /// The lines that must be 0, for nothing leads there.
  private(set) var zeros: [String] = []
  private let sources: [String]
  private let isScalar: Bool

  /// - Parameter orders: How Jacobians are computed; each gives the same numbers.
  init(
    _ function: ProductFunction, at point: ProductFunction.Point, orders: [JacobianOrder]
  ) throws {
    graph = try Graph(text: function.text, file: function.name)
    sources = graph.inputs.filter { $0.type.scalarType.isDifferentiable }.map(\.name)
    given = graph.inputs.map { ($0.name, $0.name) }
    isScalar = graph.outputs.allSatisfy { $0.type.shape.rank == 0 }
    if point.batched.isEmpty {
      try isScalar ? addProductsOfScalar() : addProducts(point, orders)
    } else {
      try addBatch(point)
    }
  }

  private func named(_ kind: String) -> [String] { sources.map { "\(kind) \($0)" } }
  private var pairs: [String] {
    sources.flatMap { row in sources.map { "hessian \(row) \($0)" } }
  }

  /// Writes further inputs and outputs, which stand for these lines, in their order.
  private mutating func add(
    _ outputLines: [String], given inputLines: [String] = [], _ write: (Graph) throws -> Graph
  ) throws {
    let next = try write(graph)
    let (inputCount, outputCount) = (graph.inputs.count, graph.outputs.count)
    given += zip(next.inputs.dropFirst(inputCount).map(\.name), inputLines).map { ($0, $1) }
    outputs += zip(next.outputs.dropFirst(outputCount).map(\.name), outputLines).map { ($0, $1) }
    guard next.inputs.count == inputCount + inputLines.count,
      next.outputs.count == outputCount + outputLines.count
    else { throw CorpusFunction.Malformed(description: "\(outputLines): \(next)") }
    graph = next
  }

  private mutating func addProductsOfScalar() throws {
    let (sources, tangents) = (sources, named("tangent"))
    try add(named("gradient")) { try $0.differentiated("y", withRespectTo: sources) }
    try add(named("hessian_product"), given: tangents) {
      try $0.hessianVectorProduct(of: "y", withRespectTo: sources)
    }
    try add(["curvature"], given: named("other") + tangents) {
      try $0.vectorHessianVectorProduct(of: "y", withRespectTo: sources)
    }
    try add(pairs) { try $0.hessian(of: "y", withRespectTo: sources) }
    try add(named("hessian_diagonal")) {
      try $0.hessianDiagonal(of: "y", withRespectTo: sources)
    }
  }

  private mutating func addProducts(
    _ point: ProductFunction.Point, _ orders: [JacobianOrder]
  ) throws {
    let (sources, tangents) = (sources, named("tangent"))
    try add(named("vjp"), given: ["cotangent"]) {
      try $0.differentiated("y", withRespectTo: sources)
    }
    try add(["jvp"], given: tangents) {
      try $0.differentiated("y", withRespectTo: sources, mode: .forward)
    }
    try add(named("gauss_newton"), given: tangents) {
      try $0.gaussNewtonProduct(of: "y", withRespectTo: sources)
    }
    for order in orders {
      try add(named("jacobian")) { try $0.jacobian(of: "y", withRespectTo: sources, by: order) }
    }
    for source in sources where point.lines["jacobian_jacobian \(source)"] != nil {
      let (line, first) = ("jacobian_jacobian \(source)", "jacobian \(source)")
      guard let port = outputs.first(where: { $0.line == first })?.port else { continue }
      let pairs = try graph.differentiability(of: [port], withRespectTo: [source]).pairs
      guard pairs.allSatisfy({ $0.dependence == .differentiable }) else {
        zeros.append(line)
        continue
      }
      try add([line]) {
        try $0.jacobian(of: port, withRespectTo: [source])
      }
    }
  }

  private mutating func addBatch(_ point: ProductFunction.Point) throws {
    let isRecorded = { (kind: String) in point.lines.keys.contains { $0.hasPrefix("\(kind) ") } }
    let sources = sources
    var batched = point.batched
    if isScalar {
      try add(named("gradient")) { try $0.differentiated("y", withRespectTo: sources) }
      if isRecorded("hessian") {
        try add(pairs) { try $0.hessian(of: "y", withRespectTo: sources) }
      }
    } else {
      try add(named("vjp"), given: ["cotangent"]) {
        try $0.differentiated("y", withRespectTo: sources)
      }
      if isRecorded("jacobian") {
        try add(named("jacobian")) { try $0.jacobian(of: "y", withRespectTo: sources) }
      }
      batched += given.filter { $0.line == "cotangent" }.map(\.port)
    }
    graph = try graph.vectorized(over: batched, extent: .fixed(ProductBatch.examples))
  }
}
