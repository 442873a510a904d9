extension Case {
  /// Problems of GradBench (Berg et al., github.com/gradbench/gradbench, MIT license), most of them of ADBench (Šrajer,
  /// Kukelova and Fitzgibbon, "A benchmark of selected algorithmic differentiation tools on some problems in computer
  /// vision and machine learning", 2018): their formulas, with numbers from a seed, in f64.
  static let gradBench: [Case] = {
    let mixture = GaussianMixture(points: 1000, dimensions: 10, components: 25)
    let bundle = BundleAdjustment(cameras: 49, points: 7776, observations: 31_843)
    let squares = LeastSquares(points: 4096, coefficients: 32)
    let sum = LogSumOfExponentials(count: 100_000)
    let determinant = Determinant(size: 10)
    let hand = HandTracking(vertices: 544, correspondences: 200)
    let memory = DiagonalLSTM(layers: 2, width: 14, steps: 16)
    let equation = PowerODE(count: 10, steps: 20)
    return [
      gradient(
        mixture, "gb_gmm", "GradBench gmm, 1,000 points, 10 dimensions, 25 components",
        mixture.work),
      bundle.makeCase("gb_ba", "GradBench ba, 49 cameras, 7,776 points, 31,843 observations"),
      KMeans(points: 10_000, dimensions: 8, centroids: 16)
        .makeCase("gb_kmeans", "GradBench kmeans, 10,000 points, 8 dimensions, 16 centroids"),
      gradient(
        squares, "gb_llsq", "GradBench llsq, 4,096 points, 32 coefficients", squares.work),
      gradient(sum, "gb_lse", "GradBench lse, 100,000 numbers", sum.work),
      gradient(determinant, "gb_det", "GradBench det, 10×10 by minors", determinant.work),
      jacobian(
        hand, "gb_ht", "GradBench ht, 26 angles, 544 vertices, 200 correspondences", hand.work),
      gradient(
        memory, "gb_lstm", "GradBench lstm, 2 layers of 14, 16 steps unrolled", memory.work),
      gradient(
        equation, "gb_ode", "GradBench ode, 10 equations, 20 steps unrolled", equation.work),
    ]
  }()
}
