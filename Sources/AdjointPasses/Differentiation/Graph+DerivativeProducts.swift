import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

// Jacobians, Hessians and products with them as further outputs of a graph, written after the standard
// passes as `differentiated(_:withRespectTo:mode:options:)` writes gradients.
extension Graph {
  /// The graph after the standard passes with the Jacobian of an output as further outputs.
  ///
  /// Each source `x` gets an output `jacobian.x`, of the shape of the output followed by that of x:
  /// `J[i…, j…] = ∂y[i…]/∂x[j…]`. All rows, or all columns, are one batch; `jacobian(of:withRespectTo:by:)` of
  /// values says more. Where a name is taken, a number follows it.
  ///
  /// - Throws: `.unknownName` for a name the graph does not have; `.notDifferentiable` where the output does
  ///   not depend differentiably on a source, listing everything in the way; `.invalidArgument` for no source,
  ///   `.invalidType` for a Jacobian larger than any tensor.
  public func jacobian(
    of output: String, withRespectTo sources: [String], by order: JacobianOrder = .cheaper
  ) throws(Diagnostic) -> Graph {
    try DerivativeRequest([output], sources, .reverse, []).product(of: self) { site in
      let blocks = AdjointPasses.jacobian(
        of: site.targets, withRespectTo: site.sources, by: order)[0]
      for (source, block) in zip(sources, blocks) { site.output("jacobian", source, block) }
    }
  }

  /// The graph after the standard passes with the Hessian of a scalar output as further outputs.
  ///
  /// Each pair of sources `a` and `b` gets an output `hessian.a.b`, of the shape of a followed by that of b:
  /// `H[i…, j…] = ∂²y/∂a[i…]∂b[j…]`. All columns are one batch.
  ///
  /// - Throws: as `jacobian(of:withRespectTo:by:)`; `.notDifferentiable` for an output that is no scalar.
  public func hessian(
    of output: String, withRespectTo sources: [String]
  ) throws(Diagnostic) -> Graph {
    try DerivativeRequest([output], sources, .reverse, []).product(of: self) { site in
      let blocks = AdjointPasses.hessian(of: site.targets[0], withRespectTo: site.sources)
      for (row, list) in zip(sources, blocks) {
        for (column, block) in zip(sources, list) {
          site.output("hessian", "\(row).\(column)", block)
        }
      }
    }
  }

  /// The graph after the standard passes with the diagonal of the Hessian of a scalar output as further
  /// outputs, `hessian_diagonal.x` of the type of each source `x`.
  ///
  /// - Throws: as `hessian(of:withRespectTo:)`.
  public func hessianDiagonal(
    of output: String, withRespectTo sources: [String]
  ) throws(Diagnostic) -> Graph {
    try DerivativeRequest([output], sources, .reverse, []).product(of: self) { site in
      let diagonals = AdjointPasses.hessianDiagonal(
        of: site.targets[0], withRespectTo: site.sources)
      for (source, diagonal) in zip(sources, diagonals) {
        site.output("hessian_diagonal", source, diagonal)
      }
    }
  }

  /// The graph after the standard passes with the product of the Hessian of a scalar output and a direction.
  ///
  /// Each source `x` gets an input `tangent.x`, its direction, and an output `hessian_product.x`, both of its
  /// type: `Σ_b H[a][b] · t_b`.
  ///
  /// - Throws: as `hessian(of:withRespectTo:)`.
  public func hessianVectorProduct(
    of output: String, withRespectTo sources: [String]
  ) throws(Diagnostic) -> Graph {
    try DerivativeRequest([output], sources, .reverse, []).product(of: self) { site in
      let products = AdjointPasses.hessianVectorProduct(
        of: site.targets[0], withRespectTo: site.sources,
        tangents: site.directions("tangent", sources))
      for (source, product) in zip(sources, products) {
        site.output("hessian_product", source, product)
      }
    }
  }

  /// The graph after the standard passes with the second derivative of a scalar output along two directions.
  ///
  /// Each source `x` gets inputs `left.x` and `right.x`, its directions; the new output is
  /// `curvature.<output>`, the scalar `Σ_a Σ_b l_aᵀ · H[a][b] · r_b`.
  ///
  /// - Throws: as `hessian(of:withRespectTo:)`.
  public func vectorHessianVectorProduct(
    of output: String, withRespectTo sources: [String]
  ) throws(Diagnostic) -> Graph {
    try DerivativeRequest([output], sources, .reverse, []).product(of: self) { site in
      site.output(
        "curvature", output,
        AdjointPasses.vectorHessianVectorProduct(
          of: site.targets[0], withRespectTo: site.sources,
          left: site.directions("left", sources), right: site.directions("right", sources)))
    }
  }

  /// The graph after the standard passes with the Gauss-Newton product of an output and a direction.
  ///
  /// Each source `x` gets an input `tangent.x`, its direction, and an output `gauss_newton.x`, both of its
  /// type: `Jᵀ·(J·t)`, with the Jacobian J of the output, such as the residuals of a fit.
  ///
  /// - Throws: as `jacobian(of:withRespectTo:by:)`.
  public func gaussNewtonProduct(
    of output: String, withRespectTo sources: [String]
  ) throws(Diagnostic) -> Graph {
    try DerivativeRequest([output], sources, .reverse, []).product(of: self) { site in
      let products = AdjointPasses.gaussNewtonProduct(
        of: site.targets, withRespectTo: site.sources,
        tangents: site.directions("tangent", sources))
      for (source, product) in zip(sources, products) {
        site.output("gauss_newton", source, product)
      }
    }
  }

  /// The graph after the standard passes with an output's derivative along several directions at once.
  ///
  /// Each source `x` gets an input `tangent.x`, its directions, with an axis of the given extent in front,
  /// and there is one new output, `tangent.<output>`, with the same axis: `J·t` for every direction t. The
  /// output itself is computed once.
  ///
  /// - Throws: as `jacobian(of:withRespectTo:by:)`; `.invalidType` for an extent that no axis has.
  public func linearized(
    of output: String, withRespectTo sources: [String], directions extent: Shape.Dimension
  ) throws(Diagnostic) -> Graph {
    let own = Set(inputs.map(\.name))
    let forward = try DerivativeRequest([output], sources, .forward, []).product(of: self) { site in
      let tangents = linearizedTangents(of: site, sources)
      for tangent in tangents { site.output("tangent", output, tangent) }
    }
    return try forward.vectorized(
      over: forward.inputs.map(\.name).filter { !own.contains($0) }, extent: extent)
  }

  private func linearizedTangents(
    of site: DerivativeRequest.Site, _ sources: [String]
  ) -> [Value] {
    jacobianVectorProduct(
      of: site.targets, withRespectTo: site.sources, tangents: site.directions("tangent", sources))
  }
}
