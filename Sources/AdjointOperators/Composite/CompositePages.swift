import AdjointGraph

extension OperatorPage {
  /// The pages of the functions over values that are no operators, in alphabetical order.
  package static let composites: [OperatorPage] = [
    .argmaxPage,
    .argminPage,
    .crossEntropyPage,
    .geluPage,
    .layerNormPage,
    .leakyReluPage,
    .linearPage,
    .logSoftmaxPage,
    .logSumExpPage,
    .matmulPage,
    .meanPage,
    .meanSquaredErrorPage,
    .reluPage,
    .siluPage,
    .softmaxPage,
    .variancePage,
  ]
}
