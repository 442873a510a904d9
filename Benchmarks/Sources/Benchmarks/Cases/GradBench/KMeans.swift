import Adjoint

/// The sum of squared distances of points from their nearest centroids, and Newton's direction for the centroids, the
/// gradient over the diagonal of the Hessian: GradBench's k-means.
struct KMeans {
  let points: Int
  let dimensions: Int
  let centroids: Int

  func graph(_ name: String) throws(Diagnostic) -> Graph {
    let builder = GraphBuilder(name)
    let points = builder.input("points", .f64, [self.points, dimensions])
    let centroids = builder.input("centroids", .f64, [self.centroids, dimensions])
    // |p − c|² = |p|² − 2p·c + |c|², so that all products are one.
    let products = matmul(points, centroids.transposed(permutation: [1, 0]))
    let squares =
      (points * points).sum(alongAxes: 1) - 2 * products
      + (centroids * centroids).sum(squeezingAxes: 1)
    let cost = squares.min(squeezingAxes: 1).sum()
    let gradient = gradients(of: cost, withRespectTo: [centroids])
    // The Hessian is diagonal, so its product with ones is all of it.
    let curvature = jacobianVectorProduct(
      of: gradient, withRespectTo: [centroids],
      tangents: [0 * centroids + 1])
    builder.output("value", cost)
    builder.output("newton.centroids", gradient[0] / curvature[0])
    return try builder.build()
  }

  func inputs() throws(Diagnostic) -> [String: Tensor] {
    let numbers = RandomNumbers.doubles(points * dimensions, "points")
    // Points of their own, so that each has one near it.
    let chosen = Array(numbers[..<(centroids * dimensions)]).map { 0.9 * $0 }
    return [
      "points": try Tensor(numbers, extents: [points, dimensions]),
      "centroids": try Tensor(chosen, extents: [centroids, dimensions]),
    ]
  }

  /// A centroid minus the mean of the points that it is nearest to.
  private func check(
    _ context: ExecutionContext, _ points: [Double], _ centroids: [Double]
  ) throws(Diagnostic) {
    var sums = [Double](repeating: 0, count: centroids.count)
    var counts = [Double](repeating: 0, count: self.centroids)
    var cost = 0.0
    for point in 0..<self.points {
      var best = (centroid: 0, square: Double.infinity)
      for centroid in 0..<self.centroids {
        var square = 0.0
        for axis in 0..<dimensions {
          let way = points[point * dimensions + axis] - centroids[centroid * dimensions + axis]
          square += way * way
        }
        if square < best.square { best = (centroid, square) }
      }
      cost += best.square
      counts[best.centroid] += 1
      for axis in 0..<dimensions {
        sums[best.centroid * dimensions + axis] += points[point * dimensions + axis]
      }
    }
    let expected = centroids.indices.map { centroids[$0] - sums[$0] / counts[$0 / dimensions] }
    try FormulaCheck.expect("value", try context.output("value").doubles, [cost], within: 1e-11)
    try FormulaCheck.expect(
      "newton.centroids", try context.output("newton.centroids").doubles, expected, within: 1e-11)
  }

  func makeCase(_ name: String, _ summary: String) -> Case {
    let work = Work.double(
      operations: points * centroids * (2 * dimensions + 3) + 3 * points * dimensions,
      read: points * dimensions + centroids * dimensions, written: centroids * dimensions)
    return Case(name: name, summary: "\(summary): cost and Newton's direction", limit: .work(work))
    {
      () throws(Diagnostic) in
      Case.Workload(graph: try graph(name)) { (_) throws(Diagnostic) in
        let inputs = try inputs()
        return Case.Start(inputs: inputs) { (context) throws(Diagnostic) in
          try check(
            context, inputs["points"]?.doubles ?? [], inputs["centroids"]?.doubles ?? [])
        }
      }
    }
  }
}
