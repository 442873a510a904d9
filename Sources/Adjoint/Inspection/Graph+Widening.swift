import AdjointCore
import AdjointGraph

extension Graph {
  /// The same computation in double precision: every `f32` type, and every attribute that names one,
  /// becomes `f64`.
  ///
  /// Constants keep the numbers they have in `f32`.
  ///
  /// - Throws: whatever an operator says of its new types; nothing for a valid graph.
  public func widened() throws(Diagnostic) -> Graph {
    try mappingFunctions { (body) throws(Diagnostic) in try body.widenedNodes() }.widenedNodes()
  }

  /// The same for a graph that calls widened functions.
  private func widenedNodes() throws(Diagnostic) -> Graph {
    var widened = nodes
    for index in widened.indices where widened[index].operation == nil {
      widened[index].resultTypes = widened[index].resultTypes.map(\.widened)
      if case .parameter(.literal(let tensor)) = widened[index].kind {
        let wide = try tensor.cast(to: tensor.scalarType.widened)
        widened[index].kind = .parameter(.literal(wide))
      }
    }
    let source = Graph(name: name, nodes: widened, outputs: outputList, updates: updates)
    return try source.derivingTypes(attributes: \.widened)
  }
}

extension ScalarType {
  fileprivate var widened: ScalarType { self == .f32 ? .f64 : self }
}

extension TensorType {
  fileprivate var widened: TensorType { TensorType(scalarType.widened, shape) }
}

extension AttributeList {
  fileprivate var widened: AttributeList {
    var result = AttributeList()
    for attribute in attributes {
      switch attribute.value {
      case .scalarType(let type): result.append(attribute.name, .scalarType(type.widened))
      case .type(let type): result.append(attribute.name, .type(type.widened))
      case .integer, .floating, .bool, .text, .dimensions, .numbers, .function:
        result.append(attribute.name, attribute.value)
      }
    }
    return result
  }
}
