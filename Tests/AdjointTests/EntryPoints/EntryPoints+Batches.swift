import Adjoint

// Functions and graphs of batches.
extension EntryPoint {
  static let batches: [EntryPoint] = [
    EntryPoint("vectorized(_ function: @escaping ([Value]) -> [Value], axes: [Int?]?)") { sweep in
      let square: ([Value]) -> [Value] = { values in values.map { $0 * $0 } }
      try Sample.each(sweep, Hostile.integers) { vectorized(square, axes: [$1])([$0]) }
      sweep.each(Hostile.lists, "axes ") {
        try vectorized(square, axes: $0)([Sample().x, Sample().x])
      }
      sweep.call("nil") { try vectorized(square, axes: [nil])([Sample().x]) }
      sweep.call("no argument") { vectorized(square)([]) }
      sweep.call("no result") { try vectorized { (_: [Value]) in [] }([Sample().x]) }
    },
    EntryPoint("vectorized(_ function: @escaping (Value) -> Value, axis: Int)") { sweep in
      try Sample.each(sweep, Hostile.integers) {
        vectorized({ (x: Value) in x.reshaped(to: x.shape) }, axis: $1)($0)
      }
    },
    EntryPoint(
      "vectorized(_ function: @escaping (Value, Value) -> Value, axes: (Int?, Int?))"
    ) { sweep in
      try Sample.each(sweep, Hostile.integers) {
        vectorized({ (x: Value, y: Value) in x + y }, axes: ($1, nil))($0, $0)
      }
      sweep.call("nil") {
        let x = try Sample().x
        return vectorized({ (x: Value, y: Value) in x + y }, axes: (nil, nil))(x, x)
      }
    },
    EntryPoint("Graph.vectorized(over inputs: [String], extent: Shape.Dimension)") { sweep in
      sweep.each(Hostile.names) { try graph().vectorized(over: [$0], extent: "N") }
      sweep.each(Hostile.integers, "extent ") {
        try graph().vectorized(over: ["x"], extent: .fixed($0))
      }
      sweep.each(Hostile.names, "extent ") {
        try graph().vectorized(over: ["x"], extent: .named($0))
      }
      sweep.call("none") { try graph().vectorized(over: [], extent: "N") }
      sweep.call("twice") { try graph().vectorized(over: ["x", "x"], extent: "N") }
      sweep.call("huge") { try huge().vectorized(over: ["x"], extent: 8) }
    },
    EntryPoint(
      "Graph.jacobian(of output: String, withRespectTo sources: [String], by order: JacobianOrder)"
    ) { sweep in named(sweep) { try $0.jacobian(of: $1, withRespectTo: $2) } },
    EntryPoint("Graph.hessian(of output: String, withRespectTo sources: [String])") { sweep in
      named(sweep) { try $0.hessian(of: $1, withRespectTo: $2) }
    },
    EntryPoint("Graph.hessianDiagonal(of output: String, withRespectTo sources: [String])") {
      sweep in named(sweep) { try $0.hessianDiagonal(of: $1, withRespectTo: $2) }
    },
    EntryPoint("Graph.hessianVectorProduct(of output: String, withRespectTo sources: [String])") {
      sweep in named(sweep) { try $0.hessianVectorProduct(of: $1, withRespectTo: $2) }
    },
    EntryPoint(
      "Graph.vectorHessianVectorProduct(of output: String, withRespectTo sources: [String])"
    ) { sweep in named(sweep) { try $0.vectorHessianVectorProduct(of: $1, withRespectTo: $2) } },
    EntryPoint("Graph.gaussNewtonProduct(of output: String, withRespectTo sources: [String])") {
      sweep in named(sweep) { try $0.gaussNewtonProduct(of: $1, withRespectTo: $2) }
    },
    EntryPoint(
      "Graph.linearized(of output: String, withRespectTo sources: [String], "
        + "directions extent: Shape.Dimension)"
    ) { sweep in
      named(sweep) { try $0.linearized(of: $1, withRespectTo: $2, directions: "N") }
      sweep.each(Hostile.integers, "extent ") {
        try graph().linearized(of: "loss", withRespectTo: ["w"], directions: .fixed($0))
      }
      sweep.each(Hostile.names, "extent ") {
        try graph().linearized(of: "loss", withRespectTo: ["w"], directions: .named($0))
      }
    },
    EntryPoint("jacobian(of function: @escaping (Value) -> Value, by order: JacobianOrder)") {
      sweep in
      for (name, value) in try Sample().values { sweep.call(name) { jacobian(of: sine)(value) } }
    },
    EntryPoint("hessian(of function: @escaping (Value) -> Value)") { sweep in
      for (name, value) in try Sample().values { sweep.call(name) { hessian(of: total)(value) } }
    },
    EntryPoint("hessianVectorProduct(of function: @escaping (Value) -> Value)") { sweep in
      for (name, value) in try Sample().values {
        sweep.call(name) { hessianVectorProduct(of: total)(value, value) }
      }
    },
  ]

  private static let sine: @Sendable (Value) -> Value = { sin($0) }
  private static let total: @Sendable (Value) -> Value = { sin($0).sum() }

  /// Calls with names that mean harm for an output and for a source, and with none.
  private static func named(
    _ sweep: Sweep, _ call: (Graph, String, [String]) throws -> Graph
  ) {
    sweep.each(Hostile.names) { try call(graph(), $0, ["w"]) }
    sweep.each(Hostile.names, "by ") { try call(graph(), "loss", [$0]) }
    sweep.call("by none") { try call(graph(), "loss", []) }
    sweep.call("by the same twice") { try call(graph(), "loss", ["w", "w"]) }
    sweep.call("huge") { try call(huge(), "loss", ["x"]) }
  }
}
