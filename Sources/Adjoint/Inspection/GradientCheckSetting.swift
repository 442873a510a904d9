import AdjointCore
import AdjointGraph

/// A graph with numbers for all dimensions and values for all inputs and parameters, given or made up.
struct GradientCheckSetting {
  let graph: Graph
  let tensors: [String: Tensor]
  let seed: UInt64
  private(set) var assumptions: [String] = []

  /// The extent of a dimension that nobody gave.
  private static let assumedExtent = 3

  init(
    _ graph: Graph, given: [String: Tensor], dimensions: [String: Int], seed: UInt64
  ) throws(Diagnostic) {
    self.seed = seed
    var extents = try graph.dimensions(from: given, known: dimensions)
    for name in graph.dimensionNames where extents[name] == nil {
      extents[name] = Self.assumedExtent
      assumptions.append("\(name) = \(Self.assumedExtent)")
    }
    self.graph = try graph.binding(extents)
    // Each value is made in f64, and its difference beside it.
    let sources = self.graph.inputs + self.graph.parameters
    let count = sources.reduce(0) { $0 +| ($1.type.shape.elementCount ?? 0) }
    try MemoryLimit.check(16 *| count, for: "a check of the graph \(graph.name)")
    var tensors: [String: Tensor] = [:]
    for port in self.graph.inputs + self.graph.parameters {
      guard let tensor = given[port.name] else { continue }
      tensors[port.name] = tensor.scalarType == .f32 ? try tensor.cast(to: .f64) : tensor
    }
    for port in self.graph.inputs where tensors[port.name] == nil {
      let (tensor, description) = try port.madeUp(seed: seed)
      tensors[port.name] = tensor
      assumptions.append("\(port): \(description)")
    }
    self.tensors = try self.graph.sourceTensors(tensors, seed: seed)
  }
}
