import AdjointCore
import AdjointGraph

extension Graph {
  /// The numbers that named dimensions stand for, as the extents of given inputs and parameters say.
  ///
  /// `known` holds numbers that are decided already; they are part of the result. Names that follow
  /// from neither are left out.
  ///
  /// - Throws: `.unknownName` for a tensor that no input or parameter takes; `.shapeMismatch` where a
  ///   tensor has another number of dimensions or two of them disagree.
  public func dimensions(
    from tensors: [String: Tensor], known: [String: Int] = [:]
  ) throws(Diagnostic) -> [String: Int] {
    try checkNames(of: tensors)
    var extents = known
    var reasons: [String: String] = [:]
    for port in inputs + parameters {
      guard let tensor = tensors[port.name] else { continue }
      guard tensor.extents.count == port.type.rank else {
        throw Diagnostic(
          .shapeMismatch, "\(port.name) is \(port.type), and the value given is \(tensor.type)")
      }
      for (dimension, extent) in zip(port.type.shape.dimensions, tensor.extents) {
        guard case .named(let name) = dimension else { continue }
        if let other = extents[name], other != extent {
          throw Diagnostic(
            .shapeMismatch,
            "\(port.name) is \(port.type), and the value given is \(tensor.type), but \(name) is "
              + "\(other)\(reasons[name].map { " by the value of \($0)" } ?? "")")
        }
        extents[name] = extent
        reasons[name] = reasons[name] ?? port.name
      }
    }
    return extents
  }
}
