import AdjointCore
import AdjointGraph
import AdjointKernels

extension Graph {
  /// The derivative of an output along a direction by a complex step: `Im y(x + i·h·v) / h`, for each element of y.
  ///
  /// Nothing is subtracted, so that the step can be so small that it makes no error, and the derivative has all digits
  /// but those that rounding takes: the error that is given is that of a few operations, and does not know of terms of
  /// the derivative that cancel. It is worked out from the formulas of functions on the complex plane and knows nothing
  /// of the rules of derivatives, which it is there to check. It is interpreted, and slow.
  ///
  /// Functions that are analytic piece by piece, such as `abs` and `max`, have the derivative of the piece that x is in;
  /// where pieces meet, that of one of them, and among equal largest elements of a reduction it is shared. A derivative
  /// below 1e-200 may come out as 0, and one above 1e+90 is not one to trust.
  ///
  /// Source: Squire and Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40
  /// (1998), 110–112.
  ///
  /// - Parameters:
  ///   - output: The output y, of type f64.
  ///   - tangents: The direction v: for some inputs and parameters of type f64 a value of their type.
  ///   - values: The point x: a value for each input and parameter.
  /// - Returns: The derivative, with the step h and an estimate of what rounding takes.
  /// - Throws: `.notDifferentiable` for `erf`, and for products of all elements of an axis, which have no complex form
  ///   here; `.scalarTypeMismatch` for what is not f64; `.unknownName`, `.missingInput`, `.shapeMismatch` and
  ///   `.unboundDimension` for values that do not fit.
  public func complexStepTangent(
    of output: String, along tangents: [String: Tensor], at values: [String: Tensor]
  ) throws(Diagnostic) -> NumericalDerivative {
    let point = try complexPoint(of: output, along: tangents, at: values)
    let graph = try keeping(outputs: [output])
    let result = try GraphInterpreter.interpret(graph, point).outputs[output]
    let extents = result?.real.extents ?? []
    let slopes = result?.imaginary?.doubles.map { $0 / Self.complexStep }
    return try NumericalDerivative(
      slopes ?? Array(repeating: 0, count: extents.reduce(1, *)), step: Self.complexStep,
      extents: extents, evaluations: 1)
  }

  /// The gradient of a scalar output by a complex step for each element: `∂y/∂xₖ = Im y(x + i·h·eₖ) / h`.
  ///
  /// It costs an interpreted run for each element of the sources; see `complexStepTangent(of:along:at:)`.
  ///
  /// - Parameters:
  ///   - output: The output y, a scalar of type f64.
  ///   - sources: Inputs and parameters of type f64.
  ///   - values: The point x: a value for each input and parameter.
  /// - Returns: For each source a derivative of its shape.
  /// - Throws: as `complexStepTangent(of:along:at:)`; `.shapeMismatch` for an output that is no scalar.
  public func complexStepGradient(
    of output: String, withRespectTo sources: [String], at values: [String: Tensor]
  ) throws(Diagnostic) -> [String: NumericalDerivative] {
    try UnknownNames.refuse(
      sources, among: (inputs + parameters).map(\.name), "input or parameter", of: "the graph")
    if let port = outputs.first(where: { $0.name == output }), port.type.rank > 0 {
      throw Diagnostic(
        .shapeMismatch,
        "the output \(port) is no scalar; sum it, or take tangents by complexStepTangent(of:along:at:)"
      )
    }
    _ = try complexPoint(of: output, along: [:], at: values)
    var gradients: [String: NumericalDerivative] = [:]
    for source in sources {
      guard let value = values[source] else {
        throw Diagnostic(.missingInput, "\(source) has no value; give one")
      }
      // Also where there is no element to step from.
      let still = try Tensor(
        repeating: NumberLiteral(0), value.scalarType, extents: value.extents)
      _ = try complexPoint(of: output, along: [source: still], at: values)
      let count = value.extents.reduce(1, *)
      var slopes: [Double] = []
      for place in 0..<count {
        var unit = Array(repeating: 0.0, count: count)
        unit[place] = 1
        let tangent = try Tensor(.f64(unit), extents: value.extents)
        slopes += try complexStepTangent(of: output, along: [source: tangent], at: values)
          .derivative.doubles
      }
      gradients[source] = try NumericalDerivative(
        slopes, step: Self.complexStep, extents: value.extents, evaluations: count)
    }
    return gradients
  }

  /// The point with the direction, by the step h, as its imaginary part; refuses all that does not fit.
  private func complexPoint(
    of output: String, along tangents: [String: Tensor], at values: [String: Tensor]
  ) throws(Diagnostic) -> [String: ComplexTensor] {
    try checkBound()
    try UnknownNames.refuse([output], among: outputs.map(\.name), "output", of: "the graph")
    guard let port = outputs.first(where: { $0.name == output }), port.type.scalarType == .f64
    else {
      throw Diagnostic(
        .scalarTypeMismatch,
        "a complex step needs double precision, and the output \(output) is not f64; build the graph in f64"
      )
    }
    let sources = inputs + parameters
    try UnknownNames.refuse(
      tangents.keys.sorted() + values.keys.sorted(), among: sources.map(\.name),
      "input or parameter",
      of: "the graph")
    var point: [String: ComplexTensor] = [:]
    for source in sources {
      guard let value = values[source.name] else { continue }
      point[source.name] = ComplexTensor(value)
      guard let tangent = tangents[source.name] else { continue }
      guard tangent.type == source.type, value.type == source.type, tangent.scalarType == .f64
      else {
        throw Diagnostic(
          tangent.scalarType == .f64 && source.type.scalarType == .f64
            ? .shapeMismatch : .scalarTypeMismatch,
          "the value and the tangent of \(source) must both be of its type, and that f64, not \(value.type) and "
            + "\(tangent.type)")
      }
      point[source.name] = ComplexTensor(
        value, imaginary: try tangent.scaled(by: Self.complexStep))
    }
    return point
  }

  /// The step h: its square is nothing beside any number that is not nearly nothing itself, and times a derivative it
  /// is far from what numbers can hold.
  private static let complexStep = 0x1p-333
}

extension NumericalDerivative {
  /// Derivatives that only rounding keeps from being exact.
  fileprivate init(
    _ slopes: [Double], step: Double, extents: [Int], evaluations: Int
  ) throws(Diagnostic) {
    try self.init(
      slopes.map { slope in
        DifferenceTable.Estimate(
          derivative: slope, error: slope.isFinite ? 0x1p-48 * slope.magnitude : .infinity,
          step: step)
      }, extents: extents, evaluations: evaluations)
  }
}

extension Tensor {
  fileprivate func scaled(by factor: Double) throws(Diagnostic) -> Tensor {
    try Tensor(.f64(doubles.map { $0 * factor }), extents: extents)
  }
}
