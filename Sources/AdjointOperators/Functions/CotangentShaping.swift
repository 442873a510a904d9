import AdjointCore
import AdjointGraph

extension Value {
  /// This value, whose cotangent is multiplied by a number on its way back, and its tangent on its way on.
  ///
  /// With a factor of −1 it is the gradient reversal layer of Ganin and Lempitsky (2015).
  ///
  /// Mistakes: `.scalarTypeMismatch` unless it is `f32` or `f64`.
  public func scalingCotangent(
    by factor: Double, file: String = #fileID, line: Int = #line
  ) -> Value {
    shaped("scalingCotangent", "scale_cotangent", file, line) {
      $0 * factor
    } forward: {
      $0 * factor
    }
  }

  /// This value, whose cotangent is brought into the range from −`limit` to `limit` on its way back, element by
  /// element.
  ///
  /// The derivative is then no longer that of the graph: forward mode passes the tangent as it is, and the two
  /// modes agree only where nothing is cut off. A NaN stays one.
  ///
  /// Mistakes: `.scalarTypeMismatch` unless it is `f32` or `f64`; `.invalidArgument` for a limit that is not above 0.
  public func clippingCotangent(
    to limit: Double, file: String = #fileID, line: Int = #line
  ) -> Value {
    guard limit > 0 else {
      return builder.poison(
        Diagnostic(
          .invalidArgument, "clippingCotangent: the limit is a number above 0, not \(limit)",
          location: SourceLocation(file: file, line: line)), like: type)
    }
    return shaped("clippingCotangent", "clip_cotangent", file, line) { cotangent in
      select(cotangent .> limit, limit, select(cotangent .< -limit, -limit, cotangent))
    } forward: {
      $0
    }
  }

  /// A call of the identity with derivatives of its own.
  private func shaped(
    _ spelling: String, _ name: String, _ file: String, _ line: Int,
    backward: (Value) -> Value, forward: (Value) -> Value
  ) -> Value {
    builder.placed(spelling, of: [self], file, line) { () throws(Diagnostic) in
      try type.expectFloatingPoint()
      let identity = try Function(name, [type]) { values in values[0] }
      let shaped = try identity.withDerivatives(
        vectorJacobianProduct: Function("\(name).vjp", [type, type, type]) { backward($0[2]) },
        jacobianVectorProduct: Function("\(name).jvp", [type, type, type]) { forward($0[2]) })
      return shaped(self)
    }
  }
}
