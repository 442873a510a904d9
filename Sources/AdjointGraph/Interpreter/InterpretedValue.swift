import AdjointCore
import AdjointKernels

/// What a graph is interpreted with: numbers as they are, or numbers that carry more.
package protocol InterpretedValue: Sendable {
  /// A value that the graph holds.
  init(_ tensor: Tensor)
  /// The part that has the type of a value in the graph.
  var real: Tensor { get }
  /// The same elements in another shape.
  func reshaped(to extents: [Int]) throws(Diagnostic) -> Self
  /// The results of kernels over the operands of one node.
  static func run(
    _ kernels: [Kernel], operands: [Self], resultTypes: [TensorType]
  ) throws(Diagnostic) -> [Self]
}

extension Tensor: InterpretedValue {
  package init(_ tensor: Tensor) { self = tensor }

  package var real: Tensor { self }

  package static func run(
    _ kernels: [Kernel], operands: [Tensor], resultTypes: [TensorType]
  ) throws(Diagnostic) -> [Tensor] {
    try KernelInterpreter.run(kernels, operands: operands, resultTypes: resultTypes)
  }
}

extension ComplexTensor: InterpretedValue {
  package init(_ tensor: Tensor) { self.init(tensor, imaginary: nil) }

  package static func run(
    _ kernels: [Kernel], operands: [ComplexTensor], resultTypes: [TensorType]
  ) throws(Diagnostic) -> [ComplexTensor] {
    try ComplexKernelInterpreter.run(kernels, operands: operands, resultTypes: resultTypes)
  }
}
