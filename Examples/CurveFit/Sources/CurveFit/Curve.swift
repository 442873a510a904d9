import Adjoint

/// The curve b1 + b2·exp(−b4·x) + b3·exp(−b5·x), and how its distance from points changes with b.
struct Curve {
  private let context: ExecutionContext

  /// A curve for points (x, y).
  ///
  /// - Throws: where the points are not as the graph takes them, or there is no memory.
  init(x xs: Tensor, y ys: Tensor) throws {
    let builder = GraphBuilder("curve")
    let x = builder.input("x", .f64, ["N"])
    let y = builder.input("y", .f64, ["N"])
    let b = builder.parameter("b", .f64, [5])
    let residuals = b[0] + b[1] * exp(-b[3] * x) + b[2] * exp(-b[4] * x) - y
    // The Jacobian J of the residuals, a column for each parameter, by forward mode.
    var columns: [Value] = []
    for place in 0..<5 {
      let direction = builder.constant(try Tensor((0..<5).map { $0 == place ? 1.0 : 0.0 }))
      let change = jacobianVectorProduct(
        of: [residuals], withRespectTo: [b], tangents: [direction])[0]
      columns.append(change.reshaped(to: [1, "N"]))
    }
    let transposedJacobian = concatenate(columns, axis: 0)
    builder.output("squares", (residuals * residuals).sum())
    builder.output("slope", matmul(transposedJacobian, residuals))
    builder.output("matrix", matmul(transposedJacobian, transposedJacobian.transposed()))

    let options = CompilationOptions(dimensions: ["N": xs.count])
    context = try builder.build().compiled(options).makeContext()
    try context.set("x", to: xs)
    try context.set("y", to: ys)
  }

  /// Runs the graph; the sum of the squares of the residuals.
  func squares(at b: [Double]) throws -> Double {
    try context.set("b", to: Tensor(b))
    try context.run()
    return try context.scalar("squares")
  }

  /// Jᵀr of the last run.
  func slope() throws -> [Double] { try context.output("slope").doubles }

  /// JᵀJ of the last run, row by row.
  func matrix() throws -> [Double] { try context.output("matrix").doubles }
}
