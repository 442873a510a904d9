import Adjoint

/// The Swift examples of the operator pages by page, compiled here as they stand there.
enum OperatorExamples {
  typealias Example = @Sendable (GraphBuilder) -> Void

  static let all: [String: Example] = elementwise.merging(tensors) { first, _ in first }
    .merging(composites) { first, _ in first }
}
