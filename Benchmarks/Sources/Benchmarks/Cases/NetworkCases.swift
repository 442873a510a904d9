extension Case {
  /// A step of a transformer block.
  static let transformerBlock: Case = {
    let network = TransformerBlock(batch: 8)
    return training(
      "tblock",
      "pre-norm transformer block, batch 8, length 64, width 128, 4 heads, causal, tanh GELU, mean "
        + "square", network.trainingWork, network)
  }()

  /// Training steps beyond the main table.
  static let furtherTraining: [Case] = {
    let embedding = Embedding(batch: 128)
    let regression = LogisticRegression(batch: 100_000)
    let residual = ResidualNetwork(batch: 64)
    return [
      training(
        "embedding_b128", "table 10,000×64, then 64→10,000, cross-entropy, batch 128",
        embedding.trainingWork, embedding),
      training(
        "logistic_100k", "logistic regression, 100,000 examples of 100 features",
        regression.trainingWork, regression),
      training(
        "residual_b64", "20 layers h + relu(h·W + b) of width 128, then 128→10, batch 64",
        residual.trainingWork, residual),
    ]
  }()

  /// Predictions of each model for one example, and of one for a batch.
  static let inference: [Case] = {
    let block = TransformerBlock(batch: 1)
    let embedding = Embedding(batch: 1)
    let regression = LogisticRegression(batch: 1)
    let residual = ResidualNetwork(batch: 1)
    return [
      inference("infer_mlp", Perceptron.small, batch: 1),
      inference("infer_mlp_b32", Perceptron.small, batch: 32),
      inference("infer_deepnarrow", Perceptron.deep, batch: 1),
      inference("infer_wide", Perceptron.wide, batch: 1),
      inference(
        "infer_tblock", "the block of tblock, batch 1", block.inferenceWork, block),
      inference(
        "infer_embedding", "the network of embedding_b128, batch 1", embedding.inferenceWork,
        embedding),
      inference(
        "infer_logistic", "the model of logistic_100k, batch 1", regression.inferenceWork,
        regression),
      inference(
        "infer_residual", "the network of residual_b64, batch 1", residual.inferenceWork, residual),
    ]
  }()

  /// What two threads that share an executable run.
  static let shared = inference("shared_mlp_b32", Perceptron.small, batch: 32)

  private static func inference(_ name: String, _ widths: [Int], batch: Int) -> Case {
    let perceptron = Perceptron(name: name, widths: widths, batch: batch)
    let weights = perceptron.weightCounts.reduce(0, +)
    let work = Work(
      operations: 2 * Double(batch * weights), bytesRead: 4 * Double(weights), bytesWritten: 0)
    let layers =
      widths.count > 5
      ? "\(widths.count - 1) layers" : widths.map(String.init).joined(separator: "-")
    return inference(name, "\(layers), ReLU, batch \(batch)", work, perceptron)
  }
}
