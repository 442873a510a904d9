import Adjoint

/// Rosenbrock's function with its gradient and its Hessian, in one graph.
struct Rosenbrock {
  private let context: ExecutionContext

  /// The function of a number of variables.
  ///
  /// - Throws: where there is no memory.
  init(_ count: Int) throws {
    let builder = GraphBuilder("rosenbrock")
    let x = builder.input("x", .f64, [count])
    let left = x[0..<(count - 1)]
    let right = x[1..<count]
    let valley = right - left * left
    let f = (100 * valley * valley + (1 - left) * (1 - left)).sum()

    // The Hessian, column by column: the change of the gradient along each axis, forward over reverse mode.
    let slope = gradients(of: f, withRespectTo: [x])[0]
    var columns: [Value] = []
    for place in 0..<count {
      let axis = builder.constant(try Tensor((0..<count).map { $0 == place ? 1.0 : 0.0 }))
      let change = jacobianVectorProduct(of: [slope], withRespectTo: [x], tangents: [axis])[0]
      columns.append(change.reshaped(to: [1, count]))
    }
    builder.output("f", f)
    builder.output("slope", slope)
    builder.output("hessian", concatenate(columns, axis: 0))
    context = try builder.build().compiled().makeContext()
  }

  /// Runs the graph at a point; the function's value.
  func value(at point: [Double]) throws -> Double {
    try context.set("x", to: Tensor(point))
    try context.run()
    return try context.scalar("f")
  }

  /// The gradient of the last run.
  func slope() throws -> [Double] { try context.output("slope").doubles }

  /// The Hessian of the last run, row by row.
  func hessian() throws -> [Double] { try context.output("hessian").doubles }
}
