import Adjoint

/// A named tensor in print: `y: f64[] = 2.5`, and arrays of several rows below their name.
enum TensorLine {
  static func text(_ name: String, _ tensor: Tensor) -> String {
    let isShort = tensor.extents.count < 2 || tensor.count == 0
    let separator = isShort ? " " : "\n  "
    return "\(name): \(tensor.type) =\(separator)\(tensor.summary(indentation: isShort ? 0 : 2))\n"
  }
}
