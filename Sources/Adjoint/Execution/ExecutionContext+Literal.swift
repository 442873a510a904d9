import AdjointCore
import AdjointGraph

extension ExecutionContext {
  /// Gives an input or replaces a parameter by numbers or truth values written out, in its type:
  /// `set("labels", to: [1, 0, 2])`, `set("x", to: [[1, 2], [3, 4]])`.
  ///
  /// A list that is not nested fills any shape, row by row; a nested one has to have the shape. A number
  /// on its own is for a scalar. Floating-point types round.
  ///
  /// - Throws: `.unknownName`; `.shapeMismatch` for other numbers of elements; `.scalarTypeMismatch` or
  ///   `.invalidType` for the first number that the type cannot hold.
  public func set(_ name: String, to literal: TensorLiteral) throws(Diagnostic) {
    let ports = executable.inputs + executable.parameters
    guard let port = ports.first(where: { $0.name == name }) else {
      // Refuses the name, with those that there are.
      return try set(name, to: Tensor(scalar: 0))
    }
    let tensor = try literal.tensor(port.type.scalarType, for: "\(port)")
    if tensor.extents.count == 1, let extents = port.type.shape.extents,
      port.type.shape.elementCount == tensor.count
    {
      try set(name, to: tensor.reshaped(to: extents))
    } else {
      try set(name, to: tensor)
    }
  }
}
