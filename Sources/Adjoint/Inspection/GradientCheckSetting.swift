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
      let (tensor, description) = try Self.madeUp(port, seed)
      tensors[port.name] = tensor
      assumptions.append("\(port): \(description)")
    }
    self.tensors = try self.graph.sourceTensors(tensors, seed: seed)
  }

  private static func madeUp(
    _ port: Graph.Port, _ seed: UInt64
  ) throws(Diagnostic) -> (Tensor, String) {
    let type = port.type
    switch type.scalarType {
    case .f32, .f64:
      let initializer = Initializer.normal(mean: 0, deviation: 1)
      return (
        try initializer.tensor(type, name: port.name, seed: seed),
        "numbers of the normal distribution"
      )
    case .i32, .i64, .u8, .bool:
      let extents = try type.boundExtents()
      let random = CounterBasedRandom(seed: seed, stream: port.name)
      var bits: [Double] = []
      for index in 0..<extents.reduce(1, *) {
        bits.append(Double(random.bits(at: UInt64(index)).0 & 1))
      }
      let storage = try Tensor.Storage(bits, as: type.scalarType)
      return (try Tensor(storage, extents: extents), "0 and 1 at random")
    }
  }
}
