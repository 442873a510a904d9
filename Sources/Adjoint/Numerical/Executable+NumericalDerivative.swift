import AdjointCore
import AdjointGraph

extension Executable {
  /// The gradient of an output by differences: `∂(Σ c·y)/∂xᵢ` for each element of each source.
  ///
  /// The function is what was compiled; compile with an empty pipeline to differentiate a graph as it is
  /// written. Each element costs between 8 and 48 runs.
  ///
  /// ```swift
  /// let builder = GraphBuilder("cubes")
  /// let x = builder.input("x", .f64, [2])
  /// builder.output("y", (x * x * x).sum())
  /// let gradient = try builder.build().compiled().numericalGradient(
  ///   of: "y", withRespectTo: ["x"], at: ["x": Tensor([1.0, 2.0])])
  /// print(gradient["x"]?.derivative ?? "", gradient["x"]?.error ?? "")  // about 3 and 12
  /// ```
  ///
  /// - Parameters:
  ///   - output: The output y, of type f64.
  ///   - sources: Inputs and parameters of type f64.
  ///   - values: The point, as for a call of the executable.
  ///   - cotangent: The weights c, of the type of the output; a scalar needs none.
  ///   - method: How derivatives are worked out.
  /// - Throws: `.unknownName` for a name that no output or source has, `.duplicateName` for a source given
  ///   twice; `.scalarTypeMismatch` for one that is not f64; `.shapeMismatch` for an output that is no scalar
  ///   without a cotangent of its type; `.invalidArgument` for a step that is not above 0 or finite, or no
  ///   source; and what a call throws.
  public func numericalGradient(
    of output: String, withRespectTo sources: [String], at values: [String: Tensor],
    cotangent: Tensor? = nil, by method: DifferenceMethod = .richardson
  ) throws(Diagnostic) -> [String: NumericalDerivative] {
    try check(method)
    let port = try differentiablePort(output, among: outputs, "output")
    guard let weights = cotangent ?? (port.type.shape.rank == 0 ? Tensor(scalar: 1.0) : nil),
      weights.type == port.type
    else {
      throw Diagnostic(
        .shapeMismatch,
        "the output \(port) needs a cotangent of its type"
          + (cotangent.map { ", not \($0.type)" } ?? "; give one, or sum it"))
    }
    guard !sources.isEmpty else {
      throw Diagnostic(
        .invalidArgument, "no source is given; name what to differentiate with respect to")
    }
    if let twice = sources.first(where: { name in sources.count(where: { $0 == name }) > 1 }) {
      throw Diagnostic(.duplicateName, "the source \(twice) is given twice; give it once")
    }
    for source in sources {
      _ = try differentiablePort(source, among: inputs + parameters, "input or parameter")
    }
    let point = try self.point(values, sources)
    let weighted = weights.doubles
    var gradients: [String: NumericalDerivative] = [:]
    for source in sources {
      guard let tensor = point[source] else { continue }
      var estimates: [DifferenceTable.Estimate] = []
      var evaluations = 0
      let original = tensor.doubles
      for place in original.indices {
        let table = try DifferenceTable(method, size: original[place].magnitude) {
          (offset) throws(Diagnostic) in
          var elements = original
          elements[place] += offset
          var values = point
          values[source] = try Tensor(.f64(elements), extents: tensor.extents)
          let results = try self(values)[output]?.doubles ?? []
          return [zip(results, weighted).reduce(0) { $0 + $1.0 * $1.1 }]
        }
        estimates += table.estimates
        evaluations += table.evaluationCount
      }
      gradients[source] = try NumericalDerivative(
        estimates, extents: tensor.extents, evaluations: evaluations)
    }
    return gradients
  }

  /// The derivative of an output along a direction by differences: `d/dt y(x + t·v)` at t = 0, for each
  /// element of y.
  ///
  /// It costs as many runs as one element of a gradient.
  ///
  /// - Parameters:
  ///   - output: The output y, of type f64.
  ///   - tangents: The direction v: for some inputs and parameters of type f64 a value of their type.
  ///   - values: The point x, as for a call of the executable.
  ///   - method: How the derivative is worked out; steps are those of t, and begin at an eighth of what moves
  ///     the largest element of x by its own size.
  /// - Throws: as `numericalGradient(of:withRespectTo:at:cotangent:by:)`; `.shapeMismatch` for a tangent that is
  ///   not of its source's type.
  public func numericalTangent(
    of output: String, along tangents: [String: Tensor], at values: [String: Tensor],
    by method: DifferenceMethod = .richardson
  ) throws(Diagnostic) -> NumericalDerivative {
    try check(method)
    let port = try differentiablePort(output, among: outputs, "output")
    let sources = tangents.keys.sorted()
    for source in sources {
      let port = try differentiablePort(source, among: inputs + parameters, "input or parameter")
      guard let tangent = tangents[source], tangent.type == port.type else {
        throw Diagnostic(
          .shapeMismatch,
          "the tangent of \(port) must be of its type, not \(tangents[source]?.type ?? port.type)")
      }
    }
    guard !sources.isEmpty else {
      throw Diagnostic(.invalidArgument, "no tangent is given; give the direction of a source")
    }
    let point = try self.point(values, sources)
    var size = 0.0
    var length = 0.0
    for source in sources {
      size = point[source]?.doubles.reduce(size) { max($0, $1.magnitude) } ?? size
      length = tangents[source]?.doubles.reduce(length) { max($0, $1.magnitude) } ?? length
    }
    let reach = length > 0 && length.isFinite ? max(1, size) / length : 1
    let table = try DifferenceTable(method, size: reach) { (offset) throws(Diagnostic) in
      var values = point
      for source in sources {
        guard let tensor = point[source], let tangent = tangents[source] else { continue }
        let moved = zip(tensor.doubles, tangent.doubles).map { $0 + offset * $1 }
        values[source] = try Tensor(.f64(moved), extents: tensor.extents)
      }
      return try self(values)[output]?.doubles ?? []
    }
    return try NumericalDerivative(
      table.estimates, extents: port.type.boundExtents(), evaluations: table.evaluationCount)
  }

  private func check(_ method: DifferenceMethod) throws(Diagnostic) {
    guard case .central(let step?) = method else { return }
    guard step.isFinite, step > 0 else {
      throw Diagnostic(
        .invalidArgument,
        "the step of a difference cannot be \(NumberLiteral(step)); give a finite number above 0, or none"
      )
    }
  }

  /// The port of a name, which has to be f64.
  private func differentiablePort(
    _ name: String, among ports: [Graph.Port], _ kind: String
  ) throws(Diagnostic) -> Graph.Port {
    try UnknownNames.refuse([name], among: ports.map(\.name), kind, of: "the executable")
    guard let port = ports.first(where: { $0.name == name }), port.type.scalarType == .f64 else {
      throw Diagnostic(
        .scalarTypeMismatch,
        "differences need double precision, and the \(kind) \(name) is not f64; build the graph in f64, or "
          + "use GradientCheck, which widens it")
    }
    return port
  }

  /// The values that are given, and those of the parameters that are differentiated with respect to.
  private func point(
    _ values: [String: Tensor], _ sources: [String]
  ) throws(Diagnostic) -> [String: Tensor] {
    // Refuses values that do not fit before any is stepped from.
    _ = try self(values)
    var point = values
    let missing = Set(sources.filter { values[$0] == nil })
    guard !missing.isEmpty else { return point }
    let context = try makeContext()
    for name in missing { point[name] = try context.parameter(name) }
    return point
  }
}
