import AdjointCore
import AdjointGraph

/// How values of a graph depend on up to 64 others at a time, a bit for each of them in one word a node.
///
/// One sweep over the nodes answers for 64 sources, or for 64 targets, what would otherwise take a sweep
/// for each.
struct DependenceSweep {
  /// The most sources, or targets, of a sweep.
  static let width = 64

  private let graph: Graph
  private let dependences: [NodeDependence]
  let numbering: ValueNumbering
  /// The nodes that read values and pass no derivative on, or not from every operand to every result.
  let blockers: [Int]

  init(_ graph: Graph) {
    self.graph = graph
    dependences = graph.nodes.map { NodeDependence($0) }
    numbering = ValueNumbering(graph.nodes)
    blockers = graph.nodes.indices.filter { [dependences] in dependences[$0].blocks }
  }

  /// What is known of the values for some sources.
  struct Forward {
    fileprivate let numbering: ValueNumbering
    /// For each value, the sources that it depends on differentiably.
    fileprivate var varied: [UInt64]
    /// For each value, the sources that it depends on in any way.
    fileprivate var reached: [UInt64]
    /// For each blocker, the sources of which it reads something varied that it does not pass on.
    fileprivate(set) var ended: [UInt64] = []

    /// The sources that a value depends on differentiably.
    func varied(_ value: ValueID) -> UInt64 { varied[numbering[value]] }

    /// The sources that a value depends on in any way.
    func reached(_ value: ValueID) -> UInt64 { reached[numbering[value]] }
  }

  /// The sweep from the sources on; bit k stands for source k.
  func forward(from sources: ArraySlice<ValueID>) -> Forward {
    let nothing = Array(repeating: UInt64(0), count: numbering.count)
    var sweep = Forward(numbering: numbering, varied: nothing, reached: nothing)
    for (bit, source) in sources.enumerated() {
      sweep.reached[numbering[source]] |= 1 << UInt64(bit)
      if graph.type(of: source).scalarType.isDifferentiable {
        sweep.varied[numbering[source]] |= 1 << UInt64(bit)
      }
    }
    sweep.ended.reserveCapacity(blockers.count)
    for (index, node) in graph.nodes.enumerated() where node.operatorType != nil {
      // A source counts as one, whatever it is computed from.
      let own = sweep.varied[numbering[ValueID(node: index)]]
      let dependence = dependences[index]
      var ended = UInt64(0)
      for result in node.resultTypes.indices {
        let value = numbering[ValueID(node: index, result: result)]
        let carries = node.resultTypes[result].scalarType.isDifferentiable
        for (place, operand) in node.operands.enumerated() {
          let read = numbering[operand]
          switch dependence.from(place, to: result) {
          case .none: continue
          case .blocked: ended |= sweep.varied[read]
          case .differentiable: if carries { sweep.varied[value] |= sweep.varied[read] }
          }
          sweep.reached[value] |= sweep.reached[read]
        }
      }
      if dependence.blocks { sweep.ended.append(ended & ~own) }
    }
    return sweep
  }

  /// For each node, the targets that depend on it; bit k stands for target k.
  func backward(from targets: ArraySlice<ValueID>) -> [UInt64] {
    var wanted = Array(repeating: UInt64(0), count: numbering.count)
    var nodes = Array(repeating: UInt64(0), count: graph.nodes.count)
    for (bit, target) in targets.enumerated() { wanted[numbering[target]] |= 1 << UInt64(bit) }
    for (index, node) in graph.nodes.enumerated().reversed() {
      for result in node.resultTypes.indices {
        let bits = wanted[numbering[ValueID(node: index, result: result)]]
        if bits == 0 { continue }
        nodes[index] |= bits
        for (place, operand) in node.operands.enumerated()
        where dependences[index].from(place, to: result) != .none {
          wanted[numbering[operand]] |= bits
        }
      }
    }
    return nodes
  }
}

extension Graph {
  /// How each output depends on each input.
  package var outputDependences: [[OperandDependence]] {
    let sources = inputs.compactMap { source(named: $0.name).map { ValueID(node: $0) } }
    var table = outputList.map { _ in Array(repeating: OperandDependence.none, count: sources.count)
    }
    let sweep = DependenceSweep(self)
    for first in stride(from: 0, to: sources.count, by: DependenceSweep.width) {
      let end = min(first + DependenceSweep.width, sources.count)
      let forward = sweep.forward(from: sources[first..<end])
      for (row, output) in outputList.enumerated() {
        for bit in forward.reached(output.value).bits { table[row][first + bit] = .blocked }
        guard type(of: output.value).scalarType.isDifferentiable else { continue }
        for bit in forward.varied(output.value).bits { table[row][first + bit] = .differentiable }
      }
    }
    return table
  }
}

extension UInt64 {
  /// The places of the bits that are set, lowest first.
  var bits: some Sequence<Int> {
    sequence(state: self) { rest -> Int? in
      guard rest != 0 else { return nil }
      defer { rest &= rest - 1 }
      return rest.trailingZeroBitCount
    }
  }
}
