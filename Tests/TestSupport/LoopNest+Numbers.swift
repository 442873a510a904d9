import AdjointKernels

// Operands and results of kernels by their numbers, for tests that change them.
extension LoopNest.Input {
  package var operand: Int {
    get { source.operand ?? Int.min }
    set { source = .operand(newValue) }
  }
}

extension LoopNest.Output {
  package var result: Int {
    get { target.result ?? Int.min }
    set { target = .result(newValue) }
  }
}
