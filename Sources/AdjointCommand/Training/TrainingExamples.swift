import Adjoint
import AdjointTraining

/// What is trained on and what it is judged by.
struct TrainingExamples {
  /// Examples that are not trained on.
  struct Evaluation {
    /// `held-out` or `test`.
    let name: String
    let data: Dataset
  }

  let training: Dataset
  let evaluation: Evaluation?
}
