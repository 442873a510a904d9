extension Case {
  /// Programs and shapes of other people, for which nothing may be tuned by name.
  ///
  /// `gb_gmm`, `gb_ba` and `gb_lstm` belong to the group too.
  static let others: [Case] = {
    let memory = DenseLSTM(batch: 32, inputs: 64, width: 128, steps: 16)
    let bodies = Bodies(count: 512)
    let factors = MatrixFactorization(rows: 2000, columns: 3000, rank: 32)
    let stencil = Stencil(extent: 512)
    let sum = FirstAxisLogSumExp(rows: 4096, columns: 512)
    let norm = FirstAxisNorm(rows: 4096, columns: 512)
    let encoder = VariationalAutoEncoder(batch: 128, features: 784, hidden: 400, latent: 20)
    let valley = ChainedRosenbrock(count: 100_000)
    return [
      gradient(
        memory, "other_lstm", "LSTM 64→128, batch 32, 16 steps unrolled, mean square error",
        memory.work),
      gradient(bodies, "other_bodies", bodies.summary, bodies.work),
      gradient(
        factors, "other_mf", "½‖U·Vᵀ − A‖² with ridge, A 2,000×3,000, rank 32", factors.work),
      gradient(stencil, "other_stencil", "½‖Δu − f‖² by five points, 512×512", stencil.work),
      gradient(sum, "other_lse", "log-sum-exp over the first axis of 4,096×512, summed", sum.work),
      gradient(
        norm, "other_norm",
        "normalisation over the first axis of 4,096×512, scale and offset, mean square error",
        norm.work),
      gradient(
        encoder, "other_vae", "variational auto-encoder 784-400-20-400-784, batch 128",
        encoder.work),
      gradient(
        valley, "other_rosenbrock", "chained Rosenbrock of 100,000 numbers, f64", valley.work),
    ]
  }()

  /// Bodies of which a step is short.
  static let bodies = gradient(
    Bodies(count: 64), "bodies_64", Bodies(count: 64).summary, Bodies(count: 64).work)
}
