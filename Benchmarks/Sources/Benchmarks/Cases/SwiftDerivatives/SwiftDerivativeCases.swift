extension Case {
  /// Gradients of what is small enough for Swift's own derivatives, which Peers/SwiftDerivatives takes of the same.
  static let swiftDerivatives: [Case] = {
    let floor = HeatedFloor(steps: 20)
    let network = TanhNetworkLoss()
    return [
      gradient(
        floor, "swift_simulation", "a floor heated by a tank, 20 parameters, 20 steps, f64",
        floor.work),
      gradient(
        network, "swift_network",
        "8-20-2, tanh, 200 weights, mean square error of 50 examples, f64", network.gradientWork),
    ]
  }()
}
