extension Plan {
  /// The number of kernels that a run launches.
  package var launchCount: Int { steps.count }

  /// The number of matrix products, batches counted once, that a run makes.
  package var contractionCount: Int {
    steps.count { step in
      if case .contraction = kernels[step.kernel] { true } else { false }
    }
  }
}
