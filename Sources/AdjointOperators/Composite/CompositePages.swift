import AdjointGraph

extension OperatorPage {
  /// The pages of the functions over values that apply several operators, in alphabetical order.
  package static let composites: [OperatorPage] = [
    .allPage,
    .anyPage,
    .argmaxPage,
    .argminPage,
    .matmulPage,
  ]
}
