import Adjoint

extension Case {
  /// Dense derivatives beyond the gradient.
  static let derivatives: [Case] = {
    let trigonometric = Trigonometric(count: 20)
    let loss = TanhNetworkLoss()
    let network = TanhNetwork(widths: [100, 200, 200, 100])
    let block = TransformerBlock(batch: 8)
    return [
      hessian(
        trigonometric, "hessian_20", "trigonometric function of 20 numbers, f64",
        trigonometric.hessianWork),
      hessian(
        loss, "hessian_200", "8-20-2, tanh, 200 weights, mean square error of 50 examples, f64",
        loss.hessianWork),
      jacobian(
        network, "jacobian_mlp", "100-200-200-100, tanh, one example, f64", network.jacobianWork),
      hessianProduct("hvp_tblock", "the block of tblock", block.hessianProductWork, block),
      Perceptron(name: "example_gradients", widths: [64, 128, 10], batch: 64).exampleGradients,
    ]
  }()

  /// One Jacobian, of functions from 1,000 numbers over 1, 1,000 and 1 to 1,000, by rows, by columns, and with the
  /// narrowest products first.
  static let orders: [Case] = {
    let network = TanhNetwork(widths: [1000, 1, 1000, 1, 1000])
    return [JacobianOrder.rows, .columns, .bracketed].map { order in
      jacobian(
        network, "order_\(order)", "1000-1-1000-1-1000, tanh, one example, f64, \(order)",
        network.jacobianWork, by: order)
    }
  }()
}

extension TransformerBlock {
  /// Four sweeps of which each costs as much as going forward, those back twice.
  fileprivate var hessianProductWork: Work {
    Work(
      operations: 2 * trainingWork.operations, bytesRead: 2 * trainingWork.bytesRead,
      bytesWritten: trainingWork.bytesWritten)
  }
}
